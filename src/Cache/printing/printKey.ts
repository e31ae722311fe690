/**
 * How a key is shown to people: its content, in bounded length.
 */
import { types } from "node:util"
import { redactableSymbol, typeIdOf } from "../../effect/protocols.js"
import { cutText } from "./cutText.js"
import { useKeyPrinter } from "./keyText.js"

// By what Effect knows what is not to be shown.
const redactedId = typeIdOf("Redacted")

const longest = 200
/** How many values a text is made of at the most. */
const mostParts = 40
const deepest = 6
/** What an object may hold whose own way to print itself is asked. */
const mostHeld = { parts: 60, characters: 2000 }

const unprintable = "(something that cannot be printed)"

/**
 * A key as it appears in messages, 200 characters at the most: strings in quotes, objects as they print themselves
 * (`toString`, inside of others `toJSON` first, where they define one), else the fields of the object as in JSON. An object
 * decides by its `toString` what it shows; keys that hold secrets must not be keys.
 *
 * It looks at no more of the key than it shows, so that it takes microseconds for any key, however large, deep or
 * circular: what is too large to print itself is shown by its class alone. It does not run getters or the traps of a
 * `Proxy`, and does not throw. The text does not keep the key in memory. Only an object with more than a thousand fields
 * takes longer, what listing their names takes.
 */
export const printKey = (key: unknown): string => {
  if (typeof key === "string") return cutText(printText(key), longest)
  try {
    const printer = new Printer()
    printer.print(key, 0)
    return cutText(printer.text, longest)
  } catch {
    return unprintable
  }
}

/**
 * A part of a key in the same way: what lies at the end of the path, or the first thing on it that is not shown by its
 * fields, so that nothing is seen of what hides its own.
 */
export const printKeyAt = (key: unknown, path: ReadonlyArray<PropertyKey>): string => {
  try {
    let value = key
    for (const name of path) {
      if (typeof value !== "object" || value === null || !isShownByFields(value)) break
      const field = Object.getOwnPropertyDescriptor(value, name)
      if (field !== undefined && !("value" in field)) return "(a getter)"
      value = field?.value
    }
    return printKey(value)
  } catch {
    return unprintable
  }
}

const isShownByFields = (value: object): boolean => {
  const printer = new Printer()
  printer.print(value, 0)
  return printer.isByFields
}

const printText = (text: string): string => JSON.stringify(text.length > longest ? text.slice(0, longest) : text)

class Printer {
  text = ""
  /** Whether what was printed is an array, or an object that does not print itself. */
  isByFields = false
  private parts = mostParts

  print(value: unknown, depth: number): void {
    switch (typeof value) {
      case "string":
        this.text += printText(value)
        break
      case "bigint":
        // The digits of a long one take a time that grows with their square.
        this.text += BigInt.asIntN(256, value) === value ? String(value) : "(a bigint of more than 256 bits)"
        break
      case "symbol":
        this.text += `Symbol(${cutText(value.description ?? "", longest)})`
        break
      case "function":
        this.text += types.isProxy(value) ? "(a proxy)" : `[Function: ${ownText(value, "name") || "anonymous"}]`
        break
      case "object":
        if (value === null) this.text += "null"
        else this.printObject(value, depth)
        break
      default:
        this.text += String(value)
    }
  }

  private get isFull(): boolean {
    return this.text.length > longest || this.parts <= 0
  }

  private printObject(value: object, depth: number): void {
    this.parts--
    if (types.isProxy(value)) this.text += "(a proxy)"
    else if (redactedId in value) this.text += "<redacted>"
    else if (ArrayBuffer.isView(value)) this.text += `${nameOf(value)} of ${value.byteLength} bytes`
    else if (types.isAnyArrayBuffer(value)) this.text += `${nameOf(value)} of ${value.byteLength} bytes`
    else if (Array.isArray(value)) this.printArray(value, depth)
    else if (types.isMap(value) || types.isSet(value)) this.text += `${nameOf(value)}(${sizeOf(value)})`
    else if (types.isDate(value)) this.printDate(value, depth)
    else if (types.isNativeError(value) && ownText(value, "message") !== "") this.printError(value)
    else if (redactableSymbol in value) this.text += nameOf(value)
    else this.printOther(value, depth)
  }

  private printDate(value: Date, depth: number): void {
    const time = Date.prototype.getTime.call(value)
    if (Number.isNaN(time)) this.text += "Invalid Date"
    else this.text += depth === 0 ? Date.prototype.toString.call(value) : `"${new Date(time).toISOString()}"`
  }

  private printError(value: Error): void {
    this.text += `${inheritedText(value, "name") || "Error"}: ${ownText(value, "message")}`
  }

