/**
 * Spans, and links to them.
 */
import * as Context from "effect/Context"
import * as DefaultServices from "effect/DefaultServices"
import * as Effect from "effect/Effect"
import type * as Exit from "effect/Exit"
import * as FiberRef from "effect/FiberRef"
import * as Option from "effect/Option"
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

/** The span that what happens in a fiber is part of; `undefined` where there is none, or nobody is told of it. */
export const seenParentOf = (fiber: AnyFiber): Tracer.AnySpan | undefined => {
  if (!isTraced(fiber) || !fiber.getFiberRef(FiberRef.currentTracerEnabled)) return undefined
  const parent = Option.getOrUndefined(spanOf(fiber))
  return parent === undefined || Context.get(parent.context, Tracer.DisablePropagation) ? undefined : parent
}

/** Begins a span at once, as a part of another one. */
export const beginSpan = (fiber: AnyFiber, name: string, parent: Tracer.AnySpan): Tracer.Span => {
  const services = fiber.getFiberRef(DefaultServices.currentServices)
  const startTime = fiber.getFiberRef(FiberRef.currentTracerTimingEnabled)
    ? clockOf(fiber).unsafeCurrentTimeNanos()
    : 0n
  return Context.get(services, Tracer.Tracer).span(
    name,
    Option.some(parent),
    Context.empty(),
    [],
    startTime,
    "internal"
  )
}

/** Runs an effect as a part of a span, which ends with it. */
export const insideSpan = <A, E, R>(
  fiber: AnyFiber,
  span: Tracer.Span,
  effect: Effect.Effect<A, E, R>
): Effect.Effect<A, E, R> =>
  Effect.onExit(
    Effect.mapInputContext(effect, (context: Context.Context<R>) => Context.add(context, Tracer.ParentSpan, span)),
    (exit) => Effect.sync(() => endSpan(fiber, span, exit))
  )
