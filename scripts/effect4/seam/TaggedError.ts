/**
 * Errors with a tag and fields.
 */
export { TaggedError } from "effect/Data"
