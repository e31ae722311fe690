/**
 * What reads may see while others write.
 */

/** A change of one object, or a look at it. */
export interface Change {
  readonly name: string
  /** What it writes; nothing where it removes. */
  readonly text: string | undefined
  /** The step at which it began. */
  readonly began: number
  /** The step at which it ended. */
  ended: number
  /** Whether it was told that it had its effect; otherwise nobody knows, unless it was refused. */
  outcome: "done" | "refused" | "unknown"
}

/** Changes of objects by those who run at the same time. */
export class Registers {
  private step = 0
  private readonly changes: Array<Change> = []

  begin(name: string, text: string | undefined): Change {
    const change: Change = { name, text, began: ++this.step, ended: Number.POSITIVE_INFINITY, outcome: "unknown" }
    this.changes.push(change)
    return change
  }

  end(change: Change, outcome: Change["outcome"]): void {
    change.ended = ++this.step
    change.outcome = outcome
  }

  now(): number {
    return ++this.step
  }

  /**
   * What is wrong with having seen a text, or nothing, between two steps: it was never written, or what was done after it had
   * ended was done before the look began.
   */
  faultOf(name: string, seen: string | undefined, began: number, ended: number): string | undefined {
    const own = this.changes.filter((change) => change.name === name && change.outcome !== "refused")
    const sources = own.filter(({ began, text }) => text === seen && began < ended)
    const isOvertaken = (end: number) =>
      own.some((change) => change.outcome === "done" && change.began > end && change.ended < began)
    const ends = [...sources.map(({ ended }) => ended), ...(seen === undefined ? [0] : [])]
    if (ends.length === 0) return `${name}: nobody wrote ${seen}`
    return ends.every(isOvertaken) ? `${name}: ${seen ?? "nothing"} was replaced before` : undefined
  }
}
