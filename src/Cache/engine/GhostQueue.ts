/**
 * What was evicted lately, as fingerprints.
 *
 * @since 0.1.0
 */

/**
 * The hashes of the keys that were evicted last, in the order of their eviction: four bytes for a key and eight to
 * find it, whatever the key is. Two keys of one hash are taken for each other, which costs a policy one wrong guess.
 *
 * Positions run round a ring; the hashes are chained by their low bits. A hash that is taken out leaves a hole, and is
 * no longer found; so the memory of a hash lasts for a fixed number of later additions.
 *
 * @since 0.1.0
 * @category models
 */
export class GhostQueue {
  private ring = new Int32Array(0)
  private heads = new Int32Array(0)
  private next = new Int32Array(0)
  private added = 0

  /**
   * Makes room for as many hashes, rounded up to a power of two.
   *
   * @since 0.1.0
   */
  grow(hashes: number): void {
    let length = 16
    while (length < hashes) length *= 2
    if (length <= this.ring.length) return
    const larger = new GhostQueue()
    larger.ring = new Int32Array(length)
    larger.heads = new Int32Array(length).fill(-1)
    larger.next = new Int32Array(length).fill(-1)
    // Every hash keeps its age, holes included.
    for (let added = Math.max(0, this.added - this.ring.length); added < this.added; added++) {
      const position = added & (this.ring.length - 1)
      if (this.isPresent(position)) larger.place(added & (length - 1), this.ring[position] as number)
    }
    this.ring = larger.ring
    this.heads = larger.heads
    this.next = larger.next
  }

  /**
   * Adds a hash; the oldest one is forgotten when there is no room left.
   *
   * @since 0.1.0
   */
  add(hash: number): void {
    const mask = this.ring.length - 1
    const position = this.added & mask
    if (this.added > mask) this.unlink(position)
    this.unlink(this.find(hash))
    this.place(position, hash)
    this.added++
  }

  /**
   * Takes a hash out and returns whether it was there, among the last `memory` that were added.
   *
   * @since 0.1.0
   */
  take(hash: number, memory: number): boolean {
    const position = this.find(hash)
    if (position === -1) return false
    this.unlink(position)
    const mask = this.ring.length - 1
    return ((this.added - 1 - position) & mask) < memory
  }

  private place(position: number, hash: number): void {
    const bucket = hash & (this.ring.length - 1)
    this.ring[position] = hash
    this.next[position] = this.heads[bucket] as number
    this.heads[bucket] = position
  }

  private find(hash: number): number {
    const mask = this.ring.length - 1
    let position = mask < 0 ? -1 : this.heads[hash & mask] as number
    while (position !== -1 && this.ring[position] !== hash) position = this.next[position] as number
    return position
  }

  private isPresent(position: number): boolean {
    return this.find(this.ring[position] as number) === position
  }

  // Takes a position off its chain; does nothing when it is on none.
  private unlink(position: number): void {
    if (position === -1) return
    const bucket = (this.ring[position] as number) & (this.ring.length - 1)
    let before = -1
    for (let at = this.heads[bucket] as number; at !== -1; at = this.next[at] as number) {
      if (at === position) {
        const after = this.next[at] as number
        if (before === -1) this.heads[bucket] = after
        else this.next[before] = after
        return
      }
      before = at
    }
  }
}
