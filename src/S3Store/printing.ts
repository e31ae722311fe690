/**
 * How a cache looks when it is printed.
 *
 * @since 0.1.0
 */
import * as Inspectable from "effect/Inspectable"

/**
 * Gives a service a short form for `console.log`, `String` and `JSON.stringify`, in place of all its functions.
 *
 * @param summary what is shown: names and numbers, never a value
 * @since 0.1.0
 * @category combinators
 */
export const printedAs = <A extends object>(
  service: A,
  summary: () => Readonly<Record<string, string | number | null>>
): A =>
  // Not enumerable: a copy of the service is one of its operations only.
  Object.defineProperties(service, {
    toJSON: { value: summary },
    toString: { value: () => Inspectable.format({ toJSON: summary }) },
    [Inspectable.NodeInspectSymbol]: { value: summary }
  })
