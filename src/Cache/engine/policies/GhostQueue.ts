/**
 * What was evicted lately, as fingerprints.
 */

/**
 * The hashes of the keys that were evicted last, in the order of their eviction: four bytes for a key and eight to
 * find it, whatever the key is. Two keys of one hash are taken for each other, which costs a policy one wrong guess.
 *
 * Positions run round a ring; the hashes are chained by their low bits. A hash that is taken out leaves a hole, and is
 * no longer found; so the memory of a hash lasts for a fixed number of later additions.
 *
 * One that grows begins a larger ring, and looks into the smaller ones as well until all that is in them is too old:
 * nothing is moved.
 */
export class GhostQueue {
  // The one that is added to is the last.
  private readonly rings: Array<Ring> = [new Ring(0, 0)]
  private ring = this.rings[0] as Ring
  private added = 0

  /** Makes room for as many hashes and a sixteenth more, rounded up to a power of two. */
  grow(hashes: number): void {
    // Sooner than an index of as many keys grows: see `Column`.
    const wanted = hashes + (hashes >>> 4)
    if (wanted <= this.ring.length) return
    let length = 16
    while (length < wanted) length *= 2
    if (this.ring.isUnused(this.added)) this.rings.pop()
    this.ring = new Ring(length, this.added)
    this.rings.push(this.ring)
  }

  /** Adds a hash; the oldest one is forgotten when there is no room left. */
  add(hash: number): void {
    this.ring.forget(this.added)
    if (this.rings.length > 1) this.rings.forEach((ring) => ring.take(hash))
    else this.ring.take(hash)
    this.ring.add(hash, this.added)
    this.added++
    const [oldest] = this.rings
    if (oldest !== undefined && oldest !== this.ring && this.added - oldest.end >= this.ring.length) this.rings.shift()
  }

  /** Takes a hash out and returns whether it was there, among the last `memory` that were added. */
  take(hash: number, memory: number): boolean {
    for (let at = this.rings.length - 1; at >= 0; at--) {
      const when = (this.rings[at] as Ring).take(hash)
      if (when !== -1) return this.added - 1 - when < Math.min(memory, this.ring.length)
    }
    return false
  }
}

class Ring {
  readonly length: number
  /** What was added last is before this number. */
  end: number
  private readonly start: number
  private readonly hashes: Int32Array<ArrayBuffer>
  // Positions plus 1, 0 for none: so there is nothing to fill in.
  private readonly heads: Int32Array<ArrayBuffer>
  private readonly next: Int32Array<ArrayBuffer>

  constructor(length: number, start: number) {
    this.length = length
    this.start = start
    this.end = start
    const cells = new ArrayBuffer(3 * 4 * length)
    this.hashes = new Int32Array(cells, 0, length)
    this.heads = new Int32Array(cells, 4 * length, length)
    this.next = new Int32Array(cells, 8 * length, length)
  }

  isUnused(added: number): boolean {
    return added === this.start
  }

  add(hash: number, when: number): void {
    const position = when & (this.length - 1)
    const bucket = hash & (this.length - 1)
    this.hashes[position] = hash
    this.next[position] = this.heads[bucket] as number
    this.heads[bucket] = position + 1
    this.end = when + 1
  }

  /** Makes room for what is added now: takes out what was added before at its position, if it is there. */
  forget(when: number): void {
    if (when - this.start >= this.length) this.unlink(when & (this.length - 1))
  }

  /** Takes a hash out; returns when it was added, `-1` when it is not there. */
  take(hash: number): number {
    if (this.length === 0) return -1
    let at = this.heads[hash & (this.length - 1)] as number
    while (at !== 0 && this.hashes[at - 1] !== hash) at = this.next[at - 1] as number
    if (at === 0) return -1
    this.unlink(at - 1)
    return this.end - 1 - ((this.end - at) & (this.length - 1))
  }

  // Takes a position off its chain; does nothing when it is on none.
  private unlink(position: number): void {
    const bucket = (this.hashes[position] as number) & (this.length - 1)
    let before = 0
    for (let at = this.heads[bucket] as number; at !== 0; at = this.next[at - 1] as number) {
      if (at === position + 1) {
        const after = this.next[position] as number
        if (before === 0) this.heads[bucket] = after
        else this.next[before - 1] = after
        return
      }
      before = at
    }
  }
}
