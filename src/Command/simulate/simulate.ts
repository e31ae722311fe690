/**
 * A log through policies, at many sizes.
 */
import * as Effect from "effect/Effect"
import { turn } from "../../Cache/common/inTurns.js"
import { type EvictionPolicyName, evictionPolicyNames } from "../../Cache/engine/policies/EvictionPolicy.js"
import { inOrder, ladder } from "./ladder.js"
import type { Sample } from "./log/RequestSample.js"
import type { Capacity } from "./replay/Capacity.js"
import { footprint } from "./replay/footprint.js"
import type { Hits } from "./replay/Hits.js"
import { Optimum } from "./replay/Optimum.js"
import { replay } from "./replay/replay.js"
import type { Cell, Row, Simulation } from "./Simulation.js"

/** What is replayed. */
export interface SimulateOptions {
  /** Which policies; all by default. `LRU` is always one of them. */
  readonly policies?: ReadonlyArray<EvictionPolicyName> | undefined
  /** At which sizes; a ladder of round ones by default. */
  readonly sizes?: ReadonlyArray<number> | undefined
  /** The most room there is, which is one of the sizes. */
  readonly limit?: number | undefined
  readonly unit: Capacity["unit"]
  /** How long entries live, in milliseconds; for ever by default. */
  readonly timeToLive?: number | undefined
}

/** How far it is: so many of so many replays. */
export type TellReplay = (policy: string, done: number, total: number) => Effect.Effect<void>

const sum = (column: Float64Array | undefined): number | undefined => column?.reduce((sum, value) => sum + value, 0)

/**
 * From the hits in a sample to what the whole log would have had. What is missed is scaled up by the share of the sample, and
 * everything else is hit: whether the sample has the keys that are asked for the most would change how many requests it has,
 * but not how many of them miss.
 */
const estimate = (sample: Sample): (hits: Hits) => Cell => {
  const { rate, requests: { costs, keys, sizes }, seen } = sample
  const bytes = sum(sizes)
  const cost = sum(costs)
  return (hits) => ({
    hitRatio: seen === 0 ? 0 : Math.max(0, 1 - (keys.length - hits.requests) / rate / seen),
    ...(bytes === undefined
      ? {}
      : { byteHitRatio: sample.bytes === 0 ? 0 : Math.max(0, 1 - (bytes - hits.bytes) / rate / sample.bytes) }),
    ...(cost === undefined ? {} : { missCost: Math.min(sample.cost, (cost - hits.cost) / rate) })
  })
}

/** Replays what was read of a log. */
export const simulate = (
  sample: Sample,
  { limit, policies = evictionPolicyNames, sizes: wanted, timeToLive, unit }: SimulateOptions,
  tell: TellReplay
): Effect.Effect<Simulation> =>
  Effect.gen(function*() {
    const { rate, requests } = sample
    const all = footprint(requests, unit) / rate
    const sizes = wanted === undefined
      ? ladder(all, unit, limit)
      : inOrder(limit === undefined ? wanted : [...wanted, limit])
    const cellOf = estimate(sample)
    // A cache of this share of the size, for this share of the keys.
    const rooms = sizes.map((size): Capacity => ({ size: Math.max(1, Math.round(size * rate)), unit, timeToLive }))
    const optimum = new Optimum(requests)
    const names = evictionPolicyNames.filter((name) => name === "LRU" || policies.includes(name))
    const total = (1 + names.length) * rooms.length
    let done = 0
    const rowOf = (policy: Row["policy"], hitsOf: (room: Capacity) => Hits): Effect.Effect<Row> =>
      Effect.map(
        Effect.forEach(rooms, (room) =>
          Effect.gen(function*() {
            yield* tell(policy, done++, total)
            yield* turn
            return cellOf(hitsOf(room))
          })),
        (cells) => ({ policy, cells })
      )
    const rows = [
      yield* rowOf("optimum", (room) => optimum.hits(room)),
      ...yield* Effect.forEach(names, (name) => rowOf(name, (room) => replay(requests, name, room)))
    ]
    return {
      replayed: {
        rate,
        requests: sample.seen,
        kept: requests.keys.length,
        keys: Math.round(requests.unique / rate),
        bytes: requests.sizes === undefined ? undefined : sample.bytes,
        unsized: Math.round(sample.unsized / rate),
        cost: requests.costs === undefined ? undefined : sample.cost,
        footprint: all,
        later: sample.later
      },
      unit,
      timeToLive,
      sizes,
      rows
    }
  })
