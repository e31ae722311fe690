/**
 * Spans, and links to them.
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type * as Exit from "effect/Exit"
import * as Option from "effect/Option"
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

export const seenParentOf = (fiber: AnyFiber): Tracer.AnySpan | undefined => {
  if (!isTraced(fiber) || !fiber.getRef(References.TracerEnabled)) return undefined
  const parent = Option.getOrUndefined(spanOf(fiber))
  return parent === undefined || Context.get(parent.annotations, Tracer.DisablePropagation) ? undefined : parent
}

export const beginSpan = (fiber: AnyFiber, name: string, parent: Tracer.AnySpan): Tracer.Span =>
  fiber.getRef(Tracer.Tracer).span({
    name,
    parent: Option.some(parent),
    annotations: Context.empty(),
    links: [],
    startTime: fiber.getRef(References.TracerTimingEnabled) ? clockOf(fiber).currentTimeNanosUnsafe() : 0n,
    kind: "internal",
    root: false,
    sampled: parent.sampled
  })

export const insideSpan = <A, E, R>(
  fiber: AnyFiber,
  span: Tracer.Span,
  effect: Effect.Effect<A, E, R>
): Effect.Effect<A, E, R> =>
  Effect.onExit(
    Effect.updateContext(effect, (context: Context.Context<R>) => Context.add(context, Tracer.ParentSpan, span)),
    (exit) => Effect.sync(() => endSpan(fiber, span, exit))
  )
