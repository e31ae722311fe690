/**
 * Faults between a cache and its second level, as a layer.
 *
 * @since 1.0.0
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { asExit } from "../Cache/errors/asExit.js"
import type { CacheConfigError } from "../Cache/errors/CacheErrors.js"
import { checkOptions } from "../Cache/options/checkOptions.js"
import { type ObjectStore as Objects, objectStoreTag } from "../S3Store/objects/ObjectStore.js"
import type { ObjectStoreReason } from "../S3Store/objects/ObjectStoreErrors.js"
import type { ObjectStore } from "../S3Store/service/ObjectStoreTag.js"
import { faultsKinds, type FaultsOptions, type FaultSource } from "./faults/FaultsOptions.js"
import type { FaultsService } from "./faults/FaultsService.js"
import { makeFaultyStore } from "./faults/makeFaultyStore.js"
import type { LoggedRequest, RequestCounts } from "./faults/StoreRequest.js"

/**
 * The faults of a second level, in the hands of a test.
 *
 * @since 1.0.0
 * @category models
 */
export interface Faults extends FaultsService {}

/**
 * What the tag of faults offers besides: the layer that puts them before a store, and what a test does with them.
 *
 * @since 1.0.0
 * @category models
 */
export interface FaultsTag extends Context.Tag<Faults, Faults> {
  /**
   * An `ObjectStore` in front of the one that it is given, that fails as it is told, slowly or not at all.
   *
   * @example
   * ```ts
   * import { Effect, Layer, Schema } from "effect"
   * import { Keyspace, ObjectStore, S3Cache } from "effect-aws-cache/S3Store"
   * import { Fault, Faults } from "effect-aws-cache/testing"
   * import * as assert from "node:assert/strict"
   *
   * const Names = Keyspace.make("names", { key: Schema.Number, value: Schema.String })
   *
   * const Unreliable = S3Cache.layer().pipe(
   *   Layer.provideMerge(Faults.layer({ faults: [{ fault: Fault.Fail({ reason: "Throttled" }), operations: ["load"], nth: 1 }] })),
   *   Layer.provide(ObjectStore.layerMemory())
   * )
   *
   * const program = Effect.gen(function*() {
   *   yield* S3Cache.getOrCompute(Names.key(1), Effect.succeed("Ada")) // cannot be loaded, and is computed
   *   yield* Faults.down()
   *   yield* S3Cache.getOrCompute(Names.key(2), Effect.succeed("Grace"))
   *   return yield* Faults.counts
   * }).pipe(Effect.provide(Unreliable))
   *
   * assert.equal((await Effect.runPromise(program)).faults >= 2, true)
   * ```
   */
  readonly layer: (options?: FaultsOptions) => Layer.Layer<ObjectStore | Faults, CacheConfigError, ObjectStore>
  /** The same around a store that you have, without layers. */
  readonly make: (
    store: ObjectStore,
    options?: FaultsOptions
  ) => Effect.Effect<{ readonly store: ObjectStore; readonly faults: Faults }, CacheConfigError>
  /** From now on every request fails, with `reason` (default `"Unavailable"`), and has no effect. */
  readonly down: (reason?: ObjectStoreReason) => Effect.Effect<void, never, Faults>
  /** From now on every request waits at the door of the store until `up`. */
  readonly hold: Effect.Effect<void, never, Faults>
  /** Ends what `down` and `hold` began. Rules hold on. */
  readonly up: Effect.Effect<void, never, Faults>
  /** Puts these rules in the place of those there are; `[]` ends all faults. They count requests anew. */
  readonly set: (faults: ReadonlyArray<FaultSource>) => Effect.Effect<void, never, Faults>
  /** The last requests, oldest first. */
  readonly requests: Effect.Effect<ReadonlyArray<LoggedRequest>, never, Faults>
  /** How many there were. */
  readonly counts: Effect.Effect<RequestCounts, never, Faults>
  /** Forgets them and their counts. */
  readonly clear: Effect.Effect<void, never, Faults>
}

const tag = Context.GenericTag<Faults>("effect-aws-cache/Faults")

const make = (
  store: Objects,
  options: FaultsOptions = {}
): Effect.Effect<{ readonly store: Objects; readonly faults: Faults }, CacheConfigError> =>
  Effect.map(asExit(checkOptions("faults", options, faultsKinds)), () => makeFaultyStore(store, options))

/**
 * Faults between a cache and its second level: latencies, failures, outages, lost answers, damaged bodies.
 *
 * @since 1.0.0
 * @category tags
 */
export const Faults: FaultsTag = Object.assign(tag, {
  layer: (options?: FaultsOptions) =>
    Layer.unwrapEffect(
      Effect.map(
        Effect.flatMap(objectStoreTag, (store) => make(store, options)),
        ({ faults, store }) => Layer.merge(Layer.succeed(objectStoreTag, store), Layer.succeed(tag, faults))
      )
    ),
  make,
  down: (reason?: ObjectStoreReason) => Effect.flatMap(tag, (faults) => faults.down(reason)),
  hold: Effect.flatMap(tag, (faults) => faults.hold),
  up: Effect.flatMap(tag, (faults) => faults.up),
  set: (sources: ReadonlyArray<FaultSource>) => Effect.flatMap(tag, (faults) => faults.set(sources)),
  requests: Effect.flatMap(tag, (faults) => faults.requests),
  counts: Effect.flatMap(tag, (faults) => faults.counts),
  clear: Effect.flatMap(tag, (faults) => faults.clear)
})
