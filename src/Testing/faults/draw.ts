/**
 * Chance that can be repeated.
 */

/**
 * A number from 0 to 1 (excluded) that depends on the numbers given, and on nothing else: what happens to one request is the
 * same whatever becomes of the others, so that a schedule can be shrunk.
 */
export const draw = (...parts: ReadonlyArray<number>): number => {
  let hash = 0x9e3779b9
  for (const part of parts) {
    hash = Math.imul(hash ^ (part | 0), 0x85ebca6b)
    hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
    hash ^= hash >>> 16
  }
  return (hash >>> 0) / 4_294_967_296
}
