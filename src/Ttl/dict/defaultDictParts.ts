/**
 * The parts of a dictionary that brings all of them along.
 */
import { nearestName } from "../../Cache/engine/options/nearestName.js"
import { useNearestName } from "../../Cache/engine/options/optionKinds.js"
import type { CacheConfigError } from "../../Cache/errors/CacheErrors.js"
import { useKeyPrinter } from "../../Cache/printing/keyText.js"
import { printKey } from "../../Cache/printing/printKey.js"
import * as Either from "../../effect/plainEither.js"
import type { DictParts, HeapWatch } from "../memory/DictParts.js"
import { makeHeapWatch } from "../memory/makeHeapWatch.js"
import * as Weigher from "../memory/Weigher.js"
import { checkingWeights } from "./DictOptions.js"

// Where all parts are loaded, errors tell more.
useKeyPrinter(printKey)
useNearestName(nearestName)

/** The size of the memory that entries may take by default. */
const defaultMaxBytes = "25%"

/**
 * All parts: whatever weighers there are by their names, and what watches the heap by its options.
 *
 * @param name of a dictionary that is given none
 * @param memory what 100 % of the memory is, in bytes
 */
export const defaultDictParts = (name: string, memory: () => number): DictParts => ({
  name,
  maxBytes: defaultMaxBytes,
  maxSize: Number.POSITIVE_INFINITY,
  weigherOf: Weigher.fromInput,
  makeHeapWatch: checkMemoryPressure,
  memory
})

/** How failures are measured. */
export const failureWeigher = <K, F>(
  cache: string,
  input: Weigher.Weigher<K, F> | undefined
): Weigher.Weigher<K, F> => input === undefined ? Weigher.failure : checkingWeights(cache, input, "failureWeigher")

const checkMemoryPressure = (
  cache: string,
  input: unknown = false
): Either.Either<HeapWatch | undefined, CacheConfigError> =>
  input === false ? Either.right(undefined) : makeHeapWatch(cache, input === true ? {} : input)
