/**
 * Spans for whoever looks at them.
 */
import * as Effect from "effect/Effect"
import type * as Tracer from "effect/Tracer"
import { isTraced } from "../../effect/spans.js"

/**
 * The same as `Effect.withSpan`, but where no tracer is set there is no span: Effect's own tells nobody of it, and it costs
 * as much as all the rest that is done between a cache and a client. Only for what has no code of users in it, which might
 * ask for the span it runs in.
 */
export const withSeenSpan =
  (name: string, options: () => Tracer.SpanOptions) =>
  <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
    Effect.withFiberRuntime<A, E, R>((fiber) =>
      isTraced(fiber)
        ? Effect.withSpan(effect, name, { ...options(), captureStackTrace: false }) as Effect.Effect<A, E, R>
        : effect
    )
