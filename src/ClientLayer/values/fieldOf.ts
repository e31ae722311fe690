/**
 * Fields of what others made.
 */
import * as Predicate from "effect/Predicate"

/** A field of an object or a function, own or inherited; `undefined` of anything else. */
export const fieldOf = (value: unknown, field: string): unknown =>
  Predicate.hasProperty(value, field) ? value[field] : undefined
