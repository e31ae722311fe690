/**
 * A map that does not keep its values alive.
 *
 * @since 0.1.0
 */

/**
 * Values by name, for as long as somebody else holds them. Names of values that are gone are forgotten now and then, so
 * it is at most about twice as large as there are values.
 *
 * @since 0.1.0
 * @category models
 */
export class WeakValues<A extends object> {
  private readonly references = new Map<string, WeakRef<A>>()
  private sweepAt = 32

  /**
   * The value under a name, if it still lives.
   *
   * @since 0.1.0
   */
  get(name: string): A | undefined {
    return this.references.get(name)?.deref()
  }

  /**
   * Puts a value under a name.
   *
   * @since 0.1.0
   */
  set(name: string, value: A): void {
    if (this.references.size >= this.sweepAt) {
      for (const [name, reference] of this.references) {
        if (reference.deref() === undefined) this.references.delete(name)
      }
      this.sweepAt = Math.max(32, this.references.size * 2)
    }
    this.references.set(name, new WeakRef(value))
  }

  /**
   * How many names it knows, those of values that are gone included. For tests.
   *
   * @since 0.1.0
   */
  get size(): number {
    return this.references.size
  }
}
