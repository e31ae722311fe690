/**
 * In how large parts an index is kept.
 */

/**
 * A part of an index that holds as many keys becomes two before it takes another. To divide one takes 1 to 3 ms, and so
 * does what V8 does by itself when a `Map` of this size grows.
 */
export const fullSegment = 16_384

/** How often an index is divided by the same hash: enough for 2^27 keys, where a column has no more room. */
export const mostBits = 13
