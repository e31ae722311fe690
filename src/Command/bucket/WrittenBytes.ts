/**
 * How many bytes were written when, in bounded memory.
 */

/** How many moments are told apart. */
const mostMoments = 65_536

/** What is to be removed, so that the rest fits: all that was written before a time, and so much of what follows it. */
export interface Cut {
  readonly before: number
  /** What was written from `before` on, and before this. */
  readonly until: number
  /** How many bytes of that. */
  readonly within: number
}

/** Bytes by the time they were written at: seconds, or longer spans where there would be too many. */
export class WrittenBytes {
  private width = 1000
  private spans = new Map<number, number>()
  /** All of them. */
  total = 0

  add(modified: number, bytes: number): void {
    this.total += bytes
    const at = Math.floor(modified / this.width)
    this.spans.set(at, (this.spans.get(at) ?? 0) + bytes)
    while (this.spans.size > mostMoments) this.widen()
  }

  /** What was written first, so that no more than so many bytes are left. */
  cut(keep: number): Cut {
    let excess = this.total - keep
    if (excess <= 0) return { before: Number.NEGATIVE_INFINITY, until: Number.NEGATIVE_INFINITY, within: 0 }
    let end = Number.NEGATIVE_INFINITY
    for (const [at, bytes] of [...this.spans].sort(([one], [other]) => one - other)) {
      if (bytes > excess) return { before: at * this.width, until: (at + 1) * this.width, within: excess }
      excess -= bytes
      end = (at + 1) * this.width
    }
    // All that was counted, and nothing that was written since.
    return { before: end, until: end, within: 0 }
  }

  private widen(): void {
    const wider = new Map<number, number>()
    for (const [at, bytes] of this.spans) {
      const half = Math.floor(at / 2)
      wider.set(half, (wider.get(half) ?? 0) + bytes)
    }
    this.width *= 2
    this.spans = wider
  }
}
