/**
 * What tests use of Effect 3 that has another form in Effect 4.
 */
import * as Arbitrary from "effect/Arbitrary"
import * as Cache from "effect/Cache"
import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Config from "effect/Config"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import { dual } from "effect/Function"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as LogLevel from "effect/LogLevel"
import * as Metric from "effect/Metric"
import * as Option from "effect/Option"
import * as Random from "effect/Random"
import * as References from "effect/References"
import * as Request from "effect/Request"
import * as RequestResolver from "effect/RequestResolver"
import * as Scheduler from "effect/Scheduler"
import * as Schema from "effect/Schema"
import * as SchemaGetter from "effect/SchemaGetter"
import * as Scope from "effect/Scope"
import * as ScopedCache from "effect/ScopedCache"
import * as Tracer from "effect/Tracer"
import * as fc from "fast-check"

// Data

export const structOfData = <A extends Readonly<Record<string, unknown>>>(fields: A): Readonly<A> => ({ ...fields })
export const arrayOfData = <A>(elements: ReadonlyArray<A>): ReadonlyArray<A> => [...elements]
export const tupleOfData = <A extends ReadonlyArray<unknown>>(...elements: A): A => elements

// Effects

export const EffectTypeIdOfEffect = "~effect/Effect"

/** An effect with something else in its surroundings, to be called with the effect first or last. */
const setting = <Setting>(
  service: (setting: Setting) => <A, E, R>(self: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>
): {
  (setting: Setting): <A, E, R>(self: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>
  <A, E, R>(self: Effect.Effect<A, E, R>, setting: Setting): Effect.Effect<A, E, R>
} => dual(2, <A, E, R>(self: Effect.Effect<A, E, R>, given: Setting) => service(given)(self))

export const withConfigProviderOfEffect = setting((provider: ConfigProvider.ConfigProvider) =>
  Effect.provideService(ConfigProvider.ConfigProvider, provider)
)
export const withClockOfEffect = setting((clock: Clock.Clock) => Effect.provideService(Clock.Clock, clock))
export const withSchedulerOfEffect = setting((scheduler: Scheduler.Scheduler) =>
  Effect.provideService(Scheduler.Scheduler, scheduler)
)
export const withMaxOpsBeforeYieldOfEffect = setting((n: number) =>
  Effect.provideService(References.MaxOpsBeforeYield, n)
)
export const makeOfClock = (): Clock.Clock => Clock.Clock.defaultValue()
export const withRandomOfEffect = setting((seed: string | number) => Random.withSeed(seed))
export const makeOfRandom = (seed: string | number): string | number => seed

export const zipLeftOfEffect: {
  <A2, E2, R2>(
    that: Effect.Effect<A2, E2, R2>
  ): <A, E, R>(self: Effect.Effect<A, E, R>) => Effect.Effect<A, E | E2, R | R2>
  <A, E, R, A2, E2, R2>(
    self: Effect.Effect<A, E, R>,
    that: Effect.Effect<A2, E2, R2>
  ): Effect.Effect<A, E | E2, R | R2>
} = dual(
  2,
  <A, E, R, A2, E2, R2>(self: Effect.Effect<A, E, R>, that: Effect.Effect<A2, E2, R2>) => Effect.tap(self, () => that)
)

export const timeoutToOfEffect = <A, B, C>({ duration, onSuccess, onTimeout }: {
  readonly duration: Duration.Input
  readonly onSuccess: (value: A) => B
  readonly onTimeout: () => C
}) =>
<E, R>(self: Effect.Effect<A, E, R>): Effect.Effect<B | C, E, R> =>
  Effect.timeoutOrElse(Effect.map(self, onSuccess), { duration, orElse: () => Effect.sync(onTimeout) })

// Caches

/** The functions over a cache as methods. */
const methodsOf = <Key, A, E, R>(module: typeof Cache, cache: Cache.Cache<Key, A, E, R>) => ({
  get: (key: Key) => module.get(cache, key),
  getOption: (key: Key) => module.getOption(cache, key),
  set: (key: Key, value: A) => module.set(cache, key, value),
  contains: (key: Key) => module.has(cache, key),
  invalidate: (key: Key) => module.invalidate(cache, key),
  refresh: (key: Key) => module.refresh(cache, key),
  keys: Effect.map(module.keys(cache), (keys) => [...keys]),
  size: module.size(cache),
  cacheStats: Effect.die("nothing is counted") as Effect.Effect<{ readonly hits: number; readonly misses: number }>
})

interface CacheOptions<Key, A, E, R> {
  readonly capacity: number
  readonly timeToLive: Duration.Input
  readonly lookup: (key: Key) => Effect.Effect<A, E, R>
}

export const makeOfCache = <Key, A, E, R>(options: CacheOptions<Key, A, E, R>) =>
  Effect.map(Cache.make(options), (cache) => methodsOf(Cache, cache))
export const makeOfScopedCache = <Key, A, E>(options: CacheOptions<Key, A, E, Scope.Scope>) =>
  Effect.map(
    ScopedCache.make(options),
    (cache) => methodsOf<Key, A, E, Scope.Scope>(ScopedCache as never, cache as never)
  )

// Requests

export const TaggedClassOfRequest = Request.TaggedClass as unknown as <Tag extends string>(
  tag: Tag
) => new<A, E, Fields extends object>(
  fields: Fields
) => Request.Request<A, E> & Readonly<Fields> & { readonly _tag: Tag }
const entries = new WeakMap<object, Request.Entry<Request.Any>>()
export const makeBatchedOfRequestResolver = <A extends Request.Any>(
  run: (requests: ReadonlyArray<A>) => Effect.Effect<void, never>
): RequestResolver.RequestResolver<A> =>
  RequestResolver.make<A>((batch) =>
    run(batch.map((entry) => {
      entries.set(entry.request, entry as unknown as Request.Entry<Request.Any>)
      return entry.request
    }))
  )
export const fromEffectOfRequestResolver = <A extends Request.Any>(
  f: (request: A) => Effect.Effect<Request.Success<A>, Request.Error<A>>
): RequestResolver.RequestResolver<A> => RequestResolver.fromEffect(({ request }) => f(request))
export const completeOfRequest = (request: Request.Any, exit: Exit.Exit<unknown, unknown>): Effect.Effect<void> =>
  Effect.sync(() => entries.get(request)?.completeUnsafe(exit as never))

// Fibers

export const pollOfFiber = <A, E>(fiber: Fiber.Fiber<A, E>): Effect.Effect<Option.Option<Exit.Exit<A, E>>> =>
  Effect.sync(() => Option.fromUndefinedOr(fiber.pollUnsafe()))
export const interruptOfFiber = <A, E>(fiber: Fiber.Fiber<A, E>): Effect.Effect<Exit.Exit<A, E>> =>
  Effect.andThen(Fiber.interrupt(fiber), Fiber.await(fiber))
export const interruptForkOfFiber = (fiber: Fiber.Fiber<unknown, unknown>): Effect.Effect<void> =>
  Effect.sync(() => fiber.interruptUnsafe())
export const allOfFiber = <A, E>(fibers: Iterable<Fiber.Fiber<A, E>>): Fiber.Fiber<Array<A>, E> =>
  Effect.runFork(Fiber.joinAll(fibers) as Effect.Effect<Array<A>, E>)
export const forkAllOfEffect = <A, E, R>(
  effects: Iterable<Effect.Effect<A, E, R>>
): Effect.Effect<Fiber.Fiber<Array<A>, E>, never, R> =>
  Effect.map(Effect.forEach([...effects], (effect) => Effect.forkChild(effect)), allOfFiber)

/** Values of fibers. */
let made = 0
export const unsafeMakeOfFiberRef = <A>(initial: A): Context.Reference<A> =>
  Context.Reference<A>(`test/${made++}`, { defaultValue: () => initial })
export const makeOfFiberRef = <A>(initial: A): Effect.Effect<Context.Reference<A>> =>
  Effect.sync(() => unsafeMakeOfFiberRef(initial))
export const getOfFiberRef = <A>(ref: Context.Reference<A>): Effect.Effect<A> => ref
export const locallyOfEffect = Effect.provideService

// Causes and exits

export const flattenOfExit = <A, E, E2>(self: Exit.Exit<Exit.Exit<A, E>, E2>): Exit.Exit<A, E | E2> =>
  Exit.isSuccess(self) ? self.value : Exit.failCause(self.cause)
export const dieOptionOfCause = (cause: Cause.Cause<unknown>): Option.Option<unknown> =>
  Option.map(Option.fromUndefinedOr(cause.reasons.find(Cause.isDieReason)), ({ defect }) => defect)

// Configuration, logs, traces, metrics

export const fromMapOfConfigProvider = (map: ReadonlyMap<string, string>): ConfigProvider.ConfigProvider =>
  ConfigProvider.fromUnknown(Object.fromEntries(map))
export const arrayOfConfig = (_: Config.Config<string>, name: string): Config.Config<ReadonlyArray<string>> =>
  Config.map(Config.String(name), (text) => text.split(",").map((part) => part.trim()))
export const literalOfConfig =
  <const Literals extends ReadonlyArray<string>>(...literals: Literals) =>
  (name: string): Config.Config<Literals[number]> => Config.Literals(literals, name)
export const scopeOfLayer: Layer.Layer<Scope.Scope> = Layer.effect(Scope.Scope, Effect.scope)
export const setConfigProviderOfLayer = (provider: ConfigProvider.ConfigProvider): Layer.Layer<never> =>
  ConfigProvider.layer(provider)
export const setTracerOfLayer = (tracer: Tracer.Tracer): Layer.Layer<never> => Layer.succeed(Tracer.Tracer, tracer)
export const replaceOfLogger = (_: unknown, logger: Logger.Logger<unknown, unknown>): Layer.Layer<never> =>
  Logger.layer([logger])
export const removeOfLogger = (_: unknown): Layer.Layer<never> => Logger.layer([])
export const minimumLogLevelOfLogger = (level: LogLevel.LogLevel): Layer.Layer<never> =>
  Layer.succeed(References.MinimumLogLevel, level)
export const withMinimumLogLevelOfLogger: {
  (level: LogLevel.LogLevel): <A, E, R>(self: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>
  <A, E, R>(self: Effect.Effect<A, E, R>, level: LogLevel.LogLevel): Effect.Effect<A, E, R>
} = setting((level: LogLevel.LogLevel) => Effect.provideService(References.MinimumLogLevel, level))
export const noneOfLogger: Logger.Logger<unknown, void> = Logger.make(() => {})
export const prettyLoggerOfLogger = (_: { readonly stderr: true }): Logger.Logger<unknown, void> =>
  Logger.withConsoleError(Logger.formatSimple)
export const taggedOfMetric: {
  (key: string, value: string): <In, Out>(metric: Metric.Metric<In, Out>) => Metric.Metric<In, Out>
  <In, Out>(metric: Metric.Metric<In, Out>, key: string, value: string): Metric.Metric<In, Out>
} = dual(
  3,
  <In, Out>(metric: Metric.Metric<In, Out>, key: string, value: string) =>
    Metric.withAttributes(metric, { [key]: value })
)

export const toReadonlyArrayOfChunk = <A>(self: Iterable<A>): ReadonlyArray<A> => [...self]
export const decodeUnknownOfDuration = (input: unknown): Option.Option<Duration.Duration> =>
  Duration.fromInput(input as Duration.Input)

// Schemas

/** Draws of Effect 4's own arbitraries, by seeds that fast-check draws. */
export const makeOfArbitrary = <A>(schema: Schema.Schema<A>): fc.Arbitrary<A> =>
  fc.integer().map((seed) => {
    const [drawn] = Effect.runSync(Arbitrary.sampleEffect(Arbitrary.schema(schema), { count: 1, seed }))
    return drawn as A
  })
export const DataOfSchema = <S extends Schema.Constraint>(schema: S): S => schema

type Checked = Schema.Codec<any, any, any, any>
export const positiveOfSchema = () => <S extends Schema.Codec<number, any, any, any>>(self: S): S["Rebuild"] =>
  self.check(Schema.isGreaterThan(0))
export const lessThanOfSchema =
  (limit: number) => <S extends Schema.Codec<number, any, any, any>>(self: S): S["Rebuild"] =>
    self.check(Schema.isLessThan(limit))
export const minLengthOfSchema =
  (least: number) => <S extends Schema.Codec<string, any, any, any>>(self: S): S["Rebuild"] =>
    self.check(Schema.isMinLength(least))
type Found = boolean | string | { readonly path: ReadonlyArray<PropertyKey>; readonly message: string }
export const filterOfSchema = <S extends Checked>(accepts: (value: S["Type"]) => Found) => (self: S): S["Rebuild"] =>
  self.check(Schema.makeFilter((value: S["Type"]) => {
    const found = accepts(value)
    return typeof found === "object" ? { path: found.path, issue: found.message } : found
  }))
export const PositiveOfSchema: Schema.Codec<number> = Schema.Number.check(Schema.isGreaterThan(0))
  .annotate({ identifier: "Positive" })
export const transformOfSchema = <A, I, B, J>(
  from: Schema.Codec<A, I>,
  to: Schema.Codec<B, J>,
  { decode, encode }: { readonly strict?: boolean; readonly decode: (value: A) => J; readonly encode: (value: J) => A }
): Schema.Codec<B, I> =>
  from.pipe(Schema.decodeTo(to, { decode: SchemaGetter.transform(decode), encode: SchemaGetter.transform(encode) }))
