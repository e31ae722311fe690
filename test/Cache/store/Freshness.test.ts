import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import {
  type Freshness,
  freshnessOf,
  refreshFrom,
  replacesFailureUntil,
  replacesSlowUntil,
  revalidatedUntil,
  uselessFrom
} from "../../../src/Cache/store/Freshness.js"
import { applyJitter } from "../../../src/Cache/store/jitter.js"
import { property } from "../../support/property.js"

const share = fc.constantFrom(0, 0.25, 0.5, 1)
const millis = fc.oneof(fc.nat(1000), fc.constant(Number.POSITIVE_INFINITY))

const freshness = fc.record({
  jitter: share,
  refreshAhead: share,
  beta: fc.constantFrom(0, 1, 2),
  staleWhileRevalidate: millis,
  staleIfError: millis,
  staleIfSlow: millis
})
  .map((options) => freshnessOf<never>(options))

/** The last moments at which an entry is used in each of the ways, in words: looked up at every quarter of a millisecond. */
const naive = (
  { jitter, refreshAhead, staleIfError, staleIfSlow, staleWhileRevalidate }: Freshness<never>,
  { lead, now, roll, timeToLive }: {
    readonly now: number
    readonly roll: number
    readonly timeToLive: number
    readonly lead: number
  },
  at: number
) => {
  const age = at - now
  const life = timeToLive === Number.POSITIVE_INFINITY ? timeToLive : timeToLive * (1 - jitter * roll)
  const isFresh = age < life
  return {
    isFresh,
    isRefreshed: !isFresh ||
      (life !== Number.POSITIVE_INFINITY &&
        (refreshAhead > 0 ? life - age <= life * refreshAhead : life - age <= lead)),
    isServedWhileRevalidating: isFresh || age - life < staleWhileRevalidate,
    isServedOnFailure: isFresh || age - life < staleIfError,
    isServedWhenSlow: isFresh || age - life < staleIfSlow,
    isUseless: !isFresh && age - life >= staleWhileRevalidate && age - life >= staleIfError && age - life >= staleIfSlow
  }
}

describe("freshness", () => {
  it("tells the times of an entry as a naive restatement does", () => {
    fc.assert(
      fc.property(
        freshness,
        fc.record({
          now: fc.nat(10_000),
          roll: fc.constantFrom(0, 0.25, 0.5, 0.75),
          lead: fc.constantFrom(0, 10, 1000),
          timeToLive: fc.oneof(fc.nat(500), fc.constant(Number.POSITIVE_INFINITY))
        }),
        fc.nat(8000),
        (freshness, write, quarters) => {
          const at = write.now + quarters / 4
          const until = applyJitter(freshness, write.now, write.now + write.timeToLive, write.roll)
          assert.deepStrictEqual({
            isFresh: at < until,
            isRefreshed: at >= refreshFrom(freshness, write.now, until, write.lead),
            isServedWhileRevalidating: at < revalidatedUntil(freshness, until),
            isServedOnFailure: at < replacesFailureUntil(freshness, until),
            isServedWhenSlow: at < replacesSlowUntil(freshness, until),
            isUseless: at >= uselessFrom(freshness, until)
          }, naive(freshness, write, at))
        }
      ),
      property(2000)
    )
  })

  it("tracks entries where anything happens around the end of their time", () => {
    fc.assert(
      fc.property(freshness, (freshness) => {
        const { beta, refreshAhead, staleIfError, staleIfSlow, staleWhileRevalidate } = freshness
        assert.strictEqual(
          freshness.tracksEntries,
          beta + refreshAhead + staleIfSlow + staleIfError + staleWhileRevalidate > 0
        )
      }),
      property(100)
    )
  })

  it("has everything off that is not given", () => {
    const { failureTimeToLive, isFailure, ...rest } = freshnessOf<string>({})
    assert.strictEqual(failureTimeToLive("any"), 0)
    assert.isFalse(isFailure("any"))
    assert.deepStrictEqual(rest, {
      jitter: 0,
      refreshAhead: 0,
      beta: 0,
      staleWhileRevalidate: 0,
      staleIfError: 0,
      slowAfter: 0,
      staleIfSlow: 0,
      retryAfter: 0,
      tracksEntries: false
    })
  })
})
