/**
 * Finding what a format would lose.
 */
import * as Inspectable from "effect/Inspectable"
import * as Predicate from "effect/Predicate"
import { isPlainObject } from "../../ClientLayer/values/plainData.js"
import { cutStart } from "../common/cutStart.js"

/** Where a value is: on its own, in an array, in an object, or the name of a field. */
export type ValuePlace = "whole" | "element" | "field" | "name"

/**
 * What a format cannot represent in a value, such as `$.users[0].id is a bigint`; `undefined` when it can represent all
 * of it. Arrays and plain objects are walked; everything else is for the format to judge.
 *
 * @param judge what a value is that the format cannot represent, in words; `undefined` for one that it can. `place` tells
 * an element of an array, a field of an object and the name of one apart.
 */
export const unrepresentable = (
  value: unknown,
  judge: (value: unknown, place: ValuePlace) => string | undefined
): string | undefined => {
  const within = new Set<object>()

  /** The path is put together on the way back, when there is something to tell. */
  const find = (value: unknown, place: ValuePlace): string | undefined => {
    if (typeof value !== "object" || value === null) return told(judge(value, place))
    const isArray = Array.isArray(value)
    if (!isArray && !isPlainObject(value)) return told(judge(value, place))
    if (within.has(value)) return told("a reference to what contains it")
    within.add(value)
    const found = isArray ? inElements(value) : inFields(value)
    within.delete(value)
    return found
  }

  const inElements = (elements: ReadonlyArray<unknown>): string | undefined => {
    for (let at = 0; at < elements.length; at++) {
      const found = find(elements[at], "element")
      if (found !== undefined) return `[${at}]${found}`
    }
    return undefined
  }

  const inFields = (fields: object): string | undefined => {
    for (const [name, value] of Object.entries(fields)) {
      const found = told(judge(name, "name")) ?? find(value, "field")
      if (found !== undefined) return `${shown(name)}${found}`
    }
    return undefined
  }

  const found = find(value, "whole")
  return found === undefined ? undefined : `$${cutStart(found, 150)}`
}

// Fields of a program have such names. Any other may be a key of a record, which is part of the value.
const shown = (name: string): string => isName(name) ? `.${name}` : "[*]"
const isName = (name: string): boolean => /^[A-Za-z_$][\w$]{0,39}$/.test(name)

const told = (what: string | undefined): string | undefined => what === undefined ? undefined : ` is ${what}`

/**
 * What an object is that is neither an array nor a plain one, in words: its class, or the name Effect's data types, which
 * have no classes, give themselves.
 */
export const describeInstance = (value: object): string => {
  const name = value.constructor?.name
  return `an instance of ${name === undefined || name === "Object" ? ownName(value) : name}`
}

const ownName = (value: object): string => {
  const json = Inspectable.toJSON(value)
  if (Predicate.hasProperty(json, "_id") && Predicate.isString(json._id) && isName(json._id)) return json._id
  return Predicate.hasProperty(value, "_tag") && Predicate.isString(value._tag) && isName(value._tag)
    ? value._tag
    : "an unnamed class"
}
