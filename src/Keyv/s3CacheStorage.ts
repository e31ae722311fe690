/**
 * A storage for Keyv over an `S3Cache`.
 *
 * @since 1.0.0
 */
import * as Cause from "effect/Cause"
import * as Context from "effect/Context"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as FiberSet from "effect/FiberSet"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import * as Tracer from "effect/Tracer"
import type { OptionKinds } from "../Cache/engine/options/optionKinds.js"
import { asExit } from "../Cache/errors/asExit.js"
import { CacheConfigError } from "../Cache/errors/CacheErrors.js"
import { checkOptions } from "../Cache/options/checkOptions.js"
import { surroundings } from "../effect/fibers.js"
import { fromEither } from "../effect/outcomes.js"
import { iterating } from "../effect/streams.js"
import { type CacheKey, Keyspace, type KeyspaceOptions } from "../S3Store/keyspace/Keyspace.js"
import { S3Cache } from "../S3Store/S3Cache.js"
import { KeyvStorage } from "./KeyvStorage.js"
import { KeyvStorageClosedError } from "./KeyvStorageClosedError.js"

/**
 * What the storage decides for its entries; else the `S3Cache` does. As of a `Keyspace`.
 *
 * @since 1.0.0
 * @category models
 */
export type S3CacheStorageOptions = Pick<
  KeyspaceOptions<string, string, unknown, unknown>,
  "codec" | "isolation" | "onUnreadable" | "revalidateAfter" | "timeToLive" | "version" | "write"
>

const kinds: OptionKinds<S3CacheStorageOptions> = {
  codec: "any",
  isolation: "any",
  onUnreadable: "any",
  revalidateAfter: "any",
  timeToLive: "any",
  version: "any",
  write: "any"
}

/** How many requests one call makes at a time. */
const concurrency = 16

const makeKeyspace = (
  name: string,
  options: S3CacheStorageOptions
): Effect.Effect<Keyspace<string, unknown>, CacheConfigError> =>
  Effect.suspend(() => {
    try {
      return Effect.succeed(Keyspace.make(name, { ...options, key: Schema.String, value: Schema.Unknown }))
    } catch (error) {
      return error instanceof CacheConfigError ? Effect.fail(error) : Effect.die(error)
    }
  })

/**
 * A storage for Keyv over an `S3Cache`: entries are shared by every process that uses the bucket and the name, with the
 * bounded memory level in front. It lives as long as the scope it is made in; then what is under way ends, and it rejects
 * with `KeyvStorageClosedError`.
 *
 * It holds what the codec represents: JSON, by default. Keyv's own serializer gives it text; with `serialize: undefined`,
 * values that are no JSON take `codec: "msgpack"`, or are refused with `CacheEncodeError`.
 *
 * `clear` without a namespace removes the objects of the keyspace; with one, and to iterate, it reads the first bytes of
 * every entry of the keyspace to know its key: give what is cleared often a keyspace of its own, and Keyv no namespace.
 *
 * @param name the name of the keyspace: segments of letters, digits, `.`, `_` and `-`, separated by `/`
 * @example
 * ```ts
 * import { Layer, ManagedRuntime } from "effect"
 * import { s3CacheStorage } from "effect-aws-cache/keyv"
 * import { S3CacheLive } from "effect-aws-cache/S3Store"
 * import Keyv from "keyv"
 * import * as assert from "node:assert/strict"
 *
 * // For a program without Effect: the runtime holds the cache, and the storage in its scope.
 * const runtime = ManagedRuntime.make(Layer.merge(S3CacheLive, Layer.scope))
 * const store = await runtime.runPromise(s3CacheStorage("keyv/users", { timeToLive: "1 hour" }))
 * const keyv = new Keyv({ store, namespace: "users" })
 *
 * await keyv.set("ada", { name: "Ada" }, 60_000)
 * assert.deepEqual(await keyv.get("ada"), { name: "Ada" })
 *
 * await keyv.disconnect()
 * await runtime.dispose()
 * ```
 *
 * @since 1.0.0
 * @category constructors
 */
