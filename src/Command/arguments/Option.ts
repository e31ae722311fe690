/**
 * What may stand on a command line, and what it means.
 */
import * as Either from "effect/Either"
import { parseByteSize } from "../../Cache/memory/parseByteSize.js"
import { isLeft } from "../../effect/plainEither.js"
import { printable } from "../terminal/printable.js"

/** Something that has a place on the command line, such as the target. */
export interface Operand {
  /** In capitals, as help shows it. */
  readonly name: string
  readonly says: string
  readonly isOptional?: boolean
}

/** Something that is said by name: `--name` or `--name VALUE`. */
export interface Option<out A> {
  readonly name: string
  /** What its value is called in help; nothing for one that takes none. */
  readonly takes?: string
  readonly says: string
  /** What it means to be given, in this order; or what is accepted. */
  readonly read: (given: ReadonlyArray<string>) => Either.Either<A, string>
}

/** One that is said or not. */
export const flag = (name: string, says: string): Option<boolean> => ({
  name,
  says,
  read: (given) => Either.right(given.length > 0)
})

/** One of a value, which may be left out. */
export const valued = <A>(
  name: string,
  takes: string,
  says: string,
  read: (text: string) => Either.Either<A, string>
): Option<A | undefined> => ({
  name,
  takes,
  says,
  read: ([text, ...more]): Either.Either<A | undefined, string> => {
    if (text === undefined) return Either.right(undefined)
    return more.length > 0 ? Either.left("it is given more than once") : read(text)
  }
})

/** One of a text. */
export const text = (name: string, takes: string, says: string): Option<string | undefined> =>
  valued(name, takes, says, (given) => given === "" ? Either.left("it is empty") : Either.right(given))

/** One that may be given several times, each with texts between commas. */
export const texts = (name: string, takes: string, says: string): Option<ReadonlyArray<string>> => ({
  name,
  takes,
  says,
  read: (given) => {
    const found = given.flatMap((each) => each.split(",")).filter((each) => each !== "")
    return given.length > 0 && found.length === 0 ? Either.left("it is empty") : Either.right(found)
  }
})

/** The units by their first letters, in milliseconds. */
const lengths = new Map(Object.entries({ s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 }))

/** The milliseconds of `30d`, `12h`, `90m`, `45s`, `2w`, `7 days`. */
const readDuration = (given: string): Either.Either<number, string> => {
  const [, amount, unit = ""] = /^\s*(\d+(?:\.\d+)?)\s*(s|m|h|d|w|seconds?|minutes?|hours?|days?|weeks?)\s*$/
    .exec(given) ?? []
  const length = lengths.get(unit.slice(0, 1))
  return amount === undefined || length === undefined
    ? Either.left("a duration such as 45s, 90m, 12h, 30d or 2w")
    : Either.right(Number(amount) * length)
}

/** One of a duration, in milliseconds. */
export const duration = (name: string, says: string): Option<number | undefined> =>
  valued(name, "DURATION", says, readDuration)

/** One of a size, in bytes. */
export const bytes = (name: string, says: string): Option<number | undefined> =>
  valued(name, "SIZE", says, (given) => {
    const size = parseByteSize(given, undefined)
    return isLeft(size)
      ? Either.left(`${size.left.detail}; a size is written 512M, 10G or 1.5T`)
      : Either.right(size.right)
  })

/** One of a whole number. */
export const whole = (name: string, takes: string, says: string, least = 1): Option<number | undefined> =>
  valued(name, takes, says, (given) => {
    const number = /^\d{1,15}$/.test(given) ? Number(given) : Number.NaN
    return number >= least ? Either.right(number) : Either.left(`a whole number from ${least} on`)
  })

/** What is wrong with the value of an option. */
export const faultOf = (name: string, given: ReadonlyArray<string>, fault: string): string =>
  `--${name} ${printable(given.join(" "), 80)}: ${fault}`
