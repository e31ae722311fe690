/**
 * From the units of an axis to places in the picture.
 */
import type { Axis } from "./Chart.js"

/** An axis that knows where it is drawn. */
export interface Scale {
  readonly place: (value: number) => number
  readonly ticks: ReadonlyArray<{ readonly at: number; readonly text: string }>
}

/** The step between round numbers that cuts a length into some pieces: 1, 2 or 5, times a power of ten. */
const roundStep = (length: number, pieces: number): number => {
  const raw = length / pieces
  const power = 10 ** Math.floor(Math.log10(raw))
  return power * ([1, 2, 5].find((factor) => factor * power >= raw * 0.999_999) ?? 10)
}

/** Where a vertical axis ends that begins at 0: at the round number above the highest value. */
export const roundEnd = (from: number, highest: number, pieces: number): number => {
  if (highest <= from) return from + 1
  const step = roundStep(highest - from, pieces)
  return from + step * Math.ceil((highest - from) / step - 0.000_001)
}

const linearTicks = (from: number, to: number, pieces: number): Array<number> => {
  const step = roundStep(to - from, pieces)
  const first = Math.ceil(from / step - 0.000_001)
  const last = Math.floor(to / step + 0.000_001)
  return Array.from({ length: last - first + 1 }, (_, at) => Number(((first + at) * step).toPrecision(12)))
}

const powers = (from: number, to: number, base: number): Array<number> => {
  const first = Math.ceil(Math.log(from) / Math.log(base) - 0.000_001)
  const last = Math.floor(Math.log(to) / Math.log(base) + 0.000_001)
  const every = Math.max(1, Math.ceil((last - first) / 7))
  return Array.from({ length: Math.floor((last - first) / every) + 1 }, (_, at) => base ** (first + at * every))
}

const printNumber = (value: number): string => value.toLocaleString("en", { maximumFractionDigits: 3 })

/**
 * Lays an axis out.
 *
 * @param from its first value, which is drawn at `start`
 * @param to its last value, which is drawn at `end`
 * @param pieces about how many ticks
 */
export const makeScale = (
  axis: Axis,
  [from, to]: readonly [number, number],
  [start, end]: readonly [number, number],
  pieces: number
): Scale => {
  const { base, print = printNumber } = axis
  const bend = base === undefined ? (value: number) => value : Math.log
  const ticks = axis.ticks ?? (base === undefined ? linearTicks(from, to, pieces) : powers(from, to, base))
  const length = bend(to) - bend(from)
  return {
    place: (value) => start + (end - start) * (length === 0 ? 0 : (bend(value) - bend(from)) / length),
    ticks: ticks.map((at) => ({ at, text: print(at) }))
  }
}
