import { assert, describe, it } from "@effect/vitest"
import { Effect, Option } from "effect"
import { withSeenSpan } from "../../../src/S3Store/common/seenSpan.js"
import { recordedSpans } from "../../support/recordedSpans.js"

describe("a span for whoever looks at it", () => {
  const current = Effect.option(Effect.currentSpan).pipe(
    withSeenSpan("request", () => ({ attributes: { bucket: "b" } })),
    Effect.map(Option.map(({ name }) => name))
  )

  it.effect("is there with a tracer, and not without", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(yield* current, Option.none())
      const { result, spans } = yield* recordedSpans(current)
      assert.deepStrictEqual(result, Option.some("request"))
      assert.deepStrictEqual(spans.map(({ name }) => name), ["request"])
    }))
})
