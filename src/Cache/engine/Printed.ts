/**
 * How a map looks when it is printed.
 */
import type { EvictionPolicyName } from "./policies/EvictionPolicy.js"

const inspected = Symbol.for("nodejs.util.inspect.custom")

/**
 * What `console.log`, `String` and `JSON.stringify` show in short: policy, limits and sizes, no keys and no values. To show it
 * changes nothing.
 */
export abstract class Printed {
  readonly #policy: EvictionPolicyName

  /** @param policy the name of the eviction policy, `"LRU"` by default */
  constructor(policy: EvictionPolicyName | undefined) {
    this.#policy = policy ?? "LRU"
  }

  /** @since 1.0.0 */
  abstract get maxSize(): number

  /** @since 1.0.0 */
  abstract get maxWeight(): number

  /** @since 1.0.0 */
  abstract glance(now: number, most: number): { readonly size: number; readonly weight: number }

  /** What is shown. */
  toJSON(): object {
    const { size, weight } = this.glance(0, 0)
    const { maxSize, maxWeight } = this
    return { _id: "BoundedMap", evictionPolicy: this.#policy, size, maxSize, weight, maxWeight }
  }

  /** @since 1.0.0 */
  toString(): string {
    return JSON.stringify(this.toJSON())
  }

  /** @since 1.0.0 */
  [inspected](): object {
    return this.toJSON()
  }
}
