/**
 * Computations that bring along what they need.
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Scope from "effect/Scope"
import * as Tracer from "effect/Tracer"

/**
 * A computation with services that were captured elsewhere (`services`), in place of those where it runs. Its spans are
 * parts of the span it runs in. A `Scope` among them is not that of the caller, who may leave before the computation ends:
 * it is closed when this has ended.
 */
export const withServices = <A, E, R>(
  compute: Effect.Effect<A, E, R>,
  services: Context.Context<R>
): Effect.Effect<A, E> =>
  services.unsafeMap.has(Scope.Scope.key)
    ? Effect.scopedWith((scope) => provide(compute, Context.add(services, Scope.Scope, scope)))
    : provide(compute, services)

const provide = <A, E, R>(compute: Effect.Effect<A, E, R>, services: Context.Context<R>): Effect.Effect<A, E> =>
  Effect.mapInputContext(compute, (own: Context.Context<never>) => inSpanOf(own, services))

/**
 * The services of whoever runs this, for `withServices`. Not among them is the span it runs in: what is kept up by others
 * is to hold nothing of who has gone.
 */
export const services = <R>(): Effect.Effect<Context.Context<R>, never, R> =>
  Effect.contextWith((context: Context.Context<R>) => withoutSpan(context))

/** A context without its span. */
export const withoutSpan = <R>(context: Context.Context<R>): Context.Context<R> => {
  const seen = new Map<string, unknown>(context.unsafeMap)
  seen.delete(Tracer.ParentSpan.key)
  return Context.unsafeMake(seen)
}

/** Services as seen within the span of a context. */
const inSpanOf = <R>(own: Context.Context<never>, services: Context.Context<R>): Context.Context<R> => {
  const span = Context.getOption(own, Tracer.ParentSpan)
  return Option.isNone(span) ? services : Context.add(services, Tracer.ParentSpan, span.value)
}
