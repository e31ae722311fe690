/**
 * Telling of computations that fail where nobody gets the failure: an old value is given out.
 */
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import { clockOf } from "../../effect/clocks.js"
import { ownCause } from "../../effect/outcomes.js"
import { putNewest } from "../common/putNewest.js"
import { cutText, longestMessage } from "../printing/cutText.js"
import { printKey } from "../printing/printKey.js"

const minute = 60_000
const mostTold = 100

/**
 * Warns in the log of computations that failed or died while an old value is given out: at most once a minute for failures
 * and once for defects, with how many more there were.
 */
export class StaleWarnings {
  private readonly cache: string
  private readonly told = new Map<string, { readonly at: number; untold: number }>()

  /** @param cache the name of the cache */
  constructor(cache: string) {
    this.cache = cache
  }

  /**
   * A computation failed or died, and an old value is given out.
   *
   * @param key as it is shown
   * @param among what is told apart from what else is in the cache
   */
  readonly tell = (key: string, cause: Cause.Cause<unknown>, among = ""): Effect.Effect<void> =>
    Effect.withFiberRuntime((fiber) => {
      const own = ownCause(cause)
      const failed = Cause.failureOption(own)._tag === "Some" ? "failed" : "died"
      const kind = `${failed} ${among}`
      const now = clockOf(fiber).unsafeCurrentTimeMillis()
      const before = this.told.get(kind)
      if (before !== undefined && now - before.at < minute) {
        before.untold++
        return Effect.void
      }
      putNewest(this.told, kind, { at: now, untold: 0 }, mostTold)
      const more = before === undefined || before.untold === 0
        ? ""
        : ` (and ${before.untold} more since the last warning)`
      const text = `computing ${key} anew ${failed}, so its old value is given out${more}: ${describe(own)}`
      return Effect.annotateLogs(Effect.logWarning(cutText(text, longestMessage)), { cache: this.cache, key })
    })
}

/** The error, and of one that was thrown where. */
const describe = (cause: Cause.Cause<unknown>): string => {
  const thrown = Cause.squash(cause)
  const stack = Cause.isDie(cause) && thrown instanceof Error ? thrown.stack ?? "" : ""
  const frame = /^ {4}(at .*)$/m.exec(stack)?.[1]
  return frame === undefined ? printKey(thrown) : `${printKey(thrown)} ${frame}`
}
