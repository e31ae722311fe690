/**
 * What handlers reject with.
 */
import * as Cause from "effect/Cause"
import { ownCause } from "../effect/outcomes.js"

/**
 * The error of an invocation as Lambda shows it to callers and in the log: a name, a message and where it was made. What
 * else an error has, its cause included, stays inside.
 */
export const rejectionOf = (cause: Cause.Cause<unknown>): Error => {
  const own = ownCause(cause)
  if (Cause.isInterruptedOnly(own)) return plainError("InterruptedError", "the invocation was interrupted", undefined)
  const error: unknown = Cause.squash(own)
  if (error instanceof Error) {
    const { message, name, stack } = error
    if (message !== "") return plainError(name, message, stack)
    const said = failedWith(name)
    return plainError(name, said, stack?.replace(name, () => `${name}: ${said}`))
  }
  if (typeof error !== "object" || error === null) return plainError("Error", String(error), undefined)
  const { _tag: tag, message }: { readonly _tag?: unknown; readonly message?: unknown } = error
  const name = typeof tag === "string" ? tag : "Error"
  return plainError(name, typeof message === "string" ? message : failedWith(name), undefined)
}

const failedWith = (name: string) => `it failed with ${name}`

const plainError = (name: string, message: string, stack: string | undefined): Error => {
  const error = new Error(message)
  // Whatever can be enumerated, Lambda prints.
  Object.defineProperty(error, "name", { value: name, configurable: true, writable: true })
  Object.defineProperty(error, "stack", {
    value: stack ?? `${name}: ${message}`,
    configurable: true,
    writable: true
  })
  return error
}
