/**
 * What becomes of the policy Adaptive when its constants are others.
 */
import type { EvictionPolicy } from "../../src/Cache/engine/policies/EvictionPolicy.js"
import { rowsOnLines } from "../lib/rowsOnLines.js"
import { capacitiesOf } from "./capacities.js"
import { compileAdaptive, readConstants } from "./constants.js"
import { allPolicies, replay, rowOf } from "./replay.js"
import type { Hits, Result, Row } from "./Result.js"
import { type Standing, standingsOf } from "./standings.js"
import type { Trace, TraceSource } from "./Trace.js"

/** One constant at another value, and how the policy stands then over all cells. */
export interface Variation extends Pick<Standing, "gap" | "worstToLru" | "worstToBest"> {
  /** Nothing for the policy as it is. */
  readonly constant?: string | undefined
  readonly value?: number | undefined
}

/** Variations as they lie in a file. */
export const printVariations = (variations: ReadonlyArray<Variation>): string => rowsOnLines({ variations })

/** Reads what {@link printVariations} has printed. */
export const readVariations = (text: string): ReadonlyArray<Variation> => {
  const { variations }: { readonly variations: ReadonlyArray<Variation> } = JSON.parse(text)
  return variations
}

/** What a policy with no map around it answers of a trace without sizes. */
const hitsOfPolicy = ({ keys, unique }: Trace, policy: EvictionPolicy, capacity: number): Hits => {
  const slots = new Int32Array(unique).fill(-1)
  const keyOf = new Int32Array(capacity)
  policy.grow(capacity, capacity)
  policy.expect(capacity)
  let used = 0
  let requests = 0
  for (const key of keys) {
    const known = slots[key] ?? -1
    if (known !== -1) {
      requests++
      policy.access(known)
      continue
    }
    const hash = policy.hashOf?.(key, undefined) ?? 0
    const slot = used < capacity ? used : policy.victim(-1)
    if (used < capacity) {
      used++
      policy.insert(slot, hash)
    } else {
      slots[keyOf[slot] ?? 0] = -1
      policy.replace(slot, hash)
    }
    slots[key] = slot
    keyOf[slot] = key
  }
  return { requests, bytes: 0 }
}

// Of a share near all, what is left is halved and doubled; no share becomes more than 0.95.
const halvedAndDoubled = (value: number): ReadonlyArray<number> => {
  if (value >= 1) return [value / 2, 2 * value]
  const others = value > 0.9 ? [1 - 2 * (1 - value), 1 - (1 - value) / 2] : [value / 2, Math.min(0.95, 2 * value)]
  return others.map((other) => Number(other.toPrecision(6)))
}

const withRow = (result: Result, row: Row): Result => ({
  ...result,
  rows: result.rows.map((each) => each.policy === row.policy ? row : each)
})

const policy = "Adaptive"

/**
 * Halves and doubles each constant, and replays traces with it. The best of a cell is the best of all policies there.
 */
export const vary = async (
  sources: ReadonlyArray<TraceSource>,
  say: (variation: Variation) => void
): Promise<ReadonlyArray<Variation>> => {
  const results = sources.map(({ load, name, what }) => {
    const trace = load()
    const capacities = capacitiesOf(trace)
    const { keys, unique } = trace
    const rows = replay(trace, capacities, allPolicies)
    const result: Result = {
      trace: name,
      what,
      own: true,
      requests: keys.length,
      unique,
      unit: "entries",
      capacities,
      rows
    }
    return { result, trace }
  })
  const constants = readConstants()
  const changes: ReadonlyArray<{ readonly constant?: string; readonly value?: number }> = [
    {},
    ...Object.entries(constants).flatMap(([constant, value]) =>
      halvedAndDoubled(value).map((other) => ({ constant, value: other }))
    )
  ]
  const variations: Array<Variation> = []
  for (const change of changes) {
    const make = await compileAdaptive(
      change.constant === undefined ? constants : { ...constants, [change.constant]: change.value ?? 0 }
    )
    const varied = results.map(({ result, trace }) =>
      withRow(
        result,
        rowOf(trace, policy, result.capacities, (capacity) => hitsOfPolicy(trace, make(), capacity))
      )
    )
    for (const standing of standingsOf(varied)) {
      if (standing.policy !== policy) continue
      const { gap, worstToBest, worstToLru } = standing
      variations.push({ ...change, gap, worstToLru, worstToBest })
    }
    variations.slice(-1).forEach(say)
  }
  return variations
}
