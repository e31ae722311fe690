/**
 * How an `S3Cache` does what it does.
 *
 * @since 0.1.0
 */
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import type * as Scope from "effect/Scope"
import { randomUUID } from "node:crypto"
import {
  CacheConfigError,
  CacheExistsError,
  CacheNotFoundError,
  type EntryTooLargeError
} from "../Cache/CacheErrors.js"
import { Absent } from "../Cache/engine/BoundedMapOptions.js"
import { makeGuardedMap } from "../Cache/GuardedMap.js"
import { type Flight, type FlightGroup, SingleFlight } from "../Cache/SingleFlight.js"
import { expiresAt } from "../Cache/timeToLive.js"
import { makeEntryFormat } from "./EntryFormat.js"
import { type AnyKey, Held } from "./Held.js"
import { KeyedMutex } from "./KeyedMutex.js"
import type { CacheKey, Keyspace } from "./Keyspace.js"
import type { ObjectStore } from "./ObjectStore.js"
import type { S3CacheOptions, S3CacheService, S3CacheWriteOptions } from "./S3CacheService.js"
import { CacheDecodeError, type CacheDecodeReason, CacheEncodeError, S3StoreError } from "./S3StoreErrors.js"

/** The write of one entry: its bytes, and what tells it from other writes. */
interface Write {
  readonly body: Uint8Array
  readonly writeId: string
  readonly held: Held
}

const attempts = 4

/**
 * Makes what an `S3Cache` does over a second level.
 *
 * @since 0.1.0
 * @category constructors
 */
