/**
 * What others threw, without what they were given in confidence.
 */
import { inspect, types } from "node:util"
import { cutText } from "../../Cache/printing/cutText.js"
import { eachText } from "../values/eachText.js"
import { HiddenTexts } from "./hiddenTexts.js"

const longestReason = 250
const longestMessage = 20_000
const longestCopy = 2000
const mostCauses = 5
const mostFrames = 20

/**
 * What was thrown, as it was thrown, or, if one of the hidden texts can be found in it, an `Error` with the same name, and
 * with message, stack, cause and the plain fields masked. What is too large to be looked through counts as if one was
 * found, and then shows no text at all.
 *
 * @param hidden what must not be shown
 */
export const maskCause = (cause: unknown, hidden: HiddenTexts | ReadonlySet<string>): unknown =>
  masked(cause, hidden instanceof HiddenTexts ? hidden : HiddenTexts.of(hidden), mostCauses)

/**
 * What was thrown in a sentence of at most 250 characters, in which hidden texts are masked.
 *
 * @param otherwise what to say when it is no `Error`
 */
export const maskReason = (cause: unknown, hidden: HiddenTexts, otherwise: string): string => {
  const message = typeof cause === "string" ? cause : isError(cause) ? messageOf(cause) : undefined
  if (message === undefined) return otherwise
  return cutText(maskedText(message, hidden), longestReason)
}

/** The same, with the name of the error before it. */
export const maskError = (cause: unknown, hidden: HiddenTexts, otherwise: string): string => {
  const name = isError(cause) ? textOf(cause, "name") : undefined
  const reason = maskReason(cause, hidden, otherwise)
  return name === undefined ? reason : cutText(`${maskedText(name, hidden)}: ${reason}`, longestReason)
}

const maskedText = (text: string, hidden: HiddenTexts): string => {
  if (!hidden.isComplete) return "(not shown: the configuration is too large to be looked through for secrets)"
  if (text.length > longestMessage) return `(not shown: a text of ${text.length} characters)`
  return hidden.mask(text)
}

const masked = (cause: unknown, hidden: HiddenTexts, causesLeft: number): unknown => {
  if (!shows(cause, hidden)) return cause
  if (!isError(cause)) return new Error("a value that is not shown, because it holds a secret")
  const copy = new Error(cutText(maskedText(textOf(cause, "message") ?? "", hidden), longestCopy))
  copy.name = cutText(maskedText(textOf(cause, "name") ?? "Error", hidden), longestReason)
  const frames = framesOf(textOf(cause, "stack") ?? "", hidden)
  copy.stack = [`${copy.name}: ${copy.message}`, ...frames]
    .join("\n")
  for (const [name, value] of plainFields(cause)) {
    if (name in copy || hidden.isIn(name)) continue
    Object.assign(copy, {
      [name]: typeof value === "string" ? cutText(maskedText(value, hidden), longestReason) : value
    })
  }
  const inner = read(cause, "cause")
  if (inner !== undefined && causesLeft > 0) copy.cause = masked(inner, hidden, causesLeft - 1)
  return copy
}

// Masked as a whole: a message can look like frames, and what is hidden can have line breaks.
const framesOf = (stack: string, hidden: HiddenTexts): ReadonlyArray<string> =>
  maskedText(stack, hidden).split("\n").filter((line) => /^\s+at /.test(line)).slice(0, mostFrames)

const plainFields = (cause: object): ReadonlyArray<readonly [string, unknown]> => {
  try {
    return Object.keys(cause).slice(0, 20).map((name) => [name, read(cause, name)] as const)
      .filter(([, value]) => typeof value === "string" || typeof value === "number" || typeof value === "boolean")
  } catch {
    return []
  }
}

const shows = (cause: unknown, hidden: HiddenTexts): boolean => {
  if (cause === undefined || cause === null || hidden.isEmpty) return false
  if (!hidden.isComplete) return true
  let found = false
  const look = (text: string) => {
    found ||= hidden.isIn(text)
  }
  const { hasStreams, isComplete } = eachText(cause, look)
  // What cannot be looked at cannot be trusted either.
  if (found || hasStreams || !isComplete) return true
  try {
    // What it says of itself may be more than what is in it.
    look(String(cause))
    look(inspect(cause, { depth: 3 }))
    const toJSON = typeof cause === "object" ? read(cause, "toJSON") : undefined
    return typeof toJSON === "function" && !eachText(Reflect.apply(toJSON, cause, [""]), look).isComplete || found
  } catch {
    return true
  }
}

// Tagged errors often have no message.
const messageOf = (cause: Error): string | undefined => {
  const message = textOf(cause, "message")
  return message === "" ? textOf(cause, "name") : message
}

const isError = (u: unknown): u is Error => u instanceof Error || types.isNativeError(u)

const textOf = (cause: object, name: string): string | undefined => {
  const text = read(cause, name)
  return typeof text === "string" ? text : undefined
}

const read = (object: object, name: string): unknown => {
  try {
    return Reflect.get(object, name)
  } catch {
    return undefined
  }
}
