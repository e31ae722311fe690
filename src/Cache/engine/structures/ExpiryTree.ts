/**
 * Slots by their deadlines, counted and weighed.
 */
import { Floats, Ints } from "./columns.js"

const bitsPerLevel = 6
/** Into how many parts time is divided at each level. */
export const fanOut = 1 << bitsPerLevel
/** How many levels there are. */
export const highestLevel = 8
// Milliseconds since the epoch: until the year 10889.
const lastTick = fanOut ** highestLevel - 1
/** A part with more slots is divided. */
export const mostInLeaf = 256
/** A part that is left with as many becomes a list again. */
export const fewestInNode = 64
// What tells two times of this century apart, in milliseconds.
const instant = 2 ** -12
/** How many milliseconds a part of each level is long. */
export const spans = Array.from({ length: highestLevel + 1 }, (_, level) => fanOut ** level)

/**
 * Knows at any time how many slots are due, what they weigh, and one of them, in a number of steps that does not depend
 * on how many there are or how long nobody asked: a tree over the milliseconds since the epoch, in which every part is
 * divided into 64. A part with few slots, 256 at the most, is a list of them, in no order; one with more is divided, and
 * one that is left with 64 becomes a list again. Each part knows the number and the weight of its slots.
 *
 * So `add`, `remove`, `count` and `first` look at eight levels of 64 parts and at one list, at the most. There is no time
 * that it has got to: a clock may go to and fro.
 *
 * It keeps no deadlines and weights of its own: it reads them through the functions it is given, and whoever changes one
 * takes the slot out before. A millisecond is not divided: deadlines that share one, and are no whole numbers, are told
 * apart in a list that may be longer.
 *
 * Invariants: a part's count and weight are those of the slots below it; a part that is divided has more than 64 slots;
 * one that is not has 256 at the most, but for a millisecond; a slot is below the parts that its deadline, rounded up, is
 * in.
 */
export class ExpiryTree {
  /** What `count` found: how many slots are due. */
  due = 0

  /** What `count` found: what the slots that are due weigh. */
  dueWeight = 0

  // Columns by part. Part 0 is all of time; the others are nodes of 64. What is in a part is a list, as the first slot
  // plus 1, or a node, as minus its number; 0 for nothing.
  private readonly counts = new Ints()
  private readonly weights = new Floats()
  private readonly contents = new Ints()
  // By slot: the next one and the one before it on the same list, plus 1.
  private readonly links = new Ints()
  private nodes = 1
  private readonly freeNodes: Array<number> = []
  // No deadline is earlier.
  private earliest = Number.POSITIVE_INFINITY
  private readonly deadlineOf: (slot: number) => number
  private readonly weightOf: (slot: number) => number

  /**
   * @param deadlineOf the deadline of a slot, in milliseconds; it is due at that time and later
   * @param weightOf the weight of a slot
   */
  constructor(deadlineOf: (slot: number) => number, weightOf: (slot: number) => number) {
    this.deadlineOf = deadlineOf
    this.weightOf = weightOf
    this.growTo(this.nodes)
  }

  /**
   * Makes room for slots `0` to `slots - 1`. It is to be told of each one as it is added.
   *
   * @param most how many slots there will ever be, where that is known
   */
  grow(slots: number, most = Number.POSITIVE_INFINITY): void {
    this.links.grow(2 * slots, 2 * most)
  }

  /** Puts in a slot that is not there, unless its deadline never comes. */
  add(slot: number): void {
    const deadline = this.deadlineOf(slot)
    if (deadline === Number.POSITIVE_INFINITY) return
    if (deadline < this.earliest) this.earliest = deadline
    const part = this.pass(tickOf(deadline), 1, this.weightOf(slot))
    this.link(part, slot)
    if ((this.counts.cells[part] as number) > mostInLeaf && this.level > 0) this.divide(part, this.level)
  }

  /** Takes out a slot that is there, unless its deadline never comes. */
  remove(slot: number): void {
    const deadline = this.deadlineOf(slot)
    if (deadline === Number.POSITIVE_INFINITY) return
    const part = this.pass(tickOf(deadline), -1, -this.weightOf(slot))
    this.unlink(part, slot)
    if (this.sparse !== -1) this.gather(this.sparse)
  }

  /** A slot that is there weighs so much more now. */
  reweigh(slot: number, by: number): void {
    const deadline = this.deadlineOf(slot)
    if (deadline !== Number.POSITIVE_INFINITY) this.pass(tickOf(deadline), 0, by)
  }

  /** Finds out how many slots are due, and what they weigh: see `due` and `dueWeight`. */
  count(now: number): void {
    this.due = 0
    this.dueWeight = 0
    if (now < this.earliest) return
    // The first millisecond that is not over.
    const tick = tickOf(Math.floor(now) + 1)
    let part = 0
    let level = highestLevel
    for (; (this.contents.cells[part] as number) < 0; level--) {
      const from = -(this.contents.cells[part] as number) * fanOut
      part = from + placeOf(tick, level - 1)
      for (let before = from; before < part; before++) {
        this.due += this.counts.cells[before] as number
        this.dueWeight += this.weights.cells[before] as number
      }
    }
    // Of a whole number, and no end of time, it is known that none is due in it.
    if (level === 0 && Number.isInteger(now) && now >= 0 && now < lastTick) return
    for (let slot = this.firstOf(part); slot !== -1; slot = this.after(slot)) {
      if (this.deadlineOf(slot) > now) continue
      this.due++
      this.dueWeight += this.weightOf(slot)
    }
  }

