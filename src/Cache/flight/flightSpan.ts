/**
 * The spans of shared computations.
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import * as Tracer from "effect/Tracer"
import { type AnyFiber, provideForGood } from "../../effect/fibers.js"
import { endSpan, linkTo, makeRootSpan, spanOf } from "../../effect/spans.js"
import { closeScopeOf } from "./withServices.js"

/**
 * Runs a computation in a span of its own, for a fiber that does nothing else, and cannot be interrupted around it: the fiber
 * is left in the span. It does what `Effect.withSpan` does, in a third of the instructions.
 */
export const withSpanOfFiber = <A, E>(
  name: string,
  options: Pick<Tracer.SpanOptions, "links" | "attributes">,
  compute: Effect.Effect<A, E>
): Effect.Effect<A, E> =>
  Effect.flatMap(
    makeRootSpan(name, options),
    (span) =>
      provideForGood(
        Effect.flatMap(Effect.exit(compute), (ended) =>
          Effect.withFiberRuntime<A, E>((fiber) => {
            const end = (exit: Exit.Exit<A, E>) => endSpan(fiber, span, exit)
            const closed = closeScopeOf(fiber, ended)
            return closed === ended ? end(ended) : Effect.flatMap(Effect.exit(closed), end)
          })),
        (own) => Context.add(own, Tracer.ParentSpan, span)
      )
  )

/** Links to the span that somebody is in. */
export const linksTo = (caller: AnyFiber): ReadonlyArray<Tracer.SpanLink> =>
  Option.match(spanOf(caller), { onNone: () => [], onSome: (span) => [linkTo(span)] })
