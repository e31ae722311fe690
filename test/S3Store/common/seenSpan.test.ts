import { assert, describe, it } from "@effect/vitest"
import { Effect, Option, Tracer } from "effect"
import { withSeenSpan } from "../../../src/S3Store/common/seenSpan.js"

describe("a span for whoever looks at it", () => {
  const names: Array<string> = []
  const tracer = Tracer.make({
    span: (...[name, parent, context, links, startTime, kind]) => {
      names.push(name)
      return {
        _tag: "Span",
        name,
        spanId: "1",
        traceId: "1",
        parent,
        context,
        status: { _tag: "Started", startTime },
        attributes: new Map(),
        links,
        sampled: true,
        kind,
        end: () => {},
        attribute: () => {},
        event: () => {},
        addLinks: () => {}
      }
    },
    context: (f) => f()
  })
  const current = Effect.option(Effect.currentSpan).pipe(
    withSeenSpan("request", () => ({ attributes: { bucket: "b" } })),
    Effect.map(Option.map(({ name }) => name))
  )

  it.effect("is there with a tracer, and not without", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(yield* current, Option.none())
      assert.deepStrictEqual(yield* Effect.withTracer(current, tracer), Option.some("request"))
      assert.deepStrictEqual(names, ["request"])
    }))
})
