/**
 * Which instances the values of a `LeasedStore` are.
 */
import type { LeasedValue } from "./LeasedValue.js"

/**
 * Counts by how many values an instance is held that are not released: one that was handed over or acquired again while
 * the store has it, or has it under another key, is released with the last of them. What is no object is no instance: each
 * such value is released by itself.
 */
export class Instances {
  private readonly holders = new Map<object, number>()

  /** A value holds its instance from now on, if it did not already. */
  hold(value: LeasedValue<unknown, unknown>): void {
    if (value.isHeld) return
    value.isHeld = true
    const instance = instanceOf(value)
    if (instance !== undefined) this.holders.set(instance, (this.holders.get(instance) ?? 0) + 1)
  }

  /** A value does not hold its instance any more. Whether none does: then it is to be released. */
  letGo(value: LeasedValue<unknown, unknown>): boolean {
    if (!value.isHeld) return false
    value.isHeld = false
    const instance = instanceOf(value)
    if (instance === undefined) return true
    const others = (this.holders.get(instance) ?? 1) - 1
    if (others === 0) this.holders.delete(instance)
    else this.holders.set(instance, others)
    return others === 0
  }
}

const instanceOf = ({ value }: LeasedValue<unknown, unknown>): object | undefined =>
  typeof value === "object" && value !== null || typeof value === "function" ? value : undefined
