/**
 * A cache of two levels: memory, over a bucket that processes and machines share.
 *
 * @since 1.0.0
 */
import { checkValue } from "../Cache/options/checkOptions.js"
import { orThrow } from "../effect/plainEither.js"
import { makeServiceClass, type S3CacheServiceClass } from "./service/S3CacheServiceClass.js"

/**
 * A bounded memory level over a second level that processes share, such as a bucket. Entries are typed by their
 * `Keyspace`.
 *
 * A read looks into memory, then into the second level, from where it refills memory for as long as the entry still
 * has to live. A write goes through to the second level before it returns. All who want one key at a time share one
 * load, and one computation. Values in memory are shared and frozen: see the option `isolation`.
 *
 * @example
 * ```ts
 * import { Effect, Schema } from "effect"
 * import { Keyspace, S3Cache } from "effect-aws-cache/S3Store"
 * import * as assert from "node:assert/strict"
 *
 * const Users = Keyspace.make("directory/users", {
 *   key: Schema.Struct({ team: Schema.String }),
 *   value: Schema.Array(Schema.String),
 *   timeToLive: "1 hour"
 * })
 *
 * const program = Effect.gen(function*() {
 *   yield* S3Cache.set(Users.key({ team: "core" }), ["Ada", "Grace"])
 *   return yield* S3Cache.get(Users.key({ team: "core" }))
 * }).pipe(Effect.provide(S3Cache.layerMemory()))
 *
 * assert.deepEqual(await Effect.runPromise(program), ["Ada", "Grace"])
 * ```
 *
 * @since 1.0.0
 * @category tags
 */
export class S3Cache extends Object.assign(
  makeServiceClass<S3Cache, "effect-aws-cache/S3Cache">("effect-aws-cache/S3Cache", "S3Cache"),
  {
    /**
     * Makes the base of a class that is the tag of a cache of its own, for programs with several: it has all that
     * `S3Cache` has. The id must be unique in the program. It is the cache's name in errors, spans, metrics and logs, unless
     * its options name it. Throws `CacheConfigError` for a blank one.
     *
     * @example
     * ```ts
     * import { Effect, Layer, Schema } from "effect"
     * import { ClientCacheLive } from "effect-aws-cache/ClientLayer"
     * import { Keyspace, S3Cache } from "effect-aws-cache/S3Store"
     * import * as assert from "node:assert/strict"
     *
     * class Reports extends S3Cache.Service<Reports>()("app/Reports") {}
     * class Drafts extends S3Cache.Service<Drafts>()("app/Drafts") {}
     *
     * const Texts = Keyspace.make("texts", { key: Schema.Number, value: Schema.String })
     *
     * const program = Effect.gen(function*() {
     *   yield* Reports.set(Texts.key(1), "final")
     *   return [yield* Reports.has(Texts.key(1)), yield* Drafts.has(Texts.key(1))]
     * })
     *
     * const CachesLive = Layer.merge(
     *   Reports.layerS3({ bucket: "my-bucket", keyPrefix: "reports/" }),
     *   Drafts.layerS3({ bucket: "my-bucket", keyPrefix: "drafts/" })
     * ).pipe(Layer.provide(ClientCacheLive))
     *
     * assert.deepEqual(await Effect.runPromise(Effect.provide(program, CachesLive)), [true, false])
     * ```
     */
    Service: <Self>() => <const Id extends string>(id: Id): S3CacheServiceClass<Self, Id> => {
      orThrow(checkValue("S3Cache.Service", "id", id, "name"))
      return makeServiceClass<Self, Id>(id, id)
    }
  }
) {}