export const makeS3CacheService = (
  store: ObjectStore,
  options: S3CacheOptions = {}
): Effect.Effect<S3CacheService, CacheConfigError, Scope.Scope> =>
  Effect.gen(function*() {
    const name = options.name ?? "S3Cache"
    const defaultTimeToLive = yield* Option.match(Duration.decodeUnknown(options.timeToLive ?? Duration.infinity), {
      onNone: () =>
        new CacheConfigError({
          cache: name,
          option: "timeToLive",
          value: String(options.timeToLive),
          accepted: "a duration"
        }),
      onSome: Effect.succeed
    })
    const format = yield* makeEntryFormat()
    const memory = yield* makeGuardedMap<AnyKey, Held>(name, { maxSize: options.maxSize ?? 1000 })
    const flights = yield* SingleFlight.make<AnyKey>(name)
    const loads = flights.group<Option.Option<Held>, S3StoreError>()
    const writes = new KeyedMutex<AnyKey>()
    const counts = {
      storeHits: 0,
      storeMisses: 0,
      computations: 0,
      writes: 0,
      storeErrors: 0,
      unreadable: 0,
      expired: 0
    }

    const counted = <A, R>(request: Effect.Effect<A, S3StoreError, R>): Effect.Effect<A, S3StoreError, R> =>
      Effect.tapError(request, () => Effect.sync(() => counts.storeErrors++))

    const annotated = (key: AnyKey) => Effect.annotateLogs({ cache: name, key: String(key) })

    // Reading ---------------------------------------------------------------------------------------------------

    const decode = <K, V>(key: CacheKey<K, V>, body: Uint8Array): Effect.Effect<Held, CacheDecodeError> =>
      Effect.matchEffect(format.decode(body), {
        onFailure: ({ detail, reason }) => undecodable(key, reason, detail),
        onSuccess: (entry) => {
          if (entry.keyspace !== key.keyspace || entry.version !== key.version || entry.key !== key.id) {
            return undecodable(key, "Foreign", `it belongs to ${entry.keyspace}/${entry.version} and key ${entry.key}`)
          }
          return Either.match(key.space.decodeValue(entry.encoded), {
            onLeft: (detail) => undecodable(key, "Schema", detail),
            onRight: (value) => Effect.succeed(Held.of(key.space, value, entry.expires))
          })
        }
      })

    /** The entry in the second level. An expired one is removed there, but never a fresh one in its place. */
    const load = <K, V>(key: CacheKey<K, V>): Effect.Effect<Option.Option<Held>, S3StoreError> =>
      Effect.gen(function*() {
        const object = yield* counted(store.load(key.objectName))
        if (object._tag !== "Found") {
          counts.storeMisses++
          if (object._tag === "TooLarge") counts.unreadable++
          return Option.none()
        }
        const held = yield* Effect.either(decode(key, object.body))
        if (Either.isLeft(held)) {
          counts.storeMisses++
          counts.unreadable++
          yield* Effect.logWarning(held.left.message).pipe(annotated(key))
          return Option.none()
        }
        if (held.right.expires <= (yield* Clock.currentTimeMillis)) {
          counts.storeMisses++
          counts.expired++
          yield* counted(store.removeIfMatch(key.objectName, object.etag)).pipe(
            Effect.catchAll((error) => Effect.logDebug(error.message).pipe(annotated(key)))
          )
          return Option.none()
        }
        counts.storeHits++
        return Option.some(held.right)
      })

    const shared = <A, E>(
      key: AnyKey,
      group: FlightGroup<AnyKey, A, E>,
      compute: (isAttached: () => boolean) => Effect.Effect<A, E>,
      toHeld: (value: A) => Option.Option<Held>
    ): Effect.Effect<A, E> =>
      Effect.uninterruptibleMask((restore) =>
        Effect.flatMap(
          Effect.withFiberRuntime<Flight<A, E>>((caller) =>
            memory.step((map) =>
              group.enter(key, caller, compute, (exit, now) => {
                const held = Exit.isSuccess(exit) ? toHeld(exit.value) : Option.none()
                if (Option.isSome(held)) map.set(key, held.value, now, held.value.expires)
              })
            )
          ),
          (flight) => flights.await(flight, restore)
        )
      )

    const inMemory = <K, V>(key: CacheKey<K, V>): Effect.Effect<Option.Option<V>> =>
      memory.lookup((map, now) => {
        const held = map.get(key, now)
        return Exit.succeed(held === Absent ? Option.none() : held.valueFor(key.space))
      })

    const getOption = <K, V>(key: CacheKey<K, V>): Effect.Effect<Option.Option<V>, S3StoreError> =>
      Effect.flatMap(inMemory(key), (value) =>
        Option.isSome(value) ? Effect.succeed(value) : Effect.flatMap(
          shared(key, loads, () => load(key), (held) => held),
          (held) => {
            if (Option.isNone(held)) return Effect.succeed(Option.none())
            const value = held.value.valueFor(key.space)
            if (Option.isSome(value)) return Effect.succeed(value)
            // Another keyspace of the same name and version loaded it, with a schema of its own.
            return Effect.map(load(key), Option.flatMap((held) => held.valueFor(key.space)))
          }
        ))

    // Writing ---------------------------------------------------------------------------------------------------

    const prepare = <K, V>(
      key: CacheKey<K, V>,
      value: V,
      write: S3CacheWriteOptions | undefined,
      now: number
    ): Effect.Effect<Write, CacheEncodeError | EntryTooLargeError> =>
      Effect.gen(function*() {
        const encoded = yield* Effect.mapError(
          key.space.encodeValue(value),
          (detail) => new CacheEncodeError({ keyspace: key.keyspace, key: key.id, detail })
        )
        const expires = expiresAt(now, write?.timeToLive ?? key.space.timeToLive ?? defaultTimeToLive)
        const writeId = randomUUID()
        const { keyspace, id, version } = key
        const body = yield* format.encode(
          { keyspace, version, key: id, created: now, expires, writeId, outcome: "success", tags: [] },
          "json",
          encoded
        )
        return { writeId, held: Held.of(key.space, value, expires), body }
      })

    const forget = (key: AnyKey) =>
      memory.step((map, now) => {
        map.remove(key, now)
        flights.detach(key)
      })

    /**
     * Changes the second level, then the memory level: what `change` returns is kept there. Changes of one key go one
     * at a time, so that both levels see them in the same order. While one runs, and when it fails with its effect
     * unknown, the memory level holds nothing under the key; loads and computations under way are not kept.
     */
    const writing = <E>(
      key: AnyKey,
      change: Effect.Effect<Option.Option<Held>, E>
    ): Effect.Effect<void, E> =>
      Effect.zipRight(
        forget(key),
        writes.withLock(
          key,
          Effect.acquireUseRelease(forget(key), () => change, (_, exit) =>
            memory.step((map, now) => {
              map.remove(key, now)
              flights.detach(key)
              if (Exit.isSuccess(exit) && Option.isSome(exit.value)) {
                map.set(key, exit.value.value, now, exit.value.value.expires)
              }
            }))
        )
      )

    const save = (key: AnyKey, write: Write, now: number): Effect.Effect<Option.Option<Held>, S3StoreError> =>
      write.held.expires <= now
        ? Effect.as(counted(store.remove(key.objectName)), Option.none())
        : Effect.map(counted(store.save(key.objectName, write.body)), () => {
          counts.writes++
          return Option.some(write.held)
        })

    const set = <K, V>(
      key: CacheKey<K, V>,
      value: V,
      writeOptions?: S3CacheWriteOptions
    ): Effect.Effect<void, CacheEncodeError | EntryTooLargeError | S3StoreError> =>
      Effect.flatMap(Clock.currentTimeMillis, (now) =>
        Effect.flatMap(prepare(key, value, writeOptions, now), (write) => writing(key, save(key, write, now))))

    /** Whose entry is in the way of a write on a condition: one of this very write, a live one, or none to speak of. */
    const inTheWay = (key: AnyKey, writeId: string) =>
      Effect.gen(function*() {
        const object = yield* counted(store.load(key.objectName))
        const now = yield* Clock.currentTimeMillis
        if (object._tag === "TooLarge") {
          return { _tag: "Stale", etag: object.etag } as const
        }
        if (object._tag !== "Found") {
          return { _tag: "Nothing" } as const
        }
        const entry = yield* Effect.either(format.decode(object.body))
        if (Either.isRight(entry) && entry.right.writeId === writeId) {
          return { _tag: "ThisWrite" } as const
        }
        return Either.isRight(entry) && entry.right.expires > now && entry.right.key === key.id
          ? { _tag: "Live" } as const
          : { _tag: "Stale", etag: object.etag } as const
      })

    const addOnce = (
      key: AnyKey,
      write: Write,
      stale: Option.Option<string>,
      attempt: number
    ): Effect.Effect<Option.Option<Held>, CacheExistsError | S3StoreError> =>
      Effect.gen(function*() {
        const outcome = yield* counted(
          Option.isSome(stale)
            ? store.replace(key.objectName, write.body, stale.value)
            : store.add(key.objectName, write.body)
        )
        const found = outcome._tag === "Written"
          ? ({ _tag: "ThisWrite" } as const)
          : yield* inTheWay(key, write.writeId)
        switch (found._tag) {
          case "ThisWrite": {
            counts.writes++
            return Option.some(write.held)
          }
          case "Live":
            return yield* new CacheExistsError({ cache: name, key: String(key) })
          default: {
            if (attempt < attempts) {
              return yield* addOnce(
                key,
                write,
                found._tag === "Stale" ? Option.some(found.etag) : Option.none(),
                attempt + 1
              )
            }
            return yield* new S3StoreError({
              reason: "Conflict",
              operation: "add",
              target: `${store.description}${key.objectName}`,
              detail: `other writers were faster ${attempts} times in a row`
            })
          }
        }
      })

    const add = <K, V>(
      key: CacheKey<K, V>,
      value: V,
      writeOptions?: S3CacheWriteOptions
    ): Effect.Effect<void, CacheEncodeError | CacheExistsError | EntryTooLargeError | S3StoreError> =>
      Effect.flatMap(Clock.currentTimeMillis, (now) =>
        Effect.flatMap(prepare(key, value, writeOptions, now), (write): Effect.Effect<
          void,
          CacheExistsError | S3StoreError
        > =>
          write.held.expires > now
            ? writing(key, addOnce(key, write, Option.none(), 1))
            : Effect.flatMap(getOption(key), (value) =>
              Option.isNone(value)
                ? Effect.void
                : Effect.fail(new CacheExistsError({ cache: name, key: String(key) })))))

    const remove = <K, V>(key: CacheKey<K, V>): Effect.Effect<void, CacheNotFoundError | S3StoreError> =>
      writing(
        key,
        Effect.flatMap(load(key), (held): Effect.Effect<Option.Option<Held>, CacheNotFoundError | S3StoreError> =>
          Option.isNone(held)
            ? Effect.fail(new CacheNotFoundError({ cache: name, key: String(key) }))
            : Effect.as(counted(store.remove(key.objectName)), Option.none()))
      )

    // Memoizing -------------------------------------------------------------------------------------------------

    /** Callers of one function on one keyspace share their computations, however often it was memoized. */
    const groups = new WeakMap<object, WeakMap<object, unknown>>()
    const groupOf = <K, V, E, R>(
      keyspace: Keyspace<K, V>,
      compute: (key: K) => Effect.Effect<V, E, R>
    ): FlightGroup<AnyKey, Computed<V>, E> => {
      const ofKeyspace = groups.get(keyspace) ?? new WeakMap<object, unknown>()
      groups.set(keyspace, ofKeyspace)
      const group = ofKeyspace.get(compute) ?? flights.group<Computed<V>, E>()
      ofKeyspace.set(compute, group)
      // Sound: only this function's callers enter the group, and its types are theirs.
      return group as FlightGroup<AnyKey, Computed<V>, E>
    }

    const orNothing = <A>(
      key: AnyKey,
      request: Effect.Effect<Option.Option<A>, CacheEncodeError | EntryTooLargeError | S3StoreError>
    ) =>
      Effect.catchAll(request, (error) =>
        Effect.as(Effect.logWarning(error.message).pipe(annotated(key)), Option.none<A>()))

    const memoize = <K, V, E, R>(
      keyspace: Keyspace<K, V>,
      compute: (key: K) => Effect.Effect<V, E, R>
    ): Effect.Effect<(key: K) => Effect.Effect<V, E>, never, R> =>
      Effect.map(Effect.context<R>(), (context) => {
        const group = groupOf(keyspace, compute)

        const saveComputed = (key: CacheKey<K, V>, value: V, isAttached: () => boolean) =>
          writes.withLock(
            key,
            Effect.flatMap(Clock.currentTimeMillis, (now) =>
              // A write or removal while it was computed wins over the result.
              isAttached()
                ? Effect.flatMap(prepare(key, value, undefined, now), (write) =>
                  write.held.expires > now ? save(key, write, now) : Effect.succeed(Option.none()))
                : Effect.succeed(Option.none()))
          )

        const loadOrCompute = (
          key: CacheKey<K, V>,
          input: K,
          isAttached: () => boolean
        ): Effect.Effect<Computed<V>, E> =>
          Effect.flatMap(orNothing(key, getOption(key)), (found) => {
            if (Option.isSome(found)) {
              return Effect.succeed({ value: found.value, held: Option.none() })
            }
            counts.computations++
            return Effect.flatMap(
              Effect.provide(
                Effect.suspend(() =>
                  compute(input)
                ),
                context
              ),
              (value) =>
                Effect.map(orNothing(key, saveComputed(key, value, isAttached)), (held) => ({ value, held }))
            )
          })

        return (input) =>
          Effect.suspend(() => {
            const key = keyspace.key(input)
            return Effect.flatMap(inMemory(key), (value) =>
              Option.isSome(value) ? Effect.succeed(value.value) : Effect.map(
                shared(key, group, (isAttached) =>
                  loadOrCompute(key, input, isAttached), ({ held }) =>
                  held),
                ({ value }) =>
                  value
              ))
          })
      })

    return {
      get: (key) =>
        Effect.flatMap(getOption(key), (value) =>
          Option.isSome(value)
            ? Effect.succeed(value.value)
            : Effect.fail(new CacheNotFoundError({ cache: name, key: String(key) }))),
      getOption,
      set,
      add,
      remove,
      memoize,
      stats: memory.step((map, now) => ({ memoryHits: map.counters.hits, ...counts, memorySize: map.size(now) }))
    }
  })

const undecodable = (key: AnyKey, reason: CacheDecodeReason, detail: string) =>
  new CacheDecodeError({ reason, keyspace: key.keyspace, key: key.id, detail })

interface Computed<V> {
  readonly value: V
  /** What to keep in memory, if anything. */
  readonly held: Option.Option<Held>
}