  /** A slot that is due, of the earliest part that has one; or `-1`. */
  first(now: number): number {
    if (now < this.earliest) return -1
    const part = this.earliestPart()
    for (let slot = this.firstOf(part); slot !== -1; slot = this.after(slot)) {
      if (this.deadlineOf(slot) <= now) return slot
    }
    this.earliest = this.noneBefore(part)
    return -1
  }

  /**
   * The earliest deadline, `Infinity` when there is none. Where more than 256 share its millisecond, it is one of those.
   */
  next(): number {
    return this.earliestIn(this.earliestPart())
  }

  // The level that `pass` ended at, and the highest node on its way that has few slots left, or `-1`.
  private level = 0
  private sparse = -1

  // Goes down to the part that is not divided, counting at each.
  private pass(tick: number, count: number, weight: number): number {
    let part = 0
    let level = highestLevel
    this.sparse = -1
    for (;;) {
      const left = (this.counts.cells[part] as number) + count
      this.counts.put(part, left)
      this.weights.put(part, (this.weights.cells[part] as number) + weight)
      const content = this.contents.cells[part] as number
      if (content >= 0) break
      if (left <= fewestInNode && this.sparse === -1) this.sparse = part
      level--
      part = -content * fanOut + placeOf(tick, level)
    }
    this.level = level
    return part
  }

  private divide(part: number, level: number): void {
    const node = this.takeNode()
    let slot = this.firstOf(part)
    this.contents.put(part, -node)
    let fullest = -1
    while (slot !== -1) {
      const next = this.after(slot)
      const child = node * fanOut + placeOf(tickOf(this.deadlineOf(slot)), level - 1)
      this.counts.put(child, (this.counts.cells[child] as number) + 1)
      this.weights.put(child, (this.weights.cells[child] as number) + this.weightOf(slot))
      this.link(child, slot)
      if ((this.counts.cells[child] as number) > mostInLeaf) fullest = child
      slot = next
    }
    // They may all be in one.
    if (fullest !== -1 && level > 1) this.divide(fullest, level - 1)
  }

  // Makes a list of a node that has few slots left.
  private gather(part: number): void {
    const node = -(this.contents.cells[part] as number)
    this.contents.put(part, 0)
    this.gatherInto(part, node)
  }

  private gatherInto(part: number, node: number): void {
    for (let child = node * fanOut; child < (node + 1) * fanOut; child++) {
      const content = this.contents.cells[child] as number
      if (content < 0) this.gatherInto(part, -content)
      else {
        for (let slot = content - 1; slot !== -1;) {
          const next = this.after(slot)
          this.link(part, slot)
          slot = next
        }
      }
      this.counts.put(child, 0)
      this.weights.put(child, 0)
      this.contents.put(child, 0)
    }
    this.freeNodes.push(node)
  }

  private takeNode(): number {
    const freed = this.freeNodes.pop()
    if (freed !== undefined) return freed
    this.growTo(this.nodes + 1)
    return this.nodes++
  }

  private growTo(nodes: number): void {
    this.counts.grow(nodes * fanOut)
    this.weights.grow(nodes * fanOut)
    this.contents.grow(nodes * fanOut)
  }

  private earliestPart(): number {
    let part = 0
    while ((this.contents.cells[part] as number) < 0) {
      part = -(this.contents.cells[part] as number) * fanOut
      while (this.counts.cells[part] === 0) part++
    }
    return part
  }

  private earliestIn(part: number): number {
    let earliest = Number.POSITIVE_INFINITY
    let looked = 0
    for (let slot = this.firstOf(part); slot !== -1 && looked < mostInLeaf; slot = this.after(slot)) {
      earliest = Math.min(earliest, this.deadlineOf(slot))
      looked++
    }
    return earliest
  }

  // A time before which no deadline of a part is: the earliest one, or of a longer list the beginning of its millisecond.
  private noneBefore(part: number): number {
    const earliest = this.earliestIn(part)
    if ((this.counts.cells[part] as number) <= mostInLeaf) return earliest
    const tick = tickOf(earliest)
    return tick === 0 ? Number.NEGATIVE_INFINITY : Math.min(earliest, tick - 1 + instant)
  }

  private firstOf(part: number): number {
    return (this.contents.cells[part] as number) - 1
  }

  private after(slot: number): number {
    return (this.links.cells[2 * slot] as number) - 1
  }

  private link(part: number, slot: number): void {
    const first = this.contents.cells[part] as number
    this.links.put(2 * slot, first)
    this.links.put(2 * slot + 1, 0)
    if (first !== 0) this.links.put(2 * first - 1, slot + 1)
    this.contents.put(part, slot + 1)
  }

  private unlink(part: number, slot: number): void {
    const after = this.links.cells[2 * slot] as number
    const before = this.links.cells[2 * slot + 1] as number
    if (before === 0) this.contents.put(part, after)
    else this.links.put(2 * before - 2, after)
    if (after !== 0) this.links.put(2 * after - 1, before)
  }
}

/** The millisecond at whose end a deadline has come. */
export const tickOf = (deadline: number): number => {
  const tick = Math.ceil(deadline)
  return tick > 0 ? Math.min(tick, lastTick) : 0
}

// Half of the levels are told by each half of the bits of a millisecond: a number of 32 bits is divided in no time.
const lowLevels = highestLevel / 2
const lowSpan = fanOut ** lowLevels

// Which of the 64 parts of a level a millisecond is in.
const placeOf = (tick: number, level: number): number => {
  const high = Math.floor(tick / lowSpan)
  return level < lowLevels
    ? ((tick - high * lowSpan) >>> (bitsPerLevel * level)) & (fanOut - 1)
    : (high >>> (bitsPerLevel * (level - lowLevels))) & (fanOut - 1)
}
