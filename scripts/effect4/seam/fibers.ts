/**
 * Fibers, as this library starts and reads them, beyond what all of Effect's majors call alike.
 */
import * as Clock from "effect/Clock"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Console from "effect/Console"
import * as Context from "effect/Context"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Random from "effect/Random"
import * as References from "effect/References"
import * as Scheduler from "effect/Scheduler"
import * as Tracer from "effect/Tracer"
import { sharedByCopies } from "./shared.js"

export type AnyFiber = Fiber.Fiber<unknown, unknown>

export const currentFiber = (): AnyFiber | undefined => Fiber.getCurrent()

export const contextOf = (fiber: AnyFiber): Context.Context<never> => fiber.context

export const interruptedBy = (fiber: AnyFiber): Exit.Exit<never> => Exit.interrupt(fiber.id)

export const interruptLater = (fiber: AnyFiber): void => fiber.interruptUnsafe()

export const hasEnded = (fiber: AnyFiber): boolean => fiber.pollUnsafe() !== undefined

export interface Local<in out A> extends Context.Reference<A> {}

// Services and values of fibers are one context: what is captured elsewhere must not bring values of other fibers along.
// Nor turns: those of who runs synchronously end with him.
const locals = sharedByCopies(
  "locals",
  () => new Map<string, unknown>([[Scheduler.Scheduler.key, Scheduler.Scheduler]])
)

export const makeLocal = <A>(name: string, initial: A): Local<A> => {
  const local = Context.Reference<A>(`effect-aws-cache/${name}`, { defaultValue: () => initial })
  locals.set(local.key, local)
  return local
}

const withoutLocals = <R>(services: Context.Context<R>): Context.Context<R> =>
  Context.omit(...[...locals.values()] as unknown as [typeof Tracer.ParentSpan])(services) as Context.Context<R>

export const seenBy = <R>(own: Context.Context<never>, services: Context.Context<R>): Context.Context<R> =>
  Context.merge(own, withoutLocals(services))

export const localOf = <A>(fiber: AnyFiber, local: Local<A>): A => fiber.getRef(local)

export const withLocal = <A, E, R, B>(effect: Effect.Effect<A, E, R>, local: Local<B>, value: B) =>
  Effect.provideService(effect, local, value)

export const makeDeferred = <A, E = never>(): Deferred.Deferred<A, E> => Deferred.makeUnsafe()

export interface Surroundings<in R> {
  readonly services: Context.Context<R>
  readonly uninterruptible: boolean
}

export const surroundings = <R>(): Effect.Effect<Surroundings<R>, never, R> =>
  Effect.contextWith((services: Context.Context<R>) =>
    Effect.withFiber((fiber) => {
      const all = isSynchronous(fiber) ? Context.add(services, Scheduler.Scheduler, turnsOf(fiber)) : services
      return Effect.succeed({ services: all as Context.Context<R>, uninterruptible: false })
    })
  )

export const servicesIn = <R>(self: Surroundings<R>): Context.Context<R> => withoutLocals(self.services)

export const interruptible = <R>(self: Surroundings<R>): Surroundings<R> => ({ ...self, uninterruptible: false })

export const uninterruptible = <R>(self: Surroundings<R>): Surroundings<R> => ({ ...self, uninterruptible: true })

export const surroundingsWith = <R, A>(self: Surroundings<R>, local: Local<A>, value: A): Surroundings<R> => ({
  ...self,
  services: Context.add(self.services, local, value) as Context.Context<R>
})

const settings = [
  Clock.Clock,
  ConfigProvider.ConfigProvider,
  Console.Console,
  Random.Random,
  Tracer.Tracer,
  References.CurrentLoggers,
  References.MinimumLogLevel
] as unknown as ReadonlyArray<Context.Reference<unknown>>

export const surroundingsAsOf = (fiber: AnyFiber, self: Surroundings<never>): Surroundings<never> => {
  let { services } = self
  for (const setting of settings) {
    const value = fiber.getRef(setting)
    if (Context.get(services, setting) !== value) services = Context.add(services, setting, value)
  }
  return services === self.services ? self : { ...self, services }
}

export const start = <A, E, R>(
  { services, uninterruptible }: Surroundings<R>,
  effect: Effect.Effect<A, E, R>,
  caller?: AnyFiber,
  immediate = false
): Fiber.Fiber<A, E> => {
  const begin = Effect.runForkWith(services)
  const due = immediate ? effect : later(effect)
  if (caller === undefined || !isSynchronous(caller)) return begin(due, { uninterruptible })
  return begin(due, { uninterruptible, scheduler: turnsOf(caller) })
}

const isSynchronous = (fiber: AnyFiber): boolean => fiber.cache.scheduler.executionMode === "sync"

// Who runs synchronously runs what waits for turns of his own, however deep inside it, as long as he does.
const turnsOf = (fiber: AnyFiber): Scheduler.Scheduler => {
  const { cache: { scheduler }, currentDispatcher } = fiber
  const afterwards = new Scheduler.MixedScheduler()
  return {
    executionMode: "sync",
    shouldYield: (other) => scheduler.shouldYield(other),
    makeDispatcher: () => hasEnded(fiber) ? afterwards.makeDispatcher() : currentDispatcher
  }
}

// Who waits for something goes on in the midst of the step that settles it.
export const later = <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  Effect.andThen(Effect.yieldNow, effect)

export const startAlone: <A, E>(effect: Effect.Effect<A, E>) => Fiber.Fiber<A, E> = Effect.runFork

export const provideForGood = <A, E, R>(
  effect: Effect.Effect<A, E, R>,
  services: (own: Context.Context<never>) => Context.Context<R>
): Effect.Effect<A, E> =>
  Effect.withFiber<A, E>((fiber) => {
    fiber.setContext(services(fiber.context) as Context.Context<never>)
    // Sound: what it needs is what its fiber has from here on.
    return effect as Effect.Effect<A, E>
  })

export const disconnect = <A, E, R>(self: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  Effect.uninterruptibleMask((restore) =>
    Effect.flatMap(Effect.forkDetach(restore(self), { uninterruptible: false }), (fiber) =>
      Effect.onInterrupt(
        restore(Fiber.join(fiber)),
        () => Effect.sync(() => fiber.interruptUnsafe())
      ))
  )
