/**
 * Spans, and links to them.
 */
import * as Context from "effect/Context"
import * as DefaultServices from "effect/DefaultServices"
import * as Effect from "effect/Effect"
import type * as Exit from "effect/Exit"
import * as FiberRef from "effect/FiberRef"
import type * as Option from "effect/Option"
import * as Tracer from "effect/Tracer"
import { clockOf } from "./clocks.js"
import type { AnyFiber } from "./fibers.js"
import { contextOf } from "./fibers.js"

/** The span that a fiber is in. */
export const spanOf = (fiber: AnyFiber): Option.Option<Tracer.AnySpan> =>
  Context.getOption(contextOf(fiber), Tracer.ParentSpan)

/** Links to a span, by its ids: a span holds on to its attributes, its parents, its context, and to how it ended. */
export const linkTo = ({ sampled, spanId, traceId }: Tracer.AnySpan): Tracer.SpanLink => ({
  _tag: "SpanLink",
  span: Tracer.externalSpan({ spanId, traceId, sampled }),
  attributes: {}
})

/** Makes a span that is part of no other. */
export const makeRootSpan = (
  name: string,
  options: Pick<Tracer.SpanOptions, "links" | "attributes">
): Effect.Effect<Tracer.Span> => Effect.makeSpan(name, { root: true, captureStackTrace: false, ...options })

/** Ends a span, if nobody has, and answers the exit. */
export const endSpan = <A, E>(fiber: AnyFiber, span: Tracer.Span, exit: Exit.Exit<A, E>): Exit.Exit<A, E> => {
  if (span.status._tag !== "Ended") {
    span.end(
      fiber.getFiberRef(FiberRef.currentTracerTimingEnabled) ? clockOf(fiber).unsafeCurrentTimeNanos() : 0n,
      exit
    )
  }
  return exit
}

const native = Context.get(DefaultServices.liveServices, Tracer.Tracer)

/** Whether anybody is told of the spans of a fiber: of those of Effect's own tracer, nobody is. */
export const isTraced = (fiber: AnyFiber): boolean =>
  Context.get(fiber.getFiberRef(DefaultServices.currentServices), Tracer.Tracer) !== native
