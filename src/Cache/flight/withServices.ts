/**
 * Computations that bring along what they need.
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Tracer from "effect/Tracer"

/**
 * A computation with services that were captured elsewhere, in place of those where it runs. Its spans are parts of the span
 * it runs in, and never of one that is among the services: that may be over by then, and is nobody else's to keep.
 */
export const withServices = <A, E, R>(
  compute: Effect.Effect<A, E, R>,
  services: Context.Context<R>
): Effect.Effect<A, E> => Effect.mapInputContext(compute, (own: Context.Context<never>) => inSpanOf(own, services))

/** Services as seen within the span of a context. */
const inSpanOf = <R>(own: Context.Context<never>, services: Context.Context<R>): Context.Context<R> => {
  const seen = new Map<string, unknown>(services.unsafeMap)
  const span = own.unsafeMap.get(Tracer.ParentSpan.key)
  if (span === undefined) seen.delete(Tracer.ParentSpan.key)
  else seen.set(Tracer.ParentSpan.key, span)
  return Context.unsafeMake(seen)
}
