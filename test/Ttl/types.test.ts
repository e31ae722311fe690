import { assert, it } from "@effect/vitest"
import {
  type ByteSize,
  type CacheConfigError,
  type CacheExistsError,
  type CacheKeyError,
  type CacheNotFoundError,
  type CacheValueError,
  type Dict,
  type DictEntry,
  type DictWriteOptions,
  type EntryInfo,
  type EntryTooLargeError,
  type StoreEvent,
  type SyncTtlDict,
  TtlDict,
  TtlDictLive
} from "effect-aws-cache/Ttl"
import * as Context from "effect/Context"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as Either from "effect/Either"
import type * as Layer from "effect/Layer"
import type * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"
import type * as Stream from "effect/Stream"

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends (<T>() => T extends B ? 1 : 2) ? true : false

/** Compiles only when the two types are the same. */
type ServiceOf<T> = T extends Context.Tag<infer _, infer Service> ? Service : never

const same = <A, B>(...proof: Same<A, B> extends true ? [] : [never]) => assert.lengthOf(proof, 0)

interface Session {
  readonly user: string
}

class Sessions extends TtlDict.Service<Sessions>()("app/Sessions", {
  key: Schema.String,
  value: Schema.Struct({ user: Schema.String }),
  timeToLive: "1 minute",
  maxSize: 10,
  maxBytes: "1M",
  weigher: (key, value) => key.length + value.user.length
}) {}

class Days extends TtlDict.Service<Days>()("app/Days", { key: Schema.Date, value: Schema.NumberFromString }) {}

class Directory extends Context.Tag("test/Directory")<Directory, string>() {}

class Lookups extends TtlDict.Service<Lookups>()("app/Lookups", {
  key: Schema.String,
  value: Schema.Struct({ user: Schema.String }),
  failure: Schema.Literal("offline"),
  failureTimeToLive: "1 minute",
  onRemoval: () => Directory
}) {}

const findUser: Effect.Effect<Session, "lost", Directory> = Effect.map(Directory, (user) => ({ user }))

type Looked = "lost" | CacheValueError

type SessionsWrite = EntryTooLargeError | CacheValueError

it("the members of a class are typed by its schemas", () => {
  same<ReturnType<typeof Sessions.get>, Effect.Effect<Session, CacheNotFoundError, Sessions>>()
  same<ReturnType<typeof Sessions.getOption>, Effect.Effect<Option.Option<Session>, never, Sessions>>()
  same<Parameters<typeof Sessions.get>, [key: string]>()
  same<Parameters<typeof Sessions.set>[0], string>()
  same<Parameters<typeof Sessions.set>[1], Session>()
  same<ReturnType<typeof Sessions.set>, Effect.Effect<void, SessionsWrite, Sessions>>()
  same<ReturnType<typeof Sessions.setMany>, Effect.Effect<void, SessionsWrite, Sessions>>()
  same<Parameters<typeof Sessions.setMany>[0], Iterable<DictEntry<string, Session>>>()
  same<Parameters<typeof Sessions.setMany>[1], DictWriteOptions | undefined>()
  same<ReturnType<typeof Sessions.peekEntry>, Effect.Effect<Option.Option<EntryInfo<Session>>, never, Sessions>>()
  same<ReturnType<typeof Sessions.hasMany>, Effect.Effect<ReadonlyArray<boolean>, never, Sessions>>()
  same<ReturnType<typeof Sessions.removeMany>, Effect.Effect<number, never, Sessions>>()
  const refreshed = Sessions.refresh("a", findUser)
  same<typeof refreshed, Effect.Effect<Session, Looked, Sessions | Directory>>()
  const looked = Lookups.refresh("a", findUser)
  same<typeof looked, Effect.Effect<Session, "offline" | Looked, Lookups | Directory>>()
  same<ReturnType<typeof Sessions.add>, Effect.Effect<void, CacheExistsError | SessionsWrite, Sessions>>()
  same<typeof Sessions.keys, Effect.Effect<ReadonlyArray<string>, never, Sessions>>()
  same<typeof Sessions.size, Effect.Effect<number, never, Sessions>>()
  same<ReturnType<typeof Sessions.timeToLive>, Effect.Effect<Duration.Duration, CacheNotFoundError, Sessions>>()
  same<ReturnType<typeof Sessions.isExpired>, Effect.Effect<Option.Option<boolean>, never, Sessions>>()
  same<ReturnType<typeof Sessions.keyEither>, Either.Either<string, CacheKeyError>>()
  same<ReturnType<typeof Sessions.layer>, Layer.Layer<Sessions, CacheConfigError>>()
  same<typeof Sessions.key, "app/Sessions">()
  same<Effect.Effect.Success<typeof Sessions>, Dict<string, Session, CacheValueError>>()
  same<Context.Tag.Service<typeof Sessions>, Dict<string, Session, CacheValueError>>()
})

