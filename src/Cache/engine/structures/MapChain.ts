/**
 * From keys that have no hash to slots.
 */
const mostMaps = 8
// V8 takes some 3 ms to grow one of this size.
const fullMap = 65_536

/**
 * An index for keys that only V8 can tell apart: objects and symbols by their identity. It is a few `Map`s, and a key is
 * looked for in one after the other: in one up to 65,536 keys, in some eight however many there are, since from 524,288
 * keys on each holds an eighth of them. So a `Map` grows no further than it can without a pause up to that number, and
 * V8's limit of what one holds is none.
 *
 * Invariant: a key is in one of the maps.
 */
export class MapChain<K> {
  private readonly maps: Array<Map<K, number>>
  // Where the next key goes.
  private open: Map<K, number>
  private used: number

  /** @param first what it begins with */
  constructor(first: Map<K, number> = new Map()) {
    this.maps = [first]
    this.open = first
    this.used = first.size
  }

  /** How many keys there are. */
  get size(): number {
    return this.used
  }

  /** The slot of a key, or `undefined`. */
  get(key: K): number | undefined {
    for (let at = 0; at < this.maps.length; at++) {
      const slot = (this.maps[at] as Map<K, number>).get(key)
      if (slot !== undefined) return slot
    }
    return undefined
  }

  /** Puts in a key that is not there. It throws only where there is no memory, and has changed nothing then. */
  set(key: K, slot: number): void {
    if (this.open.size >= this.most()) this.openAnother()
    try {
      this.open.set(key, slot)
    } catch (error) {
      // This one is at its limit; one that is empty is not.
      if (!(error instanceof RangeError) || this.open.size === 0) throw error
      this.setInto(key, slot)
    }
    this.used++
  }

  /** Takes out a key; returns whether it was there. */
  delete(key: K): boolean {
    for (let at = 0; at < this.maps.length; at++) {
      const map = this.maps[at] as Map<K, number>
      if (map.delete(key)) {
        this.used--
        if (map.size === 0 && map !== this.open) this.maps.splice(at, 1)
        return true
      }
    }
    return false
  }

  private most(): number {
    return Math.max(fullMap, Math.ceil(this.used / mostMaps))
  }

  private openAnother(): void {
    const most = this.most()
    this.open = this.maps.find((map) => map.size < most / 2) ?? this.added()
  }

  private added(): Map<K, number> {
    const map = new Map<K, number>()
    this.maps.push(map)
    return map
  }

  // V8 lets no map grow that was tried: they are tried from the smallest, and then there is another.
  private setInto(key: K, slot: number): void {
    for (const map of [...this.maps].sort((one, other) => one.size - other.size)) {
      try {
        map.set(key, slot)
        this.open = map
        return
      } catch (error) {
        if (!(error instanceof RangeError)) throw error
      }
    }
    const map = new Map([[key, slot]])
    this.maps.push(map)
    this.open = map
  }
}
