/**
 * How far the clock of this machine is ahead of DynamoDB's.
 */
import * as Predicate from "effect/Predicate"

/** For how long an answer tells it, in milliseconds: afterwards the clock may have been set. */
const longest = 60_000

/**
 * Learns of answers when it was by DynamoDB's clock. What it says is never too much: an answer was written after its request
 * was sent, and its `Date` is at most a second early.
 */
export class TableClock {
  private at = Number.POSITIVE_INFINITY
  private ahead = 0

  /**
   * An answer has come.
   *
   * @param response what the SDK got, whatever that is
   * @param sent when its request was sent, by the own clock
   */
  answered(response: unknown, sent: number): void {
    const headers = Predicate.hasProperty(response, "headers") ? response.headers : undefined
    const said = Predicate.hasProperty(headers, "date") ? headers.date : undefined
    const date = typeof said === "string" ? Date.parse(said) : Number.NaN
    if (Number.isNaN(date)) return
    this.at = sent
    this.ahead = Math.max(0, sent - (date + 999))
  }

  /** A time of the own clock as one of DynamoDB's, as far as that is known. */
  timeOf(now: number): number {
    return now >= this.at && now - this.at < longest ? now - this.ahead : now
  }
}
