/**
 * Numbers and times in a line.
 */

const zero = 48
const nine = 57

/** A number that is written in decimal, `NaN` for anything else. */
export const numberIn = (bytes: Buffer, from: number, to: number): number => {
  let value = 0
  for (let at = from; at < to; at++) {
    const digit = bytes[at] as number
    if (digit < zero || digit > nine || at - from > 14) return decimalIn(bytes, from, to)
    value = 10 * value + digit - zero
  }
  return from === to ? Number.NaN : value
}

const decimal = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i

const decimalIn = (bytes: Buffer, from: number, to: number): number => {
  const text = to - from > 40 ? "" : bytes.toString("latin1", from, to)
  return decimal.test(text) ? Number(text) : Number.NaN
}

/** Two digits. */
const two = (bytes: Buffer, at: number): number =>
  10 * ((bytes[at] as number) - zero) + (bytes[at + 1] as number) - zero

/** A day as `2026-01-31` and a time of it as `23:59:59`, in UTC. */
export const dayTime = (bytes: Buffer, day: number, time: number): number =>
  Date.UTC(
    100 * two(bytes, day) + two(bytes, day + 2),
    two(bytes, day + 5) - 1,
    two(bytes, day + 8),
    two(bytes, time),
    two(bytes, time + 3),
    two(bytes, time + 6)
  )

const months = "JanFebMarAprMayJunJulAugSepOctNovDec"

/** A moment as web servers write it: `31/Jan/2026:23:59:59 +0100`, the brackets around it left out. */
export const serverTime = (bytes: Buffer, from: number, to: number): number => {
  if (to - from < 20) return Number.NaN
  const month = months.indexOf(bytes.toString("latin1", from + 3, from + 6)) / 3
  const time = Date.UTC(
    100 * two(bytes, from + 7) + two(bytes, from + 9),
    month,
    two(bytes, from),
    two(bytes, from + 12),
    two(bytes, from + 15),
    two(bytes, from + 18)
  )
  if (to - from < 26) return time
  const minutes = 60 * two(bytes, from + 22) + two(bytes, from + 24)
  return time - (bytes[from + 21] === 45 ? -minutes : minutes) * 60_000
}
