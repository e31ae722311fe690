/**
 * The parts of a dictionary that brings all of them along.
 *
 * @since 0.1.0
 */
import type { CacheConfigError } from "../Cache/CacheErrors.js"
import * as Either from "../Cache/Either.js"
import { nearestName } from "../Cache/engine/nearestName.js"
import { useNearestName } from "../Cache/engine/optionKinds.js"
import { useKeyPrinter } from "../Cache/keyText.js"
import { printKey } from "../Cache/printKey.js"
import { checkingWeights } from "./DictOptions.js"
import type { DictParts, HeapWatch } from "./DictParts.js"
import { watchOf } from "./watchOf.js"
import * as Weigher from "./Weigher.js"

// Where all parts are loaded, errors tell more.
useKeyPrinter(printKey)
useNearestName(nearestName)

/**
 * The size of the memory that entries may take by default.
 *
 * @since 0.1.0
 * @category constants
 */
export const defaultMaxBytes = "25%"

/**
 * All parts: whatever weighers there are by their names, and what watches the heap by its options.
 *
 * @param name of a dictionary that is given none
 * @param memory what 100 % of the memory is, in bytes
 * @since 0.1.0
 * @category constructors
 */
export const allParts = (name: string, memory: () => number): DictParts => ({
  name,
  maxBytes: defaultMaxBytes,
  maxItems: Number.POSITIVE_INFINITY,
  weigherOf: Weigher.fromInput,
  watchOf: checkMemoryPressure,
  memory
})

/**
 * How failures are measured.
 *
 * @since 0.1.0
 * @category constructors
 */
export const failureWeigher = <K, F>(
  cache: string,
  input: Weigher.Weigher<K, F> | undefined
): Weigher.Weigher<K, F> => input === undefined ? Weigher.failure : checkingWeights(cache, input, "weighFailure")

const checkMemoryPressure = (
  cache: string,
  input: unknown = false
): Either.Either<HeapWatch | undefined, CacheConfigError> =>
  input === false ? Either.right(undefined) : watchOf(cache, input === true ? {} : input)