it("keys and values have the decoded types", () => {
  same<Parameters<typeof Days.set>[0], Date>()
  same<Parameters<typeof Days.set>[1], number>()
  same<Effect.Effect.Success<ReturnType<typeof Days.get>>, number>()
})

it("the default dictionary goes from strings to unknown", () => {
  same<ReturnType<typeof TtlDict.get>, Effect.Effect<unknown, CacheNotFoundError, TtlDict>>()
  same<ReturnType<typeof TtlDict.set>, Effect.Effect<void, EntryTooLargeError, TtlDict>>()
  same<Effect.Effect.Success<typeof TtlDict>, Dict<string, unknown>>()
  same<ServiceOf<typeof TtlDict>, Dict<string, unknown>>()
  same<typeof TtlDictLive, Layer.Layer<TtlDict>>()
  const provided = Effect.provide(TtlDict.set("a", 1), TtlDictLive)
  same<typeof provided, Effect.Effect<void, EntryTooLargeError>>()
})

it("make keeps its type parameters", () => {
  const dict = TtlDict.make<"a" | "b", Session>()
  same<typeof dict, Effect.Effect<Dict<"a" | "b", Session>, CacheConfigError, Scope.Scope>>()
  const inferred = TtlDict.make({ weigher: (key: string, value: Uint8Array) => key.length + value.byteLength })
  same<Effect.Effect.Success<typeof inferred>, Dict<string, Uint8Array>>()
  same<typeof ByteSize.schema, Schema.Schema<number, number | string>>()
})

it("computations are typed by themselves and by what is remembered, hooks by the dictionary", () => {
  const looked = Lookups.getOrCompute("a", findUser)
  same<typeof looked, Effect.Effect<Session, "offline" | Looked, Lookups | Directory>>()
  const memoized = Lookups.memoize((_) => findUser)
  same<
    typeof memoized,
    Effect.Effect<(key: string) => Effect.Effect<Session, "offline" | Looked>, never, Lookups | Directory>
  >()
  same<ReturnType<typeof Lookups.layer>, Layer.Layer<Lookups, CacheConfigError, Directory>>()
  same<typeof Lookups.events, Stream.Stream<StoreEvent<string>, never, Lookups>>()
  const found = Sessions.getOrCompute("a", findUser)
  same<typeof found, Effect.Effect<Session, Looked, Sessions | Directory>>()
  const hooked = TtlDict.make({ onRemoval: (key: string, value: Session) => Effect.as(Directory, key + value.user) })
  same<Effect.Effect.Context<typeof hooked>, Scope.Scope | Directory>()
  const layer = TtlDict.layer({ onRemoval: () => Directory })
  same<typeof layer, Layer.Layer<TtlDict, CacheConfigError, Directory>>()
  same<ReturnType<SyncTtlDict<string, Session>["get"]>, Session | undefined>()
})

it("what is wrong does not compile", () => {
  // @ts-expect-error a value that the schema does not have
  assert.isDefined(Sessions.set("foo", { user: 1 }))
  // @ts-expect-error a key that the schema does not have
  assert.isDefined(Sessions.get(1))
  // @ts-expect-error no such weigher
  assert.isDefined(TtlDict.make({ weigher: "guess" }))
  // @ts-expect-error no such unit of time
  assert.isDefined(TtlDict.make({ timeToLive: "1 moment" }))
  // @ts-expect-error the schema of values is missing
  assert.throws(() => TtlDict.Service<Sessions>()("app/Broken", { key: Schema.String }))
  // @ts-expect-error a schema that needs a service
  assert.isDefined(TtlDict.Service<Sessions>()("app/Broken", { key: Schema.String, value: needy }))
  // @ts-expect-error the layer is missing
  const program: Effect.Effect<number> = Sessions.size
  assert.isDefined(program)
  // @ts-expect-error another service's layer
  const provided: Effect.Effect<number> = Effect.provide(Sessions.size, TtlDictLive)
  assert.isDefined(provided)
})

const needy: Schema.Schema<string, string, "a service"> = Schema.String.pipe(Schema.filter(() => true))
