/**
 * A map with a limit.
 */

/** Values by name. When there are more than the limit, those go that were used least recently. */
export class RecentlyUsed<V extends object> {
  private readonly limit: number
  private readonly isUseless: (value: V) => boolean
  // A map lists its entries in the order in which they were put there.
  private readonly entries = new Map<string, V>()

  /**
   * @param limit how many values there are at most
   * @param isUseless asked about those that were used least recently whenever one is added: the ones it picks go as well
   */
  constructor(limit: number, isUseless: (value: V) => boolean) {
    this.limit = limit
    this.isUseless = isUseless
  }

  /** The value of a name, which is now the one used last. */
  get(name: string): V | undefined {
    const value = this.entries.get(name)
    if (value === undefined) return undefined
    this.entries.delete(name)
    this.entries.set(name, value)
    return value
  }

  /** Puts a value under a name, and lets others go. */
  set(name: string, value: V): void {
    this.entries.delete(name)
    for (const [other, candidate] of this.entries) {
      if (this.entries.size < this.limit && !this.isUseless(candidate)) break
      this.entries.delete(other)
    }
    this.entries.set(name, value)
  }

  /** Lets the value of a name go. */
  delete(name: string): void {
    this.entries.delete(name)
  }

  /** Lets all of them go. */
  clear(): void {
    this.entries.clear()
  }

  /** The values, the one used least recently first. */
  values(): IterableIterator<V> {
    return this.entries.values()
  }

  /** How many values there are. */
  get size(): number {
    return this.entries.size
  }
}
