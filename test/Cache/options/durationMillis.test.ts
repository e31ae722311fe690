import { assert, describe, it } from "@effect/vitest"
import { Duration, Option } from "effect"
import * as fc from "fast-check"
import { durationMillis } from "../../../src/Cache/options/durationMillis.js"
import { property } from "../../support/property.js"

const units = ["nano", "micro", "milli", "second", "minute", "hour", "day", "week"].flatMap((
  unit
) => [unit, `${unit}s`])

const amount = fc.oneof(fc.integer({ min: -1000, max: 100_000 }), fc.double({ min: -10, max: 1e6, noNaN: true }))

const written: fc.Arbitrary<unknown> = fc.oneof(
  fc.integer(),
  fc.double({ noNaN: true }),
  fc.bigInt({ min: -(10n ** 20n), max: 10n ** 20n }),
  fc.tuple(amount, amount),
  fc.tuple(amount, fc.constantFrom("", " ", "  ", "\t"), fc.constantFrom(...units, "", "month", "Seconds"))
    .map((parts) => parts.join("")),
  fc.tuple(amount, fc.constantFrom(...units)).map((parts) => parts.join(" ")),
  fc.constantFrom("Infinity", "1 hour ", " 1 hour", "1e3 millis", "0x10 seconds", ".5 seconds", "5. seconds"),
  fc.integer({ min: 0 }).map((millis) => Duration.millis(millis)),
  fc.bigInt({ min: 0n, max: 10n ** 18n }).map((nanos) => Duration.nanos(nanos)),
  fc.constantFrom(Duration.infinity, Duration.zero, Number.POSITIVE_INFINITY, [Number.POSITIVE_INFINITY, 0]),
  fc.anything()
)

/** What Effect makes of it: it reads what is negative as zero, and `NaN` too. */
const expected = (input: unknown): number | undefined =>
  Option.getOrUndefined(Option.map(Duration.decodeUnknown(input), Duration.toMillis))

const isNaNWithin = (input: unknown) => Number.isNaN(input) || (Array.isArray(input) && input.some(Number.isNaN))

describe("durationMillis", () => {
  it("reads what Effect reads, as Effect does", () => {
    fc.assert(
      fc.property(written, (input) => {
        if (isNaNWithin(input)) return assert.isUndefined(durationMillis(input))
        const millis = durationMillis(input)
        const theirs = expected(input)
        if (theirs === undefined || millis === undefined) return assert.strictEqual(millis, theirs)
        const ours = Math.max(0, millis)
        if (ours !== theirs) assert.approximately(ours, theirs, Math.max(1e-6, theirs * 1e-12))
      }),
      property(2000)
    )
  })

  it("tells what is negative", () => {
    for (const input of [-1, -1n, "-1 seconds", "-0.5 micros", [-1, 0], Number.NEGATIVE_INFINITY]) {
      assert.isBelow(durationMillis(input) ?? 0, 0)
    }
  })
})
