/**
 * Sizes of memory as people write them: `1048576`, `"128M"`, `"1.5KiB"`, `"25%"`.
 *
 * @since 1.0.0
 */
import "../../effect/needsEffect3.js"
import * as Config from "effect/Config"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { fromEither } from "../../effect/outcomes.js"
import { positiveIntFrom } from "../../effect/schemas.js"
import { memoryShare } from "./memoryShare.js"
import { accepted, type ByteSizeError, type ByteSizeInput, parseByteSize, units } from "./parseByteSize.js"

export {
  /** @since 1.0.0 */
  ByteSizeError,
  /** @since 1.0.0 */
  type ByteSizeInput,
  /** @since 1.0.0 */
  type ByteSizeReason
} from "./parseByteSize.js"

/**
 * Reads a byte size. Pure: the memory that a percentage is a share of is an argument.
 *
 * - `input`: the size as the user wrote it, see {@link ByteSizeInput}; anything else that arrives from untyped code is
 *   refused as well
 * - `total`: what 100 % stands for, in bytes; only percentages look at it
 *
 * Answers the size in whole bytes, rounded down, or a `ByteSizeError` whose message names the value, what is wrong with
 * it and what is accepted.
 *
 * @example
 * ```ts
 * import { Either } from "effect"
 * import { ByteSize } from "effect-aws-cache/Ttl"
 * import * as assert from "node:assert/strict"
 *
 * const total = 512 * 1024 * 1024
 * assert.equal(Either.getOrThrow(ByteSize.parse("25%", total)), 134_217_728)
 * assert.equal(Either.isLeft(ByteSize.parse("64MB", total)), true)
 * ```
 *
 * @since 1.0.0
 * @category constructors
 */
export const parse = (input: ByteSizeInput, total: number): Either.Either<number, ByteSizeError> => {
  const bytes = parseByteSize(input, total)
  return bytes._tag === "Left" ? Either.left(bytes.left) : Either.right(bytes.right)
}

const setting = (name: string): Effect.Effect<number | undefined> =>
  Config.option(Config.number(name)).pipe(
    Effect.orElseSucceed(Option.none<number>),
    Effect.map(Option.getOrUndefined)
  )

/**
 * The memory that percentages are shares of, in bytes: `AWS_LAMBDA_FUNCTION_MEMORY_SIZE` (megabytes) when it holds a
 * number above 0, as it does inside AWS Lambda, else the limit of the JavaScript heap.
 *
 * Where handlers run in worker threads, each has a dictionary of its own in the same memory. So it is divided by
 * `AWS_LAMBDA_NODEJS_WORKER_COUNT`; where that is not set, but `AWS_LAMBDA_MAX_CONCURRENCY` is, as on Lambda Managed
 * Instances, by the 8 workers for each processor that Lambda starts. In a worker thread it is no more than
 * `resourceLimits.maxOldGenerationSizeMb` either. Whoever starts threads by other means sets one of these, or divides the
 * limit. The variables are read through the `ConfigProvider`.
 *
 * Lambda's figure is the memory of the whole sandbox, of which V8 takes only a part for the heap: leave room.
 *
 * @since 1.0.0
 * @category getters
 */
export const availableMemory: Effect.Effect<number> = Effect.map(
  Effect.all({
    memorySize: setting("AWS_LAMBDA_FUNCTION_MEMORY_SIZE"),
    workerCount: setting("AWS_LAMBDA_NODEJS_WORKER_COUNT"),
    maxConcurrency: setting("AWS_LAMBDA_MAX_CONCURRENCY")
  }),
  memoryShare
)

/**
 * Reads a byte size, taking percentages of {@link availableMemory}. Fails as {@link parse} does.
 *
 * @since 1.0.0
 * @category constructors
 */
export const resolve = (input: ByteSizeInput): Effect.Effect<number, ByteSizeError> =>
  Effect.flatMap(availableMemory, (total) => fromEither(parse(input, total)))

/**
 * A schema that decodes a {@link ByteSizeInput} to whole bytes, taking percentages of {@link availableMemory}, and
 * encodes bytes as a number.
 *
 * @since 1.0.0
 * @category schemas
 */
export const schema: Schema.Schema<number, ByteSizeInput> = positiveIntFrom<ByteSizeInput>(
  Schema.Union(Schema.Number, Schema.String),
  (input) => resolve(input),
  (bytes) => bytes,
  { identifier: "ByteSize", description: accepted }
)

/**
 * Prints a number of bytes in the largest unit that leaves at least 1, cut to two decimals: `"64M"`, `"1.5K"`, `"593B"`.
 * {@link parse} reads it back, exactly where no decimals were cut. No limit is `"Infinity"`.
 *
 * @since 1.0.0
 * @category getters
 */
export const format = (bytes: number): string => {
  if (bytes === Number.POSITIVE_INFINITY) return "Infinity"
  let shown = `${Math.floor(bytes)}B`
  for (const [unit, factor] of units) {
    if (bytes < factor) break
    if (factor > 1) shown = `${Math.floor(bytes / factor * 100) / 100}${unit}`
  }
  return shown
}
