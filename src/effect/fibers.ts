/**
 * Fibers, as this library starts and reads them, beyond what all of Effect's majors call alike.
 */
import type * as Context from "effect/Context"
import * as DefaultServices from "effect/DefaultServices"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as FiberId from "effect/FiberId"
import * as FiberRef from "effect/FiberRef"
import * as FiberRefs from "effect/FiberRefs"
import * as Option from "effect/Option"
import * as Runtime from "effect/Runtime"
import * as RuntimeFlags from "effect/RuntimeFlags"
import * as Scheduler from "effect/Scheduler"
import { sharedByCopies } from "./shared.js"

/** A fiber, as seen from inside. */
export type AnyFiber = Fiber.RuntimeFiber<unknown, unknown>

/** The fiber that runs, `undefined` outside of any effect. */
export const currentFiber = (): AnyFiber | undefined => Option.getOrUndefined(Fiber.getCurrentFiber())

/** The services of a fiber. */
export const contextOf = (fiber: AnyFiber): Context.Context<never> => fiber.currentContext

/** How what a fiber interrupted ends. */
export const interruptedBy = (fiber: AnyFiber): Exit.Exit<never> => Exit.interrupt(fiber.id())

/** Interrupts a fiber, and does not wait for its end. */
export const interruptLater = (fiber: Fiber.RuntimeFiber<unknown, unknown>): void =>
  fiber.unsafeInterruptAsFork(FiberId.none)

/** Whether a fiber has ended. */
export const hasEnded = (fiber: Fiber.RuntimeFiber<unknown, unknown>): boolean => fiber.unsafePoll() !== null

/** Services as seen by a fiber that has its own, and its own values. */
export const seenBy = <R>(_own: Context.Context<never>, services: Context.Context<R>): Context.Context<R> => services

/** A value of each fiber, which the fibers that it starts inherit. */
export interface Local<in out A> extends FiberRef.FiberRef<A> {}

/**
 * Makes a value of each fiber, one for all copies of this library in a process.
 *
 * @param name what it is called, within this library
 */
export const makeLocal = <A>(name: string, initial: A): Local<A> =>
  sharedByCopies(name, () => FiberRef.unsafeMake(initial))

/** The value of a fiber. */
export const localOf = <A>(fiber: AnyFiber, local: Local<A>): A => fiber.getFiberRef(local)

/** Runs an effect with another value. */
export const withLocal = <A, E, R, B>(effect: Effect.Effect<A, E, R>, local: Local<B>, value: B) =>
  Effect.locally(effect, local, value)

/** A deferred that nobody has settled. */
export const makeDeferred = <A, E = never>(): Deferred.Deferred<A, E> => Deferred.unsafeMake(FiberId.none)

/** What fibers are started with: the services, the values of fibers, and whether they can be interrupted. */
export interface Surroundings<in R> extends Runtime.Runtime<R> {}

/** Those where this is run. */
export const surroundings = <R>(): Effect.Effect<Surroundings<R>, never, R> => Effect.runtime<R>()

/** The services among them. */
export const servicesIn = <R>(self: Surroundings<R>): Context.Context<R> => self.context

/** The same, in which what is started can be interrupted from its first instruction on. */
export const interruptible = <R>(self: Surroundings<R>): Surroundings<R> =>
  Runtime.enableRuntimeFlag(self, RuntimeFlags.Interruption)

/** The same, in which what is started cannot be interrupted but where it says so itself. */
export const uninterruptible = <R>(self: Surroundings<R>): Surroundings<R> =>
  Runtime.disableRuntimeFlag(self, RuntimeFlags.Interruption)

/** The same, with a value of fibers. */
export const surroundingsWith = <R, A>(self: Surroundings<R>, local: Local<A>, value: A): Surroundings<R> =>
  Runtime.setFiberRef(self, local, value)

/**
 * The same, with what the program of a fiber has decided for all that runs in it: Effect's default services (clock,
 * configuration, console, random numbers, tracer), and where logs go.
 */
export const surroundingsAsOf = (fiber: AnyFiber, self: Surroundings<never>): Surroundings<never> => {
  const services = withRefOf(fiber, self, DefaultServices.currentServices)
  return withRefOf(fiber, withRefOf(fiber, services, FiberRef.currentLoggers), FiberRef.currentMinimumLogLevel)
}

const withRefOf = <A>(fiber: AnyFiber, self: Surroundings<never>, ref: FiberRef.FiberRef<A>): Surroundings<never> => {
  const value = fiber.getFiberRef(ref)
  return FiberRefs.getOrDefault(self.fiberRefs, ref) === value ? self : Runtime.setFiberRef(self, ref, value)
}

/**
 * Starts a fiber, which does not begin before the present step is over.
 *
 * @param caller whom it is for: if that runs synchronously (`Effect.runSync`), this runs in between
 * @param immediate whether it begins at once instead, before this returns
 */
export const start = <A, E, R>(
  self: Surroundings<R>,
  effect: Effect.Effect<A, E, R>,
  caller?: AnyFiber,
  immediate = false
): Fiber.RuntimeFiber<A, E> =>
  Runtime.runFork(
    self,
    effect,
    caller?.currentScheduler instanceof Scheduler.SyncScheduler
      ? { immediate, scheduler: caller.currentScheduler }
      : { immediate }
  )

/** What those who wait go on with, who do not before the present step is over. */
export const later = <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> => effect

/** Starts a fiber that has nothing of where it is started. */
export const startAlone = <A, E>(effect: Effect.Effect<A, E>): Fiber.RuntimeFiber<A, E> =>
  Runtime.runFork(Runtime.defaultRuntime, effect)

/** Gives a fiber other services from here on: for what its fiber does nothing after. */
export const provideForGood = <A, E, R>(
  effect: Effect.Effect<A, E, R>,
  services: (own: Context.Context<never>) => Context.Context<R>
): Effect.Effect<A, E> =>
  Effect.flatMap(
    FiberRef.update(FiberRef.currentContext, services),
    // Sound: what it needs is what its fiber has from here on.
    () => effect as Effect.Effect<A, E>
  )

/** Lets who is interrupted go on at once: what he has waited for is interrupted behind his back. */
export const disconnect: <A, E, R>(self: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R> = Effect.disconnect
