/**
 * Changes of limits that take their time.
 */

/** Sees to it that of several changes of one limit that are under way the last one holds. */
export class LimitChanges {
  private begun = 0
  private readonly last = new Map<string, number>()

  /**
   * A change begins. It is done in pieces, each with what this gives just then: those of the limits that no later change
   * has set.
   */
  begin<L extends object>(limits: L): () => Partial<L> {
    const at = ++this.begun
    const given = Object.entries(limits).filter(([, limit]) => limit !== undefined)
    for (const [name] of given) this.last.set(name, at)
    return () => {
      const left: Partial<L> = { ...limits }
      for (const [name] of given) if (this.last.get(name) !== at) Reflect.deleteProperty(left, name)
      return left
    }
  }
}
