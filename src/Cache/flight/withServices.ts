/**
 * Computations that bring along what they need.
 */
import * as Cause from "effect/Cause"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import * as Scope from "effect/Scope"
import * as Tracer from "effect/Tracer"
import { type AnyFiber, contextOf, provideForGood, seenBy } from "../../effect/fibers.js"

/**
 * A computation with services that were captured elsewhere (`services`), in place of those where it runs. Its spans are
 * parts of the span it runs in. A `Scope` among them is not that of the caller, who may leave before the computation ends:
 * it is closed when this has ended.
 */
export const withServices = <A, E, R>(
  compute: Effect.Effect<A, E, R>,
  services: Context.Context<R>
): Effect.Effect<A, E> =>
  hasScope(services)
    ? Effect.scopedWith((scope) => provide(compute, Context.add(services, Scope.Scope, scope)))
    : provide(compute, services)

// The fiber of each scope of a computation that is provided for good: it closes it, and nobody else who sees it does.
const fibersOfScopes = new WeakMap<Scope.Scope, AnyFiber>()

/**
 * The same for a computation that its fiber does nothing after, as that of a flight: the fiber is left with the services,
 * which costs a fifth of what putting the others back does. Whoever runs it ends with `closeScopeOf`.
 */
export const withServicesForGood = <A, E, R>(
  compute: Effect.Effect<A, E, R>,
  services: Context.Context<R>
): Effect.Effect<A, E> => {
  if (!hasScope(services)) return provideForGood(compute, (own) => inSpanOf(own, services))
  return Effect.flatMap(Scope.make(), (scope) =>
    Effect.withFiberRuntime<A, E>((fiber) => {
      fibersOfScopes.set(scope, fiber)
      const scoped = Context.add(services, Scope.Scope, scope)
      return provideForGood(compute, (own) => inSpanOf(own, scoped))
    }))
}

const hasScope = (services: Context.Context<never>): boolean => Option.isSome(Context.getOption(services, Scope.Scope))

/** Closes the scope that `withServicesForGood` has left a fiber with, if it has, and ends as the computation did. */
export const closeScopeOf = <A, E>(
  fiber: AnyFiber,
  exit: Exit.Exit<A, E>
): Effect.Effect<A, E> => {
  const scope = Option.getOrUndefined(Context.getOption(contextOf(fiber), Scope.Scope))
  if (scope === undefined || !isScopeOf(fiber, scope)) return exit
  return Effect.matchCauseEffect(Scope.close(scope, exit), {
    onFailure: (cause) => Exit.failCause(Exit.isFailure(exit) ? Cause.sequential(exit.cause, cause) : cause),
    onSuccess: () => exit
  })
}

const isScopeOf = (fiber: AnyFiber, scope: Scope.Scope): scope is Scope.CloseableScope =>
  fibersOfScopes.get(scope) === fiber

const provide = <A, E, R>(compute: Effect.Effect<A, E, R>, services: Context.Context<R>): Effect.Effect<A, E> =>
  Effect.mapInputContext(compute, (own: Context.Context<never>) => inSpanOf(own, services))

/**
 * The services of whoever runs this, for `withServices`. Not among them is the span it runs in: what is kept up by others
 * is to hold nothing of who has gone.
 */
export const services = <R>(): Effect.Effect<Context.Context<R>, never, R> =>
  Effect.map(Effect.context<R>(), withoutSpan)

/** The same of the fiber that runs an effect that needs them, at once. */
export const servicesOf = <R>(caller: AnyFiber): Context.Context<R> =>
  // Sound: `Effect.context` has the same, and the same type.
  withoutSpan(contextOf(caller) as Context.Context<R>)

/** A context without its span. */
export const withoutSpan = <R>(context: Context.Context<R>): Context.Context<R> =>
  // Sound: a computation is given the span it runs in.
  Context.omit(Tracer.ParentSpan)(context) as Context.Context<R>

/** Services as seen within the span of a context. */
const inSpanOf = <R>(own: Context.Context<never>, services: Context.Context<R>): Context.Context<R> => {
  const span = Context.getOption(own, Tracer.ParentSpan)
  const seen = seenBy(own, services)
  return Option.isNone(span) ? seen : Context.add(seen, Tracer.ParentSpan, span.value)
}
