/**
 * How the entries of a dictionary are measured.
 *
 * @since 1.0.0
 */
import { serialize } from "node:v8"
import { formatStacks } from "../../Cache/printing/formatStacks.js"
import * as Either from "../../effect/plainEither.js"
import { estimateBytes, sampleBytes } from "./estimateBytes.js"

/**
 * Measures an entry: whole bytes, 0 or more, everything it takes included. It is asked once, when the entry is written;
 * what changes inside a value afterwards is not noticed. What it throws is a defect of the write, which then changes
 * nothing; so is a `CacheConfigError` when it returns anything else.
 *
 * @since 1.0.0
 * @category models
 */
export type Weigher<in K, in V> = (key: K, value: V) => number

/**
 * Which weigher a dictionary uses:
 *
 * - `"estimate"`: `estimateBytes` of key and value, plus 128 bytes for the dictionary itself
 * - `"sampled"`: the same from a sample, for values of many megabytes: see `sampleBytes`
 * - `"serialized"`: the length of key and value in V8's structured clone format, plus 128 bytes. It costs more than
 *   the estimate, and suits values that are stored elsewhere in that form. Functions, symbols and other values that
 *   cannot be cloned, among them those nested too deep for the stack, are defects.
 * - a function of your own, for instance the length of a body that is known anyway
 *
 * @since 1.0.0
 * @category models
 */
export type WeigherInput<K, V> = "estimate" | "sampled" | "serialized" | Weigher<K, V>

/**
 * What a dictionary itself spends on an entry, whatever its key and value, in bytes: its place in the index, in the
 * order of use and among the expiry times. Measured, it is 85 in full tables and 150 in tables that have just grown.
 */
export const entryOverhead = 128

/**
 * Measures an entry by `estimateBytes`.
 *
 * @since 1.0.0
 * @category constructors
 */
export const estimate: Weigher<unknown, unknown> = (key, value) => entryOverhead + estimateBytes(key, value)

/** What it takes to remember a failure, beyond an entry, in bytes. */
const failureOverhead = 256

/** Measures a failure that is remembered, with the text of its stack. */
export const failure: Weigher<unknown, unknown> = (key, error) =>
  failureOverhead + estimate(key, error) + 2 * formatStacks(error)

/**
 * Measures an entry by `estimateBytes` of the key and `sampleBytes` of the value.
 *
 * @since 1.0.0
 * @category constructors
 */
export const sampled: Weigher<unknown, unknown> = (key, value) =>
  entryOverhead + estimateBytes(key) + sampleBytes(value)

/**
 * Measures an entry by its length in V8's structured clone format. Throws for what cannot be cloned.
 *
 * @since 1.0.0
 * @category constructors
 */
export const serialized: Weigher<unknown, unknown> = (key, value) =>
  entryOverhead + serializedBytes(key) + serializedBytes(value)

// V8 clones by recursion: what is nested too deep for its stack cannot be cloned either, and is told of as the rest is.
const serializedBytes = (value: unknown): number => {
  try {
    return serialize(value).byteLength
  } catch (cause) {
    throw cause instanceof RangeError ? new Error(`it could not be cloned: ${cause.message}`, { cause }) : cause
  }
}

/** The weigher that an option stands for, with the weight that no entry is below, in bytes; left, what is accepted. */
export const fromInput = <K, V>(
  input: WeigherInput<K, V> = "estimate"
): Either.Either<{ readonly weigh: Weigher<K, V>; readonly least: number }, string> => {
  if (input === "estimate") return Either.right({ weigh: estimate, least: entryOverhead })
  if (input === "sampled") return Either.right({ weigh: sampled, least: entryOverhead })
  if (input === "serialized") return Either.right({ weigh: serialized, least: entryOverhead })
  if (typeof input === "function") return Either.right({ weigh: input, least: 0 })
  return Either.left("\"estimate\", \"sampled\", \"serialized\" or a function of key and value that returns bytes")
}
