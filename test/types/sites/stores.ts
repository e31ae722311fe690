/**
 * Bounded stores in memory.
 */
import { Context, Data, Effect, Layer, Predicate, type Scope } from "effect"
import { CacheMetrics, LeasedStore, Store } from "effect-aws-cache/Cache"

// A store as a service.

export class Answers extends Context.Tag("app/Answers")<Answers, Store.Store<string, number>>() {}
export const AnswersLive = Store.layer(Answers, { maxSize: 1_000, timeToLive: "5 minutes" })

export const answer = Effect.flatMap(Answers, (answers) => answers.getOrCompute("6 * 7", Effect.succeed(42))).pipe(
  Effect.provide(AnswersLive)
)

// Computations that need a service, and may fail; one of the failures is remembered.

export class Offline extends Data.TaggedError("Offline")<{ readonly host: string }> {}
export class NoSuchUser extends Data.TaggedError("NoSuchUser")<{ readonly id: number }> {}
export class Db extends Context.Tag("app/Db")<
  Db,
  { readonly userName: (id: number) => Effect.Effect<string, Offline | NoSuchUser> }
>() {}

export class Names extends Context.Tag("app/Names")<Names, Store.Store<number, string, NoSuchUser>>() {}
export const NamesLive = Store.layer(Names, {
  maxSize: 100,
  failure: Predicate.isTagged("NoSuchUser") as Predicate.Refinement<unknown, NoSuchUser>,
  failureTimeToLive: "10 seconds"
})

export const userName = (id: number) => Effect.flatMap(Db, (db) => db.userName(id))
export const nameOf = (id: number) => Effect.flatMap(Names, (names) => names.getOrCompute(id, userName(id)))
export const memoizedName = Effect.flatMap(Names, (names) => names.memoize(userName))

export const DbTest = Layer.succeed(Db, {
  userName: (id) =>
    id === 1
      ? Effect.succeed("Ada")
      : Effect.fail(id === 2 ? new NoSuchUser({ id }) : new Offline({ host: "db-1" }))
})

export const names = Effect.gen(function*() {
  const of = yield* memoizedName
  const missing = yield* Effect.flip(nameOf(2))
  return [yield* nameOf(1), yield* of(1), missing._tag, (yield* Effect.flip(of(3)))._tag]
}).pipe(Effect.provide([NamesLive, DbTest]))

// A function of its own store; a value made of the one before.

export const makeLengths = Store.memoize((text: string) => Effect.succeed(text.length), { maxSize: 100 })
export const makeCounts = Store.make<string, number>()

export const counts = Effect.gen(function*() {
  const lengthOf = yield* makeLengths
  const store = yield* makeCounts
  yield* store.set("a", yield* lengthOf("four"))
  const five = yield* store.modify("a", (was) => Effect.succeed(was + 1))
  return [five, yield* store.getMany(["a", "b"])] as const
}).pipe(Effect.scoped)

// A service with an exported inferred cache.

export const makeWords = Effect.gen(function*() {
  const store = yield* Store.make<string, ReadonlyArray<string>>({ maxSize: 10 })
  const of = (text: string) => store.getOrCompute(text, Effect.succeed(text.split(" ")))
  return { store, of, stats: store.stats, events: store.events, resize: store.resize }
})

export class Words extends Effect.Service<Words>()("app/Words", { scoped: makeWords }) {}

export const words = Effect.gen(function*() {
  const { of, stats } = yield* Words
  yield* of("a b")
  yield* of("a b")
  const { hits, misses, size } = yield* stats
  return { hits, misses, size }
}).pipe(Effect.provide(Words.Default))

// Connections that must be released.

export interface Connection {
  readonly host: string
}

export const connect = (host: string): Effect.Effect<Connection, never, Scope.Scope> =>
  Effect.acquireRelease(Effect.succeed({ host }), () => Effect.void)

export const makePools = LeasedStore.make({ acquire: connect, maxSize: 10 })

export class Pools extends Effect.Service<Pools>()("app/Pools", {
  scoped: Effect.map(makePools, (store) => ({ store, stats: store.stats, events: store.events }))
}) {}

export const hosts = Effect.gen(function*() {
  const { stats, store } = yield* Pools
  const host = yield* store.use("db-1", (connection) => Effect.succeed(connection.host))
  const { releases } = yield* stats
  return { host, releases }
}).pipe(Effect.provide(Pools.Default))

export type PoolEvent = Effect.Effect.Success<typeof makePools>["events"]

export const { entryCount, lookups, requestDuration } = CacheMetrics

export const AppLive = Layer.mergeAll(AnswersLive, Words.Default, Pools.Default)
