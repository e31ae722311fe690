/**
 * The signals that abort a request.
 */
import * as Predicate from "effect/Predicate"

/**
 * A signal that is aborted when one of two is. The second one can be whatever the SDK takes: a signal of the platform,
 * of another realm, of a polyfill, or one that has nothing but `onabort`.
 *
 * @param own a signal of the platform
 * @param given what the caller gave; nothing, or `null`, is none
 */
export const joinedSignal = (own: AbortSignal, given: unknown): AbortSignal =>
  Predicate.isObject(given)
    ? AbortSignal.any([own, given instanceof AbortSignal ? given : mirror(given)])
    : own

// One for each signal, however many requests it is given to: of a long-lived one there would be more and more listeners.
const mirrors = new WeakMap<object, AbortSignal>()

const mirror = (given: object): AbortSignal => {
  const known = mirrors.get(given)
  if (known !== undefined) return known
  const { aborted, addEventListener, onabort }: {
    readonly aborted?: unknown
    readonly addEventListener?: unknown
    readonly onabort?: unknown
  } = given
  const controller = new AbortController()
  const abort = () => controller.abort(Reflect.get(given, "reason"))
  if (aborted === true) abort()
  else if (typeof addEventListener === "function") Reflect.apply(addEventListener, given, ["abort", abort])
  else {
    Reflect.set(given, "onabort", (...args: ReadonlyArray<unknown>) => {
      if (typeof onabort === "function") Reflect.apply(onabort, given, args)
      abort()
    })
  }
  mirrors.set(given, controller.signal)
  return controller.signal
}
