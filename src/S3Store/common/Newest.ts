/**
 * The newest of very many.
 */

/** What was written at some time, with a name. */
interface Dated {
  readonly name: string
  /** Milliseconds since the epoch. */
  readonly modified: number
}

/** Keeps the newest of all it is given: twice as many at most while they come. */
export class Newest<A extends Dated> {
  private readonly most: number
  private kept: Array<A> = []

  constructor(most: number) {
    this.most = most
  }

  /** Takes one more. */
  add(one: A): void {
    this.kept.push(one)
    if (this.kept.length >= 2 * this.most) this.cut()
  }

  /** The newest first; of one time, by their names. */
  take(): ReadonlyArray<A> {
    this.cut()
    return this.kept
  }

  private cut(): void {
    this.kept = this.kept.sort(byAge).slice(0, this.most)
  }
}

const byAge = (one: Dated, other: Dated): number => other.modified - one.modified || (one.name < other.name ? -1 : 1)
