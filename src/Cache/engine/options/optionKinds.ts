/**
 * Which options there are, for callers whom no types keep from giving others.
 */
import { describeType } from "./describeType.js"
import { wrongOptionTexts } from "./wrongOptionTexts.js"

/** A kind that few options are of. */
export interface SpecialKind {
  /** What is accepted, for messages. */
  readonly accepted: string
  readonly accepts: (value: unknown) => boolean
  /** How a value is told that is none. Default: by its type. */
  readonly describe?: (value: unknown) => string
  /** What to say besides of a value that is none. */
  readonly hint?: (value: unknown) => string
}

/**
 * What an option has to be, besides absent or `undefined`: one of these kinds, or one of a few texts. `any` is checked by
 * whoever uses it, and an `acquire` has to be given.
 */
export type OptionKind = "any" | keyof typeof wrongOptionTexts | ReadonlyArray<string> | SpecialKind

/** What is accepted of a kind, for messages. */
export const acceptedAs = (kind: Exclude<OptionKind, "any">): string => {
  if (typeof kind === "string") return wrongOptionTexts[kind]
  return "accepted" in kind
    ? kind.accepted
    : kind.map((text) => JSON.stringify(text)).join(", ").replace(/, (?="[^"]*"$)/, " or ")
}

/** Whether a value is of a kind. */
export const isOfKind = (value: unknown, kind: OptionKind): boolean => {
  if (kind === "any") return true
  if (typeof kind === "string") return checks[kind](value)
  return "accepts" in kind ? kind.accepts(value) : kind.some((text) => text === value)
}

/** The options of a type, each with its kind: all of them, which the compiler sees to. */
export type OptionKinds<Options> = { readonly [Name in keyof Required<Options> & string]: OptionKind }

/** What is wrong with options. */
export interface WrongOption {
  readonly option: string
  /** What it is. */
  readonly value: unknown
  /** What it is, where that is not told by its value. */
  readonly printed: string | undefined
  readonly accepted: string
}

/**
 * The first thing that is wrong with options: they are no object, or one of them is none that is known, or of another
 * kind. `undefined` when nothing is. Values of unknown options are not told: they may be secrets.
 *
 * @param accepts whether a value is of a kind, where more is known than here
 * @param hasOthers whether other names are of somebody else, unless they look like one of these
 */
export const wrongOption = (
  options: unknown,
  kinds: Readonly<Record<string, OptionKind>>,
  accepts: (value: unknown, kind: OptionKind) => boolean = isOfKind,
  hasOthers = false
): WrongOption | undefined => {
  if (typeof options !== "object" || options === null || Symbol.iterator in options) {
    const names = Object.keys(kinds)
    const accepted = `an object with ${names.length === 1 ? names.join() : `options (${listed(names)})`}`
    return { option: "options", value: options, printed: describeType(options), accepted }
  }
  const names = Object.keys(options)
  for (const name of names) {
    const kind = Object.hasOwn(kinds, name) ? kinds[name] : undefined
    if (kind === undefined) {
      if (hasOthers && nearestName(name, Object.keys(kinds)) === undefined) continue
      return unknownOption(name, Object.keys(kinds))
    }
    if (kind === "any") continue
    const value: unknown = Reflect.get(options, name)
    if (value !== undefined && !accepts(value, kind)) {
      return { option: name, value, printed: printedOf(value, kind), accepted: acceptedAs(kind) }
    }
  }
  // What is inherited, as from a class with getters, or is not enumerable, is read as well.
  for (const name of Object.keys(kinds)) {
    const kind = kinds[name]
    if (kind === undefined || kind === "any" || (kind !== "acquire" && names.includes(name))) continue
    const value: unknown = Reflect.get(options, name)
    if (value === undefined ? kind === "acquire" : !accepts(value, kind)) {
      return { option: name, value, printed: printedOf(value, kind), accepted: acceptedAs(kind) }
    }
  }
  return undefined
}

/** How a value is told that is no list of what it should be. */
export const describeList = (value: unknown): string =>
  Array.isArray(value) ? "an array with something else" : describeType(value)

/**
 * How a value is told that is not of its kind, where not by itself: what is given in place of an object or of something
 * special may be a secret.
 */
export const printedOf = (value: unknown, kind: OptionKind): string | undefined => {
  if (kind === "object" || kind === "compute") return describeType(value)
  if (typeof kind === "string" || !("accepts" in kind)) return undefined
  return (kind.describe ?? describeType)(value)
}

const isFunction = (value: unknown): boolean => typeof value === "function"

const isObject = (value: unknown): value is object => typeof value === "object" && value !== null

const isTexts = (value: unknown): boolean => Array.isArray(value) && value.every((each) => typeof each === "string")

const isDefined = (value: unknown): boolean => value !== undefined

const isWhole = (value: unknown, least: number): boolean => Number.isSafeInteger(value) && Number(value) >= least

const isNumber = (value: unknown, least: number, most = Number.POSITIVE_INFINITY): boolean =>
  typeof value === "number" && value >= least && value <= most

const checks: Readonly<Record<keyof typeof wrongOptionTexts, (value: unknown) => boolean>> = {
  text: (value) => typeof value === "string",
  name: (value) => typeof value === "string" && value.trim() !== "",
  flag: (value) => typeof value === "boolean",
  function: isFunction,
  acquire: isFunction,
  compute: isFunction,
  iterable: (value) => isObject(value) && typeof Reflect.get(value, Symbol.iterator) === "function",
  object: (value) => isObject(value) && !Array.isArray(value),
  texts: isTexts,
  textsOrFunction: (value) => typeof value === "function" || isTexts(value),
  whole: (value) => isWhole(value, 0),
  limit: (value) => value === Number.POSITIVE_INFINITY || isWhole(value, 0),
  count: (value) => isWhole(value, 1),
  countOrInfinity: (value) => value === Number.POSITIVE_INFINITY || isWhole(value, 1),
  share: (value) => isNumber(value, 0, 1),
  innerShare: (value) => isNumber(value, Number.MIN_VALUE, 1 - Number.EPSILON / 2),
  millis: (value) => isNumber(value, 0),
  moment: (value) => typeof value === "number" && !Number.isNaN(value),
  // What is a duration is known elsewhere.
  anyDuration: isDefined,
  duration: isDefined,
  durationAboveZero: isDefined,
  durationOrFunction: isDefined
}

let nearestName = (_name: string, _names: ReadonlyArray<string>): string | undefined => undefined

/** Says how to find out which option is meant by a name that is none. Until then nobody knows. */
export const useNearestName = (find: (name: string, names: ReadonlyArray<string>) => string | undefined): void => {
  nearestName = find
}

const unknownOption = (name: string, names: ReadonlyArray<string>): WrongOption => {
  const nearest = nearestName(name, names)
  return {
    option: /^[\w$.]{1,60}$/.test(name) ? name : JSON.stringify(name.slice(0, 60)),
    value: undefined,
    printed: "no option",
    accepted: `one of the options${nearest === undefined ? "" : `: did you mean ${nearest}?`} (${listed(names)})`
  }
}

const longestList = 250

/** Whole names only. */
const listed = (names: ReadonlyArray<string>): string => {
  let length = 0
  const shown = names.filter((name) => (length += name.length + 2) <= longestList)
  return shown.length === names.length
    ? names.join(", ")
    : `${shown.join(", ")} and ${names.length - shown.length} more`
}
