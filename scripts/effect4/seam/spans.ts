/**
 * Spans, and links to them.
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type * as Exit from "effect/Exit"
import type * as Option from "effect/Option"
import * as References from "effect/References"
import * as Tracer from "effect/Tracer"
import { clockOf } from "./clocks.js"
import type { AnyFiber } from "./fibers.js"

export const spanOf = (fiber: AnyFiber): Option.Option<Tracer.AnySpan> =>
  Context.getOption(fiber.context, Tracer.ParentSpan)

export const linkTo = ({ sampled, spanId, traceId }: Tracer.AnySpan): Tracer.SpanLink => ({
  span: Tracer.externalSpan({ spanId, traceId, sampled }),
  attributes: {}
})

export const makeRootSpan = (
  name: string,
  options: Pick<Tracer.SpanOptions, "links" | "attributes">
): Effect.Effect<Tracer.Span> => Effect.makeSpan(name, { root: true, ...options })

export const endSpan = <A, E>(fiber: AnyFiber, span: Tracer.Span, exit: Exit.Exit<A, E>): Exit.Exit<A, E> => {
  if (span.status._tag !== "Ended") {
    span.end(fiber.getRef(References.TracerTimingEnabled) ? clockOf(fiber).currentTimeNanosUnsafe() : 0n, exit)
  }
  return exit
}

export const isTraced = (fiber: AnyFiber): boolean => fiber.getRef(Tracer.Tracer) !== Tracer.nativeTracer
