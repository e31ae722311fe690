/**
 * One text for each JSON value.
 */
import { isPlainObject } from "../../ClientLayer/values/plainData.js"
import { cutStart } from "../common/cutStart.js"
import { jsonFault } from "../entry/jsonFault.js"

/** A value that JSON cannot represent: where it is, and what it is. */
export class NotJson extends Error {
  override readonly name = "NotJson"
  /** Where, as a path such as `$.users[0].id`. */
  readonly path: string
  /** What it is, in words. */
  readonly found: string

  constructor(path: string, found: string) {
    super(`${cutStart(path, 100)} is ${found}, which JSON cannot represent`)
    this.path = path
    this.found = found
  }
}

/**
 * JSON with the fields of objects in order (RFC 8785, the JSON Canonicalization Scheme): equal values have equal
 * texts. Fields that are `undefined` are left out, as in JSON. Throws `NotJson` where `JSON.stringify` would lose
 * something: `NaN`, infinities, `undefined` in an array, a bigint, a function, a symbol, a `Map` or another class
 * instance, a lone surrogate, a cycle.
 */
export const canonicalJson = (value: unknown): string => text(value, "$", [])

const text = (value: unknown, path: string, within: ReadonlyArray<object>): string => {
  const isArray = Array.isArray(value)
  if (!isArray && !isPlainObject(value)) {
    const fault = jsonFault(value, "element")
    if (fault !== undefined) throw new NotJson(path, fault)
    return JSON.stringify(value)
  }
  if (within.includes(value)) throw new NotJson(path, "a reference to what contains it")
  const inside = [...within, value]
  return isArray ? array(value, path, inside) : record(value, path, inside)
}

const array = (values: ReadonlyArray<unknown>, path: string, within: ReadonlyArray<object>): string =>
  `[${Array.from(values, (value, at) => text(value, `${path}[${at}]`, within)).join(",")}]`

const record = (value: Readonly<Record<string, unknown>>, path: string, within: ReadonlyArray<object>): string => {
  const fields = Object.keys(value).filter((name) => value[name] !== undefined).sort()
  return `{${
    fields.map((name) => `${text(name, path, within)}:${text(value[name], `${path}.${name}`, within)}`).join(",")
  }}`
}
