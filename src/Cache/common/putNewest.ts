/**
 * Maps that hold what came last.
 */

/** Puts something into a map as its newest entry, and removes the oldest ones that are more than so many. */
export const putNewest = <K, V>(map: Map<K, V>, key: K, value: V, most: number): void => {
  map.delete(key)
  map.set(key, value)
  for (const oldest of map.keys()) {
    if (map.size <= most) return
    map.delete(oldest)
  }
}
