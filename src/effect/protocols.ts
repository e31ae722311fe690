/**
 * What Effect knows its values by, and how it compares them, without Effect.
 */

/** The name of the property by which values of one of Effect's types are known, such as `Duration`. */
export const typeIdOf = (type: string): PropertyKey => Symbol.for(`effect/${type}`)

/** The name of the method by which something says what is shown of it. */
export const redactableSymbol = Symbol.for("effect/Inspectable/Redactable")

/** The name of the method by which something compares itself. */
export const equalSymbol: unique symbol = Symbol.for("effect/Equal") as never

/** The name of the method by which something hashes itself. */
export const hashSymbol: unique symbol = Symbol.for("effect/Hash") as never

const call = (value: object, name: symbol, ...given: ReadonlyArray<unknown>): unknown => {
  const method: unknown = Reflect.get(value, name)
  return typeof method === "function" ? Reflect.apply(method, value, given) : undefined
}

/** Whether two values are the same, as Effect's `Equal.equals` tells. */
export const equalsByProtocol = (one: unknown, other: unknown): boolean => {
  if (one === other) return true
  if (!isObject(one) || !isObject(other)) return false
  if (equalSymbol in one && equalSymbol in other) {
    return call(one, hashSymbol) === call(other, hashSymbol) && call(one, equalSymbol, other) === true
  }
  if (one instanceof Date && other instanceof Date) return Object.is(one.getTime(), other.getTime())
  return one instanceof URL && other instanceof URL && one.href === other.href
}

const isObject = (value: unknown): value is object =>
  (typeof value === "object" && value !== null) || typeof value === "function"

/** Whether an object is compared in another way than by being the same. */
export const isStructuralByProtocol = (value: object): boolean => equalSymbol in value

/** The hash of such an object, as it says itself. */
export const hashByProtocol = (value: object): number => {
  const hash = call(value, hashSymbol)
  return typeof hash === "number" ? hash | 0 : 0
}
