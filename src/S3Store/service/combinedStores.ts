/**
 * Stores that are made of two: one before the other, and one for what is small beside one for what is large.
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { OptionKind } from "../../Cache/engine/options/optionKinds.js"
import { asExit } from "../../Cache/errors/asExit.js"
import type { CacheConfigError } from "../../Cache/errors/CacheErrors.js"
import { configError } from "../../Cache/errors/configError.js"
import { checkOptions } from "../../Cache/options/checkOptions.js"
import { millis } from "../../Cache/options/timeToLive.js"
import { makeBySizeObjectStore } from "../levels/bySizeObjectStore.js"
import { makeChainedObjectStore } from "../levels/chainedObjectStore.js"
import {
  bySizeKinds,
  type ObjectStoreBySize,
  type ObjectStoreBySizePolicy,
  orphansKinds,
  usualLimit
} from "../levels/ObjectStoreBySizePolicy.js"
import { chainKinds, type ObjectStoreChainPolicy } from "../levels/ObjectStoreChainPolicy.js"
import { removeOrphans, shortestOrphanAge } from "../levels/removeOrphans.js"
import { type ObjectStore, objectStoreTag as tag } from "../objects/ObjectStore.js"
import { printedStore } from "./printedStore.js"

/** Checks options with two stores, or with the layers of two. */
const checkTwo = <Name extends string>(
  cache: string,
  options: { readonly [Each in Name]: unknown },
  kinds: Readonly<Record<string, OptionKind>>,
  names: ReadonlyArray<Name>
): Effect.Effect<void, CacheConfigError> =>
  Effect.gen(function*() {
    yield* asExit(checkOptions(cache, options, kinds))
    for (const name of names) {
      if (options[name] === undefined) {
        return yield* configError(cache, name, undefined, "an object store, or its layer")
      }
    }
  })

/** The same, where layers are wanted. */
const checkLayers: typeof checkTwo = (cache, options, kinds, names) =>
  Effect.gen(function*() {
    yield* checkTwo(cache, options, kinds, names)
    for (const name of names) {
      if (!Layer.isLayer(options[name])) {
        return yield* configError(cache, name, options[name], "a layer of an object store")
      }
    }
  })

/** The layer over two others, which are built as all layers of a program: one that is given to several once. */
const layerOfTwo = <E, R, E2, R2>(
  one: Layer.Layer<ObjectStore, E, R>,
  other: Layer.Layer<ObjectStore, E2, R2>,
  make: (one: ObjectStore, other: ObjectStore) => Effect.Effect<ObjectStore, CacheConfigError>
): Layer.Layer<ObjectStore, E | E2 | CacheConfigError, R | R2> =>
  // Each by its own context: both are provided as the same service.
  Layer.flatMap(one, (ofOne) =>
    Layer.flatMap(other, (ofOther) =>
      Layer.effect(tag, make(Context.get(ofOne, tag), Context.get(ofOther, tag)))))

/** Makes a chain of two stores. */
export const makeChain = (
  options: ObjectStoreChainPolicy & { readonly near: ObjectStore; readonly far: ObjectStore }
): Effect.Effect<ObjectStore, CacheConfigError> =>
  Effect.gen(function*() {
    const cache = "chain of object stores"
    yield* checkTwo(cache, options, chainKinds, ["near", "far"])
    if (options.near === options.far) return yield* configError(cache, "near", options.near, "another store than `far`")
    const { far, near, nearResetAfter = "30 seconds", nearTimeout = "1 second", revalidateAfter = "1 minute" } = options
    const limits = {
      revalidateAfter: yield* asExit(millis(cache, "revalidateAfter", revalidateAfter, "duration")),
      timeout: yield* asExit(millis(cache, "nearTimeout", nearTimeout, "durationAboveZero")),
      resetAfter: yield* asExit(millis(cache, "nearResetAfter", nearResetAfter, "durationAboveZero"))
    }
    return yield* printedStore(Effect.sync(() => makeChainedObjectStore(near, far, limits)))
  })

/** The layer of `makeChain`, over two layers. */
export const layerChain = <E, R, E2, R2>(
  options: ObjectStoreChainPolicy & {
    readonly near: Layer.Layer<ObjectStore, E, R>
    readonly far: Layer.Layer<ObjectStore, E2, R2>
  }
): Layer.Layer<ObjectStore, E | E2 | CacheConfigError, R | R2> =>
  Layer.unwrapEffect(
    Effect.map(
      checkLayers("chain of object stores", options, chainKinds, ["near", "far"]),
      () => layerOfTwo(options.near, options.far, (near, far) => makeChain({ ...options, near, far }))
    )
  )

/** Makes a store by size of two. */
export const makeBySize = (
  options: ObjectStoreBySizePolicy & { readonly small: ObjectStore; readonly large: ObjectStore }
): Effect.Effect<ObjectStoreBySize, CacheConfigError> =>
  Effect.gen(function*() {
    const cache = "object store by size"
    yield* checkTwo(cache, options, bySizeKinds, ["small", "large"])
    const { large, limit = usualLimit, small } = options
    const removingOrphans: ObjectStoreBySize["removeOrphans"] = (options = {}) =>
      Effect.gen(function*() {
        yield* asExit(checkOptions(cache, options, orphansKinds))
        const { olderThan = "1 day" } = options
        const age = yield* asExit(millis(cache, "olderThan", olderThan, "durationAboveZero"))
        if (age < shortestOrphanAge) {
          return yield* configError(cache, "olderThan", olderThan, "a duration of 1 hour or more")
        }
        return yield* removeOrphans(small, large, age)
      })
    return yield* printedStore(
      Effect.sync(() => ({ ...makeBySizeObjectStore(small, large, limit), removeOrphans: removingOrphans }))
    )
  })

/** The layer of `makeBySize`, over two layers. */
export const layerBySize = <E, R, E2, R2>(
  options: ObjectStoreBySizePolicy & {
    readonly small: Layer.Layer<ObjectStore, E, R>
    readonly large: Layer.Layer<ObjectStore, E2, R2>
  }
): Layer.Layer<ObjectStore, E | E2 | CacheConfigError, R | R2> =>
  Layer.unwrapEffect(
    Effect.map(
      checkLayers("object store by size", options, bySizeKinds, ["small", "large"]),
      () => layerOfTwo(options.small, options.large, (small, large) => makeBySize({ ...options, small, large }))
    )
  )
