/**
 * The GreedyDual-Size-Frequency eviction policy, with lists. Ludmila Cherkasova, "Improving WWW proxies performance
 * with Greedy-Dual-Size-Frequency caching policy", HP Laboratories HPL-98-69R1, 1998; the lists: Shahram
 * Ghandeharizadeh, Sandy Irani, Jenny Lam, Jason Yap, "CAMP: a cost adaptive multi-queue eviction policy for key-value
 * stores", Middleware 2014.
 */
import { Floats, Ints } from "../structures/columns.js"
import { listViolations } from "../structures/listViolations.js"
import { SlotLists } from "../structures/SlotLists.js"
import type { EvictionPolicy } from "./EvictionPolicy.js"

// A class is a power of two and the two bits behind it. Frequencies reach 2^31, weights 2^53, costs 2^32.
const precision = 2
const lowestClass = (1023 - 53) << precision
const classesOf = (hasCosts: boolean): number => (31 + 53 + 1 + (hasCosts ? 32 : 0)) << precision
const mostCost = 2 ** 32
const mostFrequent = 2 ** 31 - 1

/**
 * GDSF: an entry's priority is its frequency divided by its weight, plus the age of the cache at its last use, and the
 * age of the cache is the priority of the entry it evicted last. So small entries stay longer than large ones that are
 * used as often, which raises the share of hits where entries differ in size: on CDN objects by 4 to 8 points over LRU.
 * It is for limits by weight; among entries of one weight it is LFU with ageing.
 *
 * Where entries have costs, the frequency counts as often as an entry costs, from 1 to 2^32: then the priority is what an
 * entry has saved by weight, and what is dear to make stays longer than what is cheap.
 *
 * Frequency over weight is rounded down to four classes per power of two, and each class is a list. All entries of a
 * class gain the same over the age, so a list is ordered by priority if it is ordered by last use, and the victim is
 * the lowest of the heads; among equal ones, that of the class worth least. Finding it looks at the classes in use,
 * whose number does not depend on the number of entries: a few dozen where weights spread from bytes to megabytes.
 *
 * Only an eviction ages the cache: an entry that expires or is removed says nothing about the others.
 */
export class Gdsf implements EvictionPolicy {
  /** @inheritdoc */
  readonly hashOf = undefined
  private readonly weightOf: (slot: number) => number
  private readonly costOf: ((slot: number) => number) | undefined
  private readonly classes: number
  private readonly order: SlotLists
  private readonly inUse: Int32Array<ArrayBuffer>
  private readonly frequency = new Ints()
  private readonly priority = new Floats()
  private readonly classOf = new Ints()
  private age = 0

  /**
   * @param weightOf the weight of an entry, a whole number; one without weight is taken to weigh 1
   * @param costOf its cost; one that costs less than 1 is taken to cost 1
   */
  constructor(weightOf: (slot: number) => number, costOf?: (slot: number) => number) {
    this.weightOf = weightOf
    this.costOf = costOf
    this.classes = classesOf(costOf !== undefined)
    this.order = new SlotLists(this.classes)
    this.inUse = new Int32Array(Math.ceil(this.classes / 32))
  }

  /** @inheritdoc */
  grow(slots: number, most?: number): void {
    this.order.grow(slots, most)
    this.frequency.grow(slots, most)
    this.priority.grow(slots, most)
    this.classOf.grow(slots, most)
  }

  /** @inheritdoc */
  expect(): void {}

  /** @inheritdoc */
  insert(slot: number): void {
    this.frequency.put(slot, 1)
    this.place(slot, 1)
  }

  /** @inheritdoc */
  access(slot: number): void {
    const frequency = Math.min((this.frequency.cells[slot] as number) + 1, mostFrequent)
    this.frequency.put(slot, frequency)
    this.take(slot)
    this.place(slot, frequency)
  }

  /** @inheritdoc */
  remove(slot: number, evicted: boolean): void {
    if (evicted) this.age = Math.max(this.age, this.priority.cells[slot] as number)
    this.take(slot)
  }

  /** @inheritdoc */
  replace(slot: number): void {
    this.remove(slot, true)
    this.insert(slot)
  }

  /** @inheritdoc */
  victim(excluded: number): number {
    let victim = -1
    let lowest = Number.POSITIVE_INFINITY
    for (let word = 0; word < this.inUse.length; word++) {
      for (let bits = this.inUse[word] as number; bits !== 0; bits &= bits - 1) {
        const first = this.order.first(word * 32 + 31 - Math.clz32(bits & -bits))
        const slot = first === excluded ? this.order.after(first) : first
        if (slot !== -1 && (this.priority.cells[slot] as number) < lowest) {
          victim = slot
          lowest = this.priority.cells[slot] as number
        }
      }
    }
    return victim
  }

  /** @inheritdoc */
  emptied(weightOf: (slot: number) => number, costOf: ((slot: number) => number) | undefined): EvictionPolicy {
    const empty = new Gdsf(weightOf, costOf)
    empty.age = this.age
    return empty
  }

  /** @inheritdoc */
  forEach(visit: (slot: number) => void): void {
    const slots: Array<number> = []
    for (let list = 0; list < this.classes; list++) {
      for (let slot = this.order.first(list); slot !== -1; slot = this.order.after(slot)) slots.push(slot)
    }
    // The sort is stable: among equals, the lower class and the earlier use stay first.
    slots.sort((one, other) => (this.priority.cells[one] as number) - (this.priority.cells[other] as number))
    for (const slot of slots) visit(slot)
  }

  /** @inheritdoc */
  violations(): ReadonlyArray<string> {
    const found = listViolations(this.order)
    for (let list = 0; list < this.classes; list++) {
      const inUse = ((this.inUse[list >>> 5] as number) & (1 << (list & 31))) !== 0
      if (inUse !== (this.order.first(list) !== -1)) found.push(`class ${list} is in use unawares`)
      let priority = 0
      for (let slot = this.order.first(list); slot !== -1; slot = this.order.after(slot)) {
        if (this.classOf.cells[slot] !== list) found.push(`slot ${slot} is in class ${list} unawares`)
        if ((this.priority.cells[slot] as number) < priority) {
          found.push(`slot ${slot} is out of order in class ${list}`)
        }
        priority = this.priority.cells[slot] as number
      }
    }
    return found
  }

  private place(slot: number, frequency: number): void {
    const uses = this.costOf === undefined
      ? frequency
      : frequency * Math.min(mostCost, Math.max(1, this.costOf(slot)))
    float[0] = uses / Math.max(1, this.weightOf(slot))
    const rounded = (highHalf[highIndex] as number) >>> (20 - precision)
    highHalf[highIndex] = rounded << (20 - precision)
    highHalf[1 - highIndex] = 0
    const list = rounded - lowestClass
    this.classOf.put(slot, list)
    this.priority.put(slot, this.age + (float[0] as number))
    this.order.append(list, slot)
    this.inUse[list >>> 5] = (this.inUse[list >>> 5] as number) | (1 << (list & 31))
  }

  private take(slot: number): void {
    this.order.unlink(slot)
    const list = this.classOf.cells[slot] as number
    if (this.order.first(list) === -1) {
      this.inUse[list >>> 5] = (this.inUse[list >>> 5] as number) & ~(1 << (list & 31))
    }
  }
}

// The exponent and the leading bits of a number are in the high half of its eight bytes.
const float = new Float64Array(1)
const highHalf = new Int32Array(float.buffer)
const highIndex = new Uint8Array(new Int32Array([1]).buffer)[0] === 1 ? 1 : 0
