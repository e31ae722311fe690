/**
 * Reading sizes of memory, without Effect.
 *
 * @since 1.0.0
 */
import * as Either from "../../effect/plainEither.js"
import { TaggedError } from "../../effect/TaggedError.js"
import { cutText } from "../printing/cutText.js"
import { keyText } from "../printing/keyText.js"

/**
 * A size in memory: a number of bytes, or text with a unit.
 *
 * | form | meaning |
 * | --- | --- |
 * | `1048576` | bytes: a whole number above 0 |
 * | `"512B"` | bytes |
 * | `"64K"`, `"64M"`, `"2G"`, `"1T"`, `"64KiB"` … | binary units, powers of 1024, in any case |
 * | `"1.5K"`, `"1e3K"` | decimals and exponents, rounded down to whole bytes |
 * | `"25%"` | a share of the memory there is for this thread, see `availableMemory`, above 0 and at most 100 |
 *
 * Text without a unit is refused, because a forgotten unit is the likelier meaning of `"128"`, and so are `"64KB"` and
 * `"64MB"`, because they mean 1000 to some and 1024 to others.
 *
 * @since 1.0.0
 * @category models
 */
export type ByteSizeInput = number | string

/** What is accepted as a size, for messages. */
export const accepted =
  "a whole number of bytes above 0, or text with a unit such as \"512B\", \"64K\", \"64MiB\", \"1.5G\" or \"25%\""

/**
 * Why something is not a size in memory:
 *
 * - `NotASize`: it is neither a number nor text, or no positive number followed by a unit;
 * - `NotPositive`: it is not above 0;
 * - `NotWhole`: a number that counts no whole bytes;
 * - `NoUnit`: text without a unit;
 * - `AmbiguousUnit`: its unit means 1000 to some and 1024 to others;
 * - `UnknownUnit`: its unit is none;
 * - `TooSmall`: it is less than one byte;
 * - `TooLarge`: it is too large to count, or more than 100 %;
 * - `UnknownTotal`: it is a share of what is not known there.
 *
 * @since 1.0.0
 * @category models
 */
export type ByteSizeReason =
  | "NotASize"
  | "NotPositive"
  | "NotWhole"
  | "NoUnit"
  | "AmbiguousUnit"
  | "UnknownUnit"
  | "TooSmall"
  | "TooLarge"
  | "UnknownTotal"

/**
 * Something is not a size in memory.
 *
 * @since 1.0.0
 * @category errors
 */
export class ByteSizeError extends TaggedError("ByteSizeError")<{
  /** What was given, printed. */
  readonly input: string
  /** Why it is none. */
  readonly reason: ByteSizeReason
  /** What is wrong with it. */
  readonly detail: string
}> {
  override get message(): string {
    return `${cutText(this.input, 200)} is not a byte size: ${cutText(this.detail, 120)}; accepted is ${accepted}`
  }
}

const KIBI = 1024

/** The units, and how many bytes they are. */
export const units: ReadonlyMap<string, number> = new Map([
  ["B", 1],
  ["K", KIBI],
  ["M", KIBI ** 2],
  ["G", KIBI ** 3],
  ["T", KIBI ** 4]
])

const TEXT = /^(\d+(?:\.\d+)?|\.\d+)(e[+-]?\d+)?\s*(%|[a-z]*)$/i

const BINARY_UNIT = /^([KMGT])(?:IB)?$/

const DECIMAL_UNIT = /^([KMGT])B$/

const refuse = (input: unknown, reason: ByteSizeReason, detail: string): Either.Either<never, ByteSizeError> =>
  Either.left(new ByteSizeError({ input: keyText(input), reason, detail }))

const whole = (input: ByteSizeInput, bytes: number): Either.Either<number, ByteSizeError> => {
  const rounded = Math.floor(bytes)
  if (rounded < 1) return refuse(input, "TooSmall", "it is less than one byte")
  if (!Number.isSafeInteger(rounded)) return refuse(input, "TooLarge", "it is too large to count")
  return Either.right(rounded)
}

const parseNumber = (input: number): Either.Either<number, ByteSizeError> => {
  if (!Number.isFinite(input)) return refuse(input, "NotASize", "it is not a finite number")
  if (input <= 0) return refuse(input, "NotPositive", "it is not above 0")
  if (!Number.isInteger(input)) return refuse(input, "NotWhole", "a plain number counts whole bytes")
  return whole(input, input)
}

const parseText = (input: string, total: number | undefined): Either.Either<number, ByteSizeError> => {
  const match = TEXT.exec(input.trim())
  if (match === null) return refuse(input, "NotASize", "it is not a positive number followed by a unit")
  const amount = Number(`${match[1] ?? ""}${match[2] ?? ""}`)
  const unit = (match[3] ?? "").toUpperCase()
  if (unit === "") return refuse(input, "NoUnit", "it has no unit (pass a number to mean bytes)")
  if (unit === "%") {
    if (total === undefined) {
      return refuse(input, "UnknownTotal", "a share of what is not known here: availableMemory() tells it")
    }
    return amount > 100 ? refuse(input, "TooLarge", "a share is at most 100%") : whole(input, total * amount / 100)
  }
  const decimal = DECIMAL_UNIT.exec(unit)?.[1]
  if (decimal !== undefined) {
    return refuse(
      input,
      "AmbiguousUnit",
      `the unit is ambiguous: write "${decimal}" or "${decimal}iB" for powers of 1024`
    )
  }
  const factor = units.get(BINARY_UNIT.exec(unit)?.[1] ?? unit)
  return factor === undefined ? refuse(input, "UnknownUnit", "its unit is unknown") : whole(input, amount * factor)
}

/**
 * The size in whole bytes, rounded down, or what is wrong with it.
 *
 * @param total what 100 % stands for, in bytes; `undefined` where nobody knows
 */
export const parseByteSize = (
  input: ByteSizeInput,
  total: number | undefined
): Either.Either<number, ByteSizeError> => {
  if (typeof input === "number") return parseNumber(input)
  if (typeof input === "string") return parseText(input, total)
  return refuse(input, "NotASize", "it is neither a number nor text")
}
