/**
 * How a cache looks when it is printed.
 */
import * as Inspectable from "effect/Inspectable"

/** What is shown of something: what it is, its name, and its limits and numbers. Never a value, nor a secret. */
export interface Summary {
  readonly _id: string
}

/**
 * Gives a service a short form for `console.log`, `String` and `JSON.stringify`, in place of all its functions.
 *
 * @param summary read whenever it is printed, synchronously: it must change nothing, be no use and reclaim nothing
 * @param line how it is shown to people, in one line. Default: as the summary is
 */
export const printedAs = <A extends object, S extends Summary>(
  service: A,
  summary: () => S,
  line?: (summary: S) => string
): A => {
  const inLine = line && (() => line(summary()))
  // Not enumerable: a copy of the service is one of its operations only.
  return Object.defineProperties(service, {
    toJSON: { value: summary },
    toString: { value: inLine ?? (() => JSON.stringify(summary(), undefined, 2)) },
    [Inspectable.NodeInspectSymbol]: { value: inLine ?? summary }
  })
}

/** Gives a service that was made from another one the short form of that one. */
export const printedLike = <A extends object>(service: A, original: object): A => {
  for (const name of ["toJSON", "toString", Inspectable.NodeInspectSymbol]) {
    const property = Object.getOwnPropertyDescriptor(original, name)
    if (property !== undefined) Object.defineProperty(service, name, property)
  }
  return service
}