  private printArray(value: ReadonlyArray<unknown>, depth: number): void {
    if (depth === 0) this.isByFields = true
    this.text += "["
    for (let at = 0; at < value.length; at++) {
      if (at > 0) this.text += ","
      if (this.isFull || depth >= deepest) {
        this.text += "..."
        break
      }
      this.parts--
      this.printField(Object.getOwnPropertyDescriptor(value, at), depth)
    }
    this.text += "]"
  }

  private printOther(value: object, depth: number): void {
    const print = depth === 0
      ? methodOf(value, "toString")
      : methodOf(value, "toJSON") ?? methodOf(value, "toString")
    if (print === undefined) return this.printFields(value, depth)
    if (!isSmall(value)) {
      this.text += `${nameOf(value)} (too large to be printed)`
      return
    }
    const printed = print()
    if (typeof printed === "string") this.text += cutText(printed, longest)
    else if (depth > 0 && Array.isArray(printed) && !types.isProxy(printed)) this.printArray(printed, depth)
    // Not asked to print itself again: it may be the same object.
    else if (depth > 0 && typeof printed === "object" && printed !== null && !types.isProxy(printed)) {
      this.printFields(printed, depth)
    } else this.text += unprintable
  }

  private printFields(value: object, depth: number): void {
    if (depth === 0) this.isByFields = true
    this.text += "{"
    let isFirst = true
    for (const name of Object.keys(value)) {
      const field = Object.getOwnPropertyDescriptor(value, name)
      if (field === undefined || isLeftOut(field.value) && field.get === undefined) continue
      if (!isFirst) this.text += ","
      isFirst = false
      if (this.isFull || depth >= deepest) {
        this.text += "..."
        break
      }
      this.parts--
      this.text += `${printText(name)}:`
      this.printField(field, depth)
    }
    this.text += "}"
  }

  private printField(field: PropertyDescriptor | undefined, depth: number): void {
    if (field === undefined) this.text += "null"
    else if (field.get !== undefined || field.set !== undefined) this.text += "(a getter)"
    else this.print(field.value, depth + 1)
  }
}

// As in JSON.
const isLeftOut = (value: unknown): boolean =>
  value === undefined || typeof value === "function" || typeof value === "symbol"

/** A method of an object's own or of its class, which no getter is asked for; not those that every object has. */
const methodOf = (value: object, name: string): (() => unknown) | undefined => {
  const method = inherited(value, name)
  return typeof method === "function" && method !== Object.prototype.toString
    ? () => Reflect.apply(method, value, [])
    : undefined
}

const longestChain = 20

const inherited = (value: object, name: string): unknown => {
  let at: object | null = value
  for (let step = 0; at !== null && step < longestChain && !types.isProxy(at); step++) {
    const field = Object.getOwnPropertyDescriptor(at, name)
    if (field !== undefined) return field.value
    at = Object.getPrototypeOf(at) as object | null
  }
  return undefined
}

const inheritedText = (value: object, name: string): string => {
  const text = inherited(value, name)
  return typeof text === "string" ? cutText(text, longest) : ""
}

const ownText = (value: object, name: string): string => {
  const text: unknown = Object.getOwnPropertyDescriptor(value, name)?.value
  return typeof text === "string" ? cutText(text, longest) : ""
}

const nameOf = (value: object): string => {
  const constructor = inherited(value, "constructor")
  return (typeof constructor === "function" && !types.isProxy(constructor) && ownText(constructor, "name")) || "object"
}

const sizeOf = (value: ReadonlyMap<unknown, unknown> | ReadonlySet<unknown>): unknown =>
  Reflect.get(types.isMap(value) ? Map.prototype : Set.prototype, "size", value)

/** Whether an object holds little: only then it takes a short time to print itself, whatever it shows of itself. */
const isSmall = (value: object): boolean => {
  let { characters, parts } = mostHeld
  const fits = (held: unknown, depth: number): boolean => {
    if (--parts < 0) return false
    if (typeof held === "string") return (characters -= held.length) >= 0
    if (typeof held === "bigint") return BigInt.asIntN(256, held) === held
    if (typeof held !== "object" || held === null) return true
    if (depth > deepest || types.isProxy(held)) return false
    if (ArrayBuffer.isView(held) || types.isAnyArrayBuffer(held)) return (characters -= held.byteLength) >= 0
    if (types.isMap(held) || types.isSet(held)) {
      if (Number(sizeOf(held)) > parts) return false
      const entries: Iterable<unknown> = types.isMap(held)
        ? Map.prototype.entries.call(held)
        : Set.prototype.values.call(held)
      for (const entry of entries) if (!fits(entry, depth + 1)) return false
    }
    if (Array.isArray(held) && held.length > parts) return false
    for (const name of Object.keys(held)) {
      const field = Object.getOwnPropertyDescriptor(held, name)
      if (field !== undefined && !fits(field.value, depth + 1)) return false
    }
    return true
  }
  return fits(value, 0)
}

useKeyPrinter(printKey)
