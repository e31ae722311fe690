/**
 * What is wrong with a bounded map, for tests.
 */
import type { EvictionPolicy } from "./policies/EvictionPolicy.js"
import type { Deadlines } from "./structures/Deadlines.js"
import { deadlineViolations } from "./structures/expiryViolations.js"
import type { KeyIndex } from "./structures/KeyIndex.js"
import { listViolations } from "./structures/listViolations.js"
import type { SlotTable } from "./structures/SlotTable.js"

/** What a bounded map consists of. */
export interface MapParts<K, V> {
  readonly policy: EvictionPolicy
  readonly deadlines: Deadlines | undefined
  readonly index: KeyIndex<K>
  readonly table: SlotTable<K, V>
  readonly used: number
  readonly maxSize: number
  readonly weight: number
  readonly maxWeight: number
}

/** Walks the whole structure of a bounded map and returns what is wrong with it, an empty array when nothing is. */
export const violationsOf = <K, V>(parts: MapParts<K, V>): ReadonlyArray<string> => {
  const { deadlines, index, maxSize, maxWeight, policy, table, used, weight } = parts
  const { slots } = table
  const freeSlots = table.free()
  const found = [
    ...(policy.byUse === undefined ? [] : listViolations(policy.byUse)),
    ...(policy.violations?.() ?? []),
    ...(deadlines === undefined ? [] : deadlineViolations(deadlines))
  ]
  const free = new Set(freeSlots)
  let weighed = 0
  let live = 0
  policy.forEach((slot) => {
    live++
    weighed += table.weightAt(slot)
    if (index.get(table.keyAt(slot)) !== slot) found.push(`the index does not lead to slot ${slot}`)
    if (free.has(slot)) found.push(`slot ${slot} is live and free`)
  })
  if (live !== used) found.push(`the policy orders ${live} entries, but there are ${used}`)
  if (index.size !== used) found.push(`the index has ${index.size} keys, not ${used}`)
  if (used + freeSlots.length !== slots) found.push("a slot is neither live nor free")
  if (weighed !== weight) found.push(`the entries weigh ${weighed}, not ${weight}`)
  if (used > maxSize) found.push(`${used} entries, over the limit of ${maxSize}`)
  if (weight > Number.MAX_SAFE_INTEGER) found.push(`weight ${weight}, of which no number tells the sum`)
  if (weight > maxWeight) found.push(`weight ${weight}, over ${maxWeight}`)
  const isHeld = (slot: number) => table.keyAt(slot) !== undefined || table.valueAt(slot) !== undefined
  for (const slot of freeSlots.filter(isHeld)) found.push(`free slot ${slot} still holds an entry`)
  return found
}
