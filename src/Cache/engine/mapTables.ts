/**
 * What a bounded map is made of.
 */
import type { EvictionPolicy, EvictionPolicyName } from "./policies/EvictionPolicy.js"
import type { Removals } from "./Removals.js"
import { Deadlines } from "./structures/Deadlines.js"
import type { KeyEquality } from "./structures/KeyEquality.js"
import { KeyIndex } from "./structures/KeyIndex.js"
import { SlotTable } from "./structures/SlotTable.js"

/** What tables are made with. */
export interface TablesOptions {
  readonly equality: KeyEquality | undefined
  readonly evictionPolicy: EvictionPolicyName
  /** Makes the eviction policy, which asks for the weights of the entries in slots, and where they have costs for these. */
  readonly policyOf: (
    name: EvictionPolicyName,
    weightOf: (slot: number) => number,
    costOf: ((slot: number) => number) | undefined
  ) => EvictionPolicy
  /** Whether entries have weights: else each weighs 1. */
  readonly isWeighed: boolean
  /** Whether entries have costs. */
  readonly hasCosts: boolean
  /** Milliseconds; `Infinity` for none. */
  readonly timeToIdle: number
}

/** The tables of a bounded map. What expiry needs exists only once it is used. */
export interface MapTables<in out K, in out V> {
  readonly table: SlotTable<K, V>
  readonly policy: EvictionPolicy
  readonly index: KeyIndex<K>
  readonly deadlines: Deadlines | undefined
}

/** Tables without entries. */
export const newTables = <K, V>(options: TablesOptions): MapTables<K, V> => {
  const table = new SlotTable<K, V>(options.isWeighed, options.hasCosts)
  const weightOf = weightsIn(table)
  return {
    table,
    policy: options.policyOf(options.evictionPolicy, weightOf, costsIn(table)),
    index: new KeyIndex<K>(options.equality, table),
    deadlines: options.timeToIdle === Number.POSITIVE_INFINITY
      ? undefined
      : new Deadlines(0, options.timeToIdle, weightOf)
  }
}

// Functions that hold on to this table, and to nothing around it.
const weightsIn = <K, V>(table: SlotTable<K, V>) => (slot: number): number => table.weightAt(slot)
const costsIn = <K, V>(table: SlotTable<K, V>): ((slot: number) => number) | undefined =>
  table.hasCosts ? (slot) => table.costAt(slot) : undefined

/** A policy like this one, for a table that holds nothing yet. */
export const emptiedFor = <K, V>(policy: EvictionPolicy, table: SlotTable<K, V>): EvictionPolicy =>
  policy.emptied(weightsIn(table), costsIn(table))

/**
 * Tables with the same entries, and room for no more: the next victim first, so that they are in the same order where the
 * policy goes by the order of use. What a policy knew besides, as how often an entry was used, it learns anew. `undefined`
 * when a key cannot be put in: it has changed, or its own hash throws.
 */
export const freshTables = <K, V>(
  table: SlotTable<K, V>,
  policy: EvictionPolicy,
  deadlines: Deadlines | undefined,
  options: TablesOptions & { readonly most: number; readonly expected: number }
): MapTables<K, V> | undefined => {
  const fresh = newTables<K, V>(options)
  const isIdle = options.timeToIdle !== Number.POSITIVE_INFINITY
  const freshDeadlines = deadlines === undefined || isIdle
    ? fresh.deadlines
    : new Deadlines(0, options.timeToIdle, weightsIn(fresh.table))
  fresh.policy.expect(options.expected)
  let isSound = true
  try {
    policy.forEach((slot) => {
      const key = table.keyAt(slot)
      // It has changed, and equals another one now.
      isSound &&= fresh.index.get(key) === -1
      if (!isSound) return
      const hash = fresh.policy.hashOf?.(key, options.equality) ?? 0
      const place = fresh.table.take(options.most)
      fresh.policy.grow(place + 1, options.most)
      freshDeadlines?.grow(place + 1, options.most)
      fresh.index.set(key, place)
      fresh.table.cost = table.costAt(slot)
      fresh.table.put(place, key, table.valueAt(slot))
      fresh.table.putWeight(place, table.weightAt(slot))
      fresh.policy.insert(place, hash)
      if (deadlines !== undefined) freshDeadlines?.take(place, deadlines, slot)
    })
  } catch {
    return undefined
  }
  return isSound ? { ...fresh, deadlines: freshDeadlines } : undefined
}

/**
 * Tells a listener of what was in the tables of a map that has new ones now: of so many entries at the most at each call,
 * the next victim first; the result is whether that were all.
 *
 * @param now decides which of them had expired
 */
export const tellerOf = <K, V>(
  { deadlines, policy, table, used }: Omit<MapTables<K, V>, "index"> & { readonly used: number },
  removals: Removals<K, V>,
  now: number
): (most: number) => boolean => {
  let left = used
  return (most) => {
    for (let told = 0; left > 0 && told < most; told++) {
      const slot = policy.victim(-1)
      const reason = deadlines !== undefined && deadlines.of(slot) <= now ? "expired" : "cleared"
      const [key, value] = [table.keyAt(slot), table.valueAt(slot)]
      removals.addCounted({ key, value, reason, weight: table.weightAt(slot) })
      policy.remove(slot, false)
      left--
    }
    removals.tell()
    return left === 0
  }
}
