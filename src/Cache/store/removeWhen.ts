/**
 * Removing what a predicate picks.
 */
import { Absent } from "../engine/BoundedMapOptions.js"
import { requireBoolean } from "../options/requireBoolean.js"

/**
 * Removes the entry under a key if a predicate of the user's holds for its value: part of a step. Whether it did, or
 * `Absent` when there is none. What the predicate throws changes nothing, and what it does to the map itself goes first.
 *
 * @param cache for messages
 * @param peek the value that is there
 */
export const removeWhen = <V>(
  cache: string,
  peek: () => V | Absent,
  predicate: (value: V) => boolean,
  remove: () => unknown
): boolean | Absent => {
  const value = peek()
  if (value === Absent) return Absent
  if (!requireBoolean(cache, "predicate", predicate(value)) || peek() !== value) return false
  remove()
  return true
}
