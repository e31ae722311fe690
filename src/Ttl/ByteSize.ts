/**
 * Sizes of memory as people write them: `1048576`, `"128M"`, `"1.5KiB"`, `"25%"`.
 *
 * @since 0.1.0
 */
import * as Config from "effect/Config"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as ParseResult from "effect/ParseResult"
import * as Schema from "effect/Schema"
import { printKey } from "../Cache/printKey.js"
import { memoryShare } from "./memoryShare.js"

/**
 * A size in memory: a number of bytes, or text with a unit.
 *
 * | form | meaning |
 * | --- | --- |
 * | `1048576` | bytes: a whole number above 0 |
 * | `"512B"` | bytes |
 * | `"64K"`, `"64M"`, `"2G"`, `"1T"`, `"64KiB"` … | binary units, powers of 1024, in any case |
 * | `"1.5K"`, `"1e3K"` | decimals and exponents, rounded down to whole bytes |
 * | `"25%"` | a share of the memory there is for this thread, see {@link availableMemory}, above 0 and at most 100 |
 *
 * Text without a unit is refused, because a forgotten unit is the likelier meaning of `"128"`, and so are `"64KB"` and
 * `"64MB"`, because they mean 1000 to some and 1024 to others.
 *
 * @since 0.1.0
 * @category models
 */
export type ByteSizeInput = number | string

/**
 * What is accepted as a size, for messages.
 *
 * @since 0.1.0
 * @category models
 */
export const accepted =
  "a whole number of bytes above 0, or text with a unit such as \"512B\", \"64K\", \"64MiB\", \"1.5G\" or \"25%\""

/**
 * Something is not a size in memory.
 *
 * @since 0.1.0
 * @category errors
 */
export class ByteSizeError extends Data.TaggedError("ByteSizeError")<{
  /** What was given, printed. */
  readonly input: string
  /** What is wrong with it. */
  readonly reason: string
}> {
  override get message(): string {
    return `${this.input} is not a byte size: ${this.reason}; accepted is ${accepted}`
  }
}

const KIBI = 1024

const UNITS: ReadonlyMap<string, number> = new Map([
  ["B", 1],
  ["K", KIBI],
  ["M", KIBI ** 2],
  ["G", KIBI ** 3],
  ["T", KIBI ** 4]
])

const TEXT = /^(\d+(?:\.\d+)?|\.\d+)(e[+-]?\d+)?\s*(%|[a-z]*)$/i

const BINARY_UNIT = /^([KMGT])(?:IB)?$/

const DECIMAL_UNIT = /^([KMGT])B$/

const refuse = (input: unknown, reason: string): Either.Either<never, ByteSizeError> =>
  Either.left(new ByteSizeError({ input: printKey(input), reason }))

const whole = (input: ByteSizeInput, bytes: number): Either.Either<number, ByteSizeError> => {
  const rounded = Math.floor(bytes)
  if (rounded < 1) return refuse(input, "it is less than one byte")
  if (!Number.isSafeInteger(rounded)) return refuse(input, "it is too large to count")
  return Either.right(rounded)
}

const parseNumber = (input: number): Either.Either<number, ByteSizeError> => {
  if (!Number.isFinite(input)) return refuse(input, "it is not a finite number")
  if (input <= 0) return refuse(input, "it is not above 0")
  if (!Number.isInteger(input)) return refuse(input, "a plain number counts whole bytes")
  return whole(input, input)
}

const parseText = (input: string, total: number): Either.Either<number, ByteSizeError> => {
  const match = TEXT.exec(input.trim())
  if (match === null) return refuse(input, "it is not a positive number followed by a unit")
  const amount = Number(`${match[1] ?? ""}${match[2] ?? ""}`)
  const unit = (match[3] ?? "").toUpperCase()
  if (unit === "") return refuse(input, "it has no unit (pass a number to mean bytes)")
  if (unit === "%") {
    return amount > 100 ? refuse(input, "a share is at most 100%") : whole(input, total * amount / 100)
  }
  const decimal = DECIMAL_UNIT.exec(unit)?.[1]
  if (decimal !== undefined) {
    return refuse(input, `the unit is ambiguous: write "${decimal}" or "${decimal}iB" for powers of 1024`)
  }
  const factor = UNITS.get(BINARY_UNIT.exec(unit)?.[1] ?? unit)
  return factor === undefined ? refuse(input, "its unit is unknown") : whole(input, amount * factor)
}

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
 * import { ByteSize } from "effect-aws-cache/Ttl"
 * import { Either } from "effect"
 *
 * const total = 512 * 1024 * 1024
 * console.log(Either.getOrThrow(ByteSize.parse("25%", total))) // 134217728
 * console.log(Either.isLeft(ByteSize.parse("64MB", total))) // true
 * ```
 *
 * @since 0.1.0
 * @category constructors
 */
export const parse = (input: ByteSizeInput, total: number): Either.Either<number, ByteSizeError> => {
  if (typeof input === "number") return parseNumber(input)
  if (typeof input === "string") return parseText(input, total)
  return refuse(input, "it is neither a number nor text")
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
 * @since 0.1.0
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
 * @since 0.1.0
 * @category constructors
 */
export const resolve = (input: ByteSizeInput): Effect.Effect<number, ByteSizeError> =>
  Effect.flatMap(availableMemory, (total) => parse(input, total))

/**
 * A schema that decodes a {@link ByteSizeInput} to whole bytes, taking percentages of {@link availableMemory}, and
 * encodes bytes as a number.
 *
 * @since 0.1.0
 * @category schemas
 */
export const schema: Schema.Schema<number, ByteSizeInput> = Schema.transformOrFail(
  Schema.Union(Schema.Number, Schema.String),
  Schema.typeSchema(Schema.Int.pipe(Schema.positive())),
  {
    strict: true,
    decode: (input, _, ast) =>
      Effect.mapError(resolve(input), (error) => new ParseResult.Type(ast, input, error.message)),
    encode: (bytes) => ParseResult.succeed(bytes)
  }
).annotations({ identifier: "ByteSize", description: accepted })

/**
 * Prints a number of bytes in the largest unit that leaves at least 1, cut to two decimals: `"64M"`, `"1.5K"`, `"593B"`.
 * {@link parse} reads it back, exactly where no decimals were cut. No limit is `"Infinity"`.
 *
 * @since 0.1.0
 * @category getters
 */
export const format = (bytes: number): string => {
  if (bytes === Number.POSITIVE_INFINITY) return "Infinity"
  let shown = `${Math.floor(bytes)}B`
  for (const [unit, factor] of UNITS) {
    if (bytes < factor) break
    if (factor > 1) shown = `${Math.floor(bytes / factor * 100) / 100}${unit}`
  }
  return shown
}
