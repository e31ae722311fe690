/**
 * Fields of what others made.
 *
 * @since 0.1.0
 */
import * as Predicate from "effect/Predicate"

/**
 * A field of an object or a function, own or inherited; `undefined` of anything else.
 *
 * @since 0.1.0
 * @category getters
 */
export const fieldOf = (value: unknown, field: string): unknown =>
  Predicate.hasProperty(value, field) ? value[field] : undefined
