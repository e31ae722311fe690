/**
 * The stacks of errors that are kept.
 */
import { types } from "node:util"
import { typeIdOf } from "../../effect/protocols.js"

/** More errors than this, one the cause of the other, are not looked at. */
const mostErrors = 100

/**
 * Makes the text of an error's stack, and of those of its causes, and returns how many characters there are. Until it is
 * read for the first time, V8 keeps the functions and objects of the stack itself: fibers, with all they have in context.
 */
export const formatStacks = (error: unknown): number => {
  const seen = new Set<unknown>([error])
  let characters = 0
  for (const next of seen) {
    const own = originalError(next)
    if (!types.isNativeError(own)) continue
    try {
      if (typeof own.stack === "string") characters += own.stack.length
      if (seen.size > mostErrors) continue
      seen.add(own.cause)
      if ("errors" in own && Array.isArray(own.errors)) {
        for (const one of own.errors.slice(0, mostErrors)) seen.add(one)
      }
    } catch {
      // What the program itself does when its errors are read is not of interest here.
    }
  }
  return characters
}

const originalId = typeIdOf("OriginalAnnotation")

// As Effect's `Cause.originalError`: under its spans, errors are proxies of what was thrown.
const originalError = (error: unknown): unknown =>
  (typeof error === "object" || typeof error === "function") && error !== null && originalId in error
    ? Reflect.get(error, originalId)
    : error
