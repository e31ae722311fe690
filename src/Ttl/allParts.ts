/**
 * The parts of a dictionary that brings all of them along.
 *
 * @since 0.1.0
 */
import { CacheConfigError } from "../Cache/CacheErrors.js"
import * as Either from "../Cache/Either.js"
import type { OptionKinds } from "../Cache/engine/optionKinds.js"
import { keyText } from "../Cache/keyText.js"
import { wrongNested } from "../Cache/wrongOptions.js"
import { checkingWeights } from "./DictOptions.js"
import type { DictParts, HeapWatch } from "./DictParts.js"
import { acceptedShare, defaultShare, MemoryPressure, type MemoryPressureOptions } from "./MemoryPressure.js"
import * as Weigher from "./Weigher.js"

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
 * Checks how failures are measured.
 *
 * @since 0.1.0
 * @category constructors
 */
export const checkWeighFailure = <K, F>(
  cache: string,
  input: Weigher.Weigher<K, F> | undefined
): Either.Either<Weigher.Weigher<K, F>, CacheConfigError> => {
  if (input === undefined) return Either.right(Weigher.failure)
  return typeof input === "function"
    ? Either.right(checkingWeights(cache, input, "weighFailure"))
    : refuse(cache, "weighFailure", input, "a function of key and error that returns bytes")
}

const pressureKinds: OptionKinds<MemoryPressureOptions> = { share: "any", heap: "any" }

const checkMemoryPressure = (
  cache: string,
  input: unknown = false
): Either.Either<HeapWatch | undefined, CacheConfigError> =>
  input === false ? Either.right(undefined) : watchOf(cache, input === true ? {} : input)

/**
 * What watches the heap by these options, if they are such.
 *
 * @since 0.1.0
 * @category constructors
 */
export const watchOf = (cache: string, input: unknown): Either.Either<HeapWatch, CacheConfigError> => {
  if (typeof input !== "object" || input === null) {
    return refuse(cache, "memoryPressure", input, "true, false or options")
  }
  const wrong = wrongNested(cache, "memoryPressure", input, pressureKinds)
  if (wrong !== undefined) return Either.left(wrong)
  const { heap, share = defaultShare }: MemoryPressureOptions = input
  if (!(typeof share === "number" && share > 0 && share < 1)) {
    return refuse(cache, "memoryPressure.share", share, acceptedShare)
  }
  if (heap !== undefined && typeof heap !== "function") {
    return refuse(cache, "memoryPressure.heap", heap, "a function that returns { used, limit }")
  }
  return Either.right(new MemoryPressure(input))
}

const refuse = (cache: string, option: string, value: unknown, accepted: string) =>
  Either.left(new CacheConfigError({ cache, option, value: keyText(value), accepted }))
