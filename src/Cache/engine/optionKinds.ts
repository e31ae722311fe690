/**
 * Which options there are, for callers whom no types keep from giving others.
 *
 * @since 0.1.0
 */

/**
 * What an option has to be, besides absent or `undefined`. `any` is checked by whoever uses it, and an `acquire` has to be
 * given.
 *
 * @since 0.1.0
 * @category models
 */
export type OptionKind = "any" | "text" | "flag" | "function" | "acquire" | "iterable" | "object"

/**
 * The options of a type, each with its kind: all of them, which the compiler sees to.
 *
 * @since 0.1.0
 * @category models
 */
export type OptionKinds<Options> = { readonly [Name in keyof Required<Options> & string]: OptionKind }

/**
 * What is wrong with options.
 *
 * @since 0.1.0
 * @category models
 */
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
 * @since 0.1.0
 * @category validation
 */
export const wrongOption = (
  options: unknown,
  kinds: Readonly<Record<string, OptionKind>>
): WrongOption | undefined => {
  if (typeof options !== "object" || options === null || Symbol.iterator in options) {
    const names = Object.keys(kinds)
    const accepted = `an object with ${names.length === 1 ? names.join() : `options (${listed(names)})`}`
    return { option: "options", value: options, printed: undefined, accepted }
  }
  for (const name of Object.keys(options)) {
    const kind = Object.hasOwn(kinds, name) ? kinds[name] : undefined
    if (kind === undefined) return unknownOption(name, Object.keys(kinds))
    if (kind === "any") continue
    const value: unknown = Reflect.get(options, name)
    if (value !== undefined && !checks[kind](value)) {
      return { option: name, value, printed: undefined, accepted: acceptedAs[kind] }
    }
  }
  for (const name of Object.keys(kinds)) {
    if (kinds[name] === "acquire" && Reflect.get(options, name) === undefined) {
      return { option: name, value: undefined, printed: undefined, accepted: acceptedAs.acquire }
    }
  }
  return undefined
}

const isFunction = (value: unknown): boolean => typeof value === "function"

const isObject = (value: unknown): value is object => typeof value === "object" && value !== null

const checks: Readonly<Record<Exclude<OptionKind, "any">, (value: unknown) => boolean>> = {
  text: (value) => typeof value === "string",
  flag: (value) => typeof value === "boolean",
  function: isFunction,
  acquire: isFunction,
  iterable: (value) => isObject(value) && typeof Reflect.get(value, Symbol.iterator) === "function",
  object: isObject
}

const acceptedAs: Readonly<Record<Exclude<OptionKind, "any">, string>> = {
  text: "a text",
  flag: "true or false",
  function: "a function",
  acquire: "a function",
  iterable: "an array or something else to iterate over",
  object: "an object"
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

const listed = (names: ReadonlyArray<string>): string => {
  const list = names.join(", ")
  return list.length > longestList ? `${list.slice(0, longestList - 3)}...` : list
}

/** What options are called elsewhere, in small letters, and here. */
const aliases: ReadonlyArray<readonly [theirs: ReadonlyArray<string>, ours: ReadonlyArray<string>]> = [
  [["ttl", "maxage", "stdttl", "expiry", "expires", "expiresin", "expireafterwrite", "lifetime"], ["timeToLive"]],
  [["tti", "idle", "maxidle", "idletime", "idletimeout", "expireafteraccess"], ["timeToIdle"]],
  [
    ["max", "maxsize", "maxitems", "maxentries", "maxkeys", "maxlength", "maximumsize", "capacity", "size", "limit"],
    ["maxItems", "maxSize"]
  ],
  [["maxweight", "maximumweight", "maxbytes", "maxmemory", "bytes", "maxtotalsize"], ["maxBytes", "maxWeight"]],
  [["weigh", "weigher", "weight", "sizecalculation", "calculatesize", "length"], ["weigher", "weigh"]],
  [
    ["onremoval", "onremove", "dispose", "disposeafter", "onevict", "onexpire", "ondelete", "removallistener"],
    ["onRemove", "onRemoval", "release"]
  ],
  [["swr", "allowstale", "stale", "staletime"], ["staleWhileRevalidate"]],
  [["policy", "eviction", "strategy", "algorithm"], ["evictionPolicy"]],
  [["checkperiod", "interval", "ttlautopurge", "purgeinterval"], ["sweepInterval"]],
  [["load", "loader", "create", "fetchmethod", "lookup"], ["acquire", "make"]],
  [["id", "label", "namespace"], ["name"]],
  [["prefix", "folder"], ["keyPrefix", "directory"]],
  [["timeout"], ["loadTimeout", "requestTimeout", "releaseTimeout"]]
]

const nearestName = (name: string, names: ReadonlyArray<string>): string | undefined => {
  const small = name.slice(0, 40).toLowerCase().replaceAll(/[^a-z]/g, "")
  const same = names.find((known) => known.toLowerCase() === small)
  if (same !== undefined) return same
  for (const [theirs, ours] of aliases) {
    const found = theirs.includes(small) ? ours.find((known) => names.includes(known)) : undefined
    if (found !== undefined) return found
  }
  let nearest: string | undefined
  let least = Math.min(4, small.length / 2 + 1)
  for (const known of names) {
    const changes = distance(small, known.toLowerCase())
    if (changes < least) {
      nearest = known
      least = changes
    }
  }
  return nearest
}

/** How many letters have to be changed, put in or left out, to make one text from another. */
const distance = (one: string, other: string): number => {
  let row = Array.from({ length: other.length + 1 }, (_, at) => at)
  for (let at = 1; at <= one.length; at++) {
    const next = [at]
    for (let place = 1; place <= other.length; place++) {
      const changed = (row[place - 1] ?? 0) + (one[at - 1] === other[place - 1] ? 0 : 1)
      next.push(Math.min(changed, (row[place] ?? 0) + 1, (next[place - 1] ?? 0) + 1))
    }
    row = next
  }
  return row[other.length] ?? 0
}
