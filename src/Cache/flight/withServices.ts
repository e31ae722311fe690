/**
 * Computations that bring along what they need.
 */
import * as Cause from "effect/Cause"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type * as Fiber from "effect/Fiber"
import * as FiberRef from "effect/FiberRef"
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

// The fiber of each scope of a computation that is provided for good: it closes it, and nobody else who sees it does.
const fibersOfScopes = new WeakMap<object, Fiber.RuntimeFiber<unknown, unknown>>()

/**
 * The same for a computation that its fiber does nothing after, as that of a flight: the fiber is left with the services,
 * which costs a fifth of what putting the others back does. Whoever runs it ends with `closeScopeOf`.
 */
export const withServicesForGood = <A, E, R>(
  compute: Effect.Effect<A, E, R>,
  services: Context.Context<R>
): Effect.Effect<A, E> => {
  if (!services.unsafeMap.has(Scope.Scope.key)) return provideForGood(compute, services)
  return Effect.flatMap(Scope.make(), (scope) =>
    Effect.withFiberRuntime<A, E>((fiber) => {
      fibersOfScopes.set(scope, fiber)
      return provideForGood(compute, Context.add(services, Scope.Scope, scope))
    }))
}

const provideForGood = <A, E, R>(compute: Effect.Effect<A, E, R>, services: Context.Context<R>): Effect.Effect<A, E> =>
  Effect.flatMap(
    FiberRef.update(FiberRef.currentContext, (own) => inSpanOf(own, services)),
    // Sound: what it needs is what its fiber has from here on.
    () => compute as Effect.Effect<A, E>
  )

/** Closes the scope that `withServicesForGood` has left a fiber with, if it has, and ends as the computation did. */
export const closeScopeOf = <A, E>(
  fiber: Fiber.RuntimeFiber<unknown, unknown>,
  exit: Exit.Exit<A, E>
): Effect.Effect<A, E> => {
  const scope: unknown = fiber.currentContext.unsafeMap.get(Scope.Scope.key)
  if (!isScopeOf(fiber, scope)) return exit
  return Effect.matchCauseEffect(Scope.close(scope, exit), {
    onFailure: (cause) => Exit.failCause(Exit.isFailure(exit) ? Cause.sequential(exit.cause, cause) : cause),
    onSuccess: () => exit
  })
}

const isScopeOf = (fiber: Fiber.RuntimeFiber<unknown, unknown>, scope: unknown): scope is Scope.CloseableScope =>
  typeof scope === "object" && scope !== null && fibersOfScopes.get(scope) === fiber

const provide = <A, E, R>(compute: Effect.Effect<A, E, R>, services: Context.Context<R>): Effect.Effect<A, E> =>
  Effect.mapInputContext(compute, (own: Context.Context<never>) => inSpanOf(own, services))

/**
 * The services of whoever runs this, for `withServices`. Not among them is the span it runs in: what is kept up by others
 * is to hold nothing of who has gone.
 */
export const services = <R>(): Effect.Effect<Context.Context<R>, never, R> =>
  Effect.contextWith((context: Context.Context<R>) => withoutSpan(context))

/** The same of the fiber that runs an effect that needs them, at once. */
export const servicesOf = <R>(caller: Fiber.RuntimeFiber<unknown, unknown>): Context.Context<R> =>
  // Sound: `Effect.context` has the same, and the same type.
  withoutSpan(caller.currentContext as Context.Context<R>)

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
