/**
 * Every text in a value.
 */
import * as Redacted from "effect/Redacted"
import { EventEmitter } from "node:events"
import * as Http from "node:http"
import * as Https from "node:https"
import { Stream } from "node:stream"
import { types } from "node:util"
import { isSecretName } from "./harmlessTexts.js"
import { isObjectPrototype, isUrl } from "./plainData.js"

/** How a text was found. */
export interface TextKind {
  /** Whether it is the name of a field, not a value. */
  readonly isName: boolean
  /** Whether it is a part of something that is a secret as a whole: `Redacted`, bytes, a field that is called so. */
  readonly isSecret: boolean
}

/** How far a walk through a value came. */
export interface Walk {
  /** Whether it saw everything; it ends after 20,000 members or 4 million characters. */
  readonly isComplete: boolean
  /** Whether there was a `Redacted`. */
  readonly hasRedacted: boolean
  /** Whether there was something that it does not look into: a stream, a socket. */
  readonly hasStreams: boolean
}

const mostMembers = 20_000
const mostCharacters = 4_000_000
const mostBytes = 65_536

/**
 * Calls `visit` for every text in a value, at any depth: in plain data and in class instances, in maps and sets, in bytes,
 * in what getters give and in `Redacted`, and for the names of fields. Private fields (`#name`) and closures cannot be
 * looked into, and the connections of agents and the content of streams are left alone.
 *
 * Never throws for what the value does.
 */
export const eachText = (root: unknown, visit: (text: string, kind: TextKind) => void, isSecret = false): Walk => {
  const seen = new Set<object>()
  const waiting: Array<readonly [value: unknown, isSecret: boolean]> = [[root, isSecret]]
  let members = 0
  let characters = 0
  let hasStreams = false
  let hasRedacted = false
  const tell = (text: string, kind: TextKind) => {
    characters += text.length
    if (characters <= mostCharacters) visit(text, kind)
  }
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const [value, isSecret] = next
    members += 1
    if (members > mostMembers || characters > mostCharacters) return { isComplete: false, hasRedacted, hasStreams }
    if (typeof value === "string") {
      tell(value, { isName: false, isSecret })
    } else if ((typeof value === "object" || typeof value === "function") && value !== null && !seen.has(value)) {
      seen.add(value)
      hasRedacted ||= Redacted.isRedacted(value)
      if (isStream(value)) {
        hasStreams = true
        continue
      }
      try {
        members += push(value, isSecret, waiting, tell)
      } catch {
        return { isComplete: false, hasRedacted, hasStreams }
      }
    }
  }
  return { isComplete: true, hasRedacted, hasStreams }
}

type Unvisited = Array<readonly [value: unknown, isSecret: boolean]>

/** Returns how much of an object cannot be waited for. */
const push = (
  value: object,
  isSecret: boolean,
  waiting: Unvisited,
  tell: (text: string, kind: TextKind) => void
): number => {
  if (Redacted.isRedacted(value)) {
    waiting.push([Redacted.value(value), true])
    return 0
  }
  if (isUrl(value)) {
    waiting.push([value.href, isSecret])
    return 0
  }
  if (ArrayBuffer.isView(value) || types.isAnyArrayBuffer(value)) {
    for (const text of textsOfBytes(value)) tell(text, { isName: false, isSecret: true })
    return 0
  }
  if (types.isMap(value)) { for (const [key, part] of value) waiting.push([key, isSecret], [part, isSecret]) }
  if (types.isSet(value)) { for (const part of value) waiting.push([part, isSecret]) }
  let names = 0
  for (let at: object | null = value; at !== null && !isBuiltInPrototype(at); at = Object.getPrototypeOf(at)) {
    for (const name of Reflect.ownKeys(at)) {
      if (isInternal(name, value)) continue
      names += 1
      if (names > mostMembers) return names
      const descriptor = Object.getOwnPropertyDescriptor(at, name)
      if (typeof name === "string") tell(name, { isName: true, isSecret })
      // The methods of a class say nothing.
      if (at !== value && typeof descriptor?.value === "function") continue
      const isSecretField = isSecret || (typeof name === "string" && isSecretName(name))
      waiting.push([descriptor?.get === undefined ? descriptor?.value : read(value, name), isSecretField])
    }
  }
  return names
}

const read = (object: object, name: PropertyKey): unknown => {
  try {
    return Reflect.get(object, name)
  } catch {
    return undefined
  }
}

const textsOfBytes = (value: ArrayBufferView | ArrayBufferLike): ReadonlyArray<string> => {
  const all = ArrayBuffer.isView(value)
    ? Buffer.from(value.buffer, value.byteOffset, value.byteLength)
    : Buffer.from(value)
  const bytes = all.subarray(0, mostBytes)
  return bytes.length < 4
    ? []
    : [bytes.toString("utf8"), bytes.toString("latin1"), bytes.toString("base64"), bytes.toString("hex")]
}

const isStream = (value: object): boolean => value instanceof Stream

const connections: ReadonlySet<PropertyKey> = new Set(["sockets", "freeSockets", "requests", "_events", "domain"])

const isInternal = (name: PropertyKey, value: object): boolean =>
  name === Symbol.toStringTag
  || (typeof value === "function"
    ? name === "length" || name === "name" || name === "prototype" || name === "caller" || name === "arguments"
    : connections.has(name) && value instanceof EventEmitter)

const builtIn: ReadonlySet<object> = new Set([
  Array.prototype,
  Date.prototype,
  Error.prototype,
  EventEmitter.prototype,
  Function.prototype,
  Http.Agent.prototype,
  Https.Agent.prototype,
  Map.prototype,
  Promise.prototype,
  Set.prototype
])

// Their getters say nothing of the value's own.
const isBuiltInPrototype = (at: object): boolean => builtIn.has(at) || isObjectPrototype(at)