export const s3CacheStorage = (
  name: string,
  options: S3CacheStorageOptions = {}
): Effect.Effect<KeyvStorage, CacheConfigError, S3Cache | Scope.Scope> =>
  Effect.gen(function*() {
    yield* asExit(checkOptions("s3CacheStorage", options, kinds))
    const keyspace = yield* makeKeyspace(name, options)
    const cache = yield* S3Cache
    const around = yield* surroundings<never>()
    const fork = yield* FiberSet.makeRuntime<never>()
    const closing = yield* Deferred.make<never, KeyvStorageClosedError>()
    let closed = false
    yield* Effect.addFinalizer(() => {
      closed = true
      return Deferred.fail(closing, new KeyvStorageClosedError({ keyspace: name }))
    })

    const run = <A, E>(effect: Effect.Effect<A, E>): Promise<A> =>
      new Promise((resolve, reject) => {
        if (closed) return reject(new KeyvStorageClosedError({ keyspace: name }))
        fork(effect).addObserver(Exit.match({
          onSuccess: resolve,
          onFailure: (cause) =>
            reject(
              closed && Cause.isInterruptedOnly(cause)
                ? new KeyvStorageClosedError({ keyspace: name })
                : Cause.squash(cause)
            )
        }))
      })

    const keyOf = (key: string) => fromEither(keyspace.keyEither(key))

    const remove = (key: CacheKey<string, unknown>) =>
      Effect.as(cache.remove(key), true).pipe(Effect.catchTag("CacheNotFoundError", () => Effect.succeed(false)))

    const keysOf = (prefix: string | undefined) =>
      cache.list(keyspace).pipe(
        Stream.map(({ key }) => key),
        Stream.filter((key) => prefix === undefined || key.input.startsWith(prefix))
      )

    const getMany = (keys: ReadonlyArray<string>) =>
      Effect.forEach(keys, keyOf).pipe(
        Effect.flatMap((found) => cache.getMany(found, { concurrency })),
        Effect.map((found) => found.map(Option.getOrUndefined))
      )

    return new KeyvStorage({
      get: (key) => run(Effect.map(Effect.flatMap(keyOf(key), cache.getOption), Option.getOrUndefined)),
      getMany: (keys) => run(getMany(keys)),
      set: (key, value, ttl) =>
        run(
          Effect.flatMap(keyOf(key), (found) => cache.set(found, value, ttl === undefined ? {} : { timeToLive: ttl }))
        ),
      hasMany: (keys) => run(Effect.forEach(keys, (key) => Effect.flatMap(keyOf(key), cache.has), { concurrency })),
      removeMany: (keys) => run(Effect.forEach(keys, (key) => Effect.flatMap(keyOf(key), remove), { concurrency })),
      clear: (prefix) =>
        run(
          prefix === undefined
            ? cache.clear(keyspace)
            : Stream.runDrain(Stream.mapEffect(keysOf(prefix), remove, { concurrency, unordered: true }))
        ),
      iterate: (prefix) =>
        keysOf(prefix).pipe(
          Stream.mapEffect(
            (key) => Effect.map(cache.getOption(key), Option.map((value) => [key.input, value] as const)),
            { concurrency }
          ),
          Stream.flatMap(Option.match({ onNone: () => Stream.empty, onSome: (entry) => Stream.succeed(entry) })),
          Stream.interruptWhen(Deferred.await(closing)),
          (stream) => iterating(stream, around)
        ),
      flush: () => run(cache.flush)
    })
  }).pipe(
    // What is called later is no part of what made the storage.
    Effect.mapInputContext((context: Context.Context<S3Cache | Scope.Scope>) =>
      Context.omit(Tracer.ParentSpan)(context)
    )
  )
