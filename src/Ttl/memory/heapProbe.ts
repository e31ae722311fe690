/**
 * What V8 lets on about how it keeps an object.
 */
import { getHeapStatistics } from "node:v8"

// V8's own code for `Object.values` reserves a place for each field of an object and for each slot of its elements, used or
// not, and goes another way, which takes more, for objects kept as hash tables. How much the heap in use grows by meanwhile
// therefore tells of the layout, to the byte. What was made is garbage at once.
const kept: { made: unknown; before: Usage | undefined; after: Usage | undefined; again: Usage | undefined } = {
  made: undefined,
  before: undefined,
  after: undefined,
  again: undefined
}

interface Usage {
  readonly used_heap_size: number
}

// Reading the figures takes some bytes itself, always the same: more than this is something else.
const mostForReading = 4096

// Now and then garbage is collected in between.
const attempts = 3

// By index, since an iterator would be made too.
const look = (objects: ReadonlyArray<object>): number | undefined => {
  for (let attempt = 0; attempt < attempts; attempt++) {
    // The figures are put where they outlive the call, so that no compiler leaves out making them.
    kept.before = getHeapStatistics()
    for (let at = 0; at < objects.length; at++) kept.made = Object.values(objects[at] ?? kept)
    kept.after = getHeapStatistics()
    kept.again = getHeapStatistics()
    const reading = kept.again.used_heap_size - kept.after.used_heap_size
    const grown = kept.after.used_heap_size - kept.before.used_heap_size - reading
    kept.made = undefined
    if (reading >= 0 && reading <= mostForReading && grown >= 0) return grown
  }
  return undefined
}

const header = 16

const arrayObject = 32

/**
 * How many bytes looking at the values of an object takes whose every slot is used: its fields as they are, as many slots
 * for elements, and boxes for numbers that the object keeps unboxed.
 */
export const tightBytes = (fields: number, slots: number, boxes: number): number =>
  arrayObject + (fields + slots === 0 ? 0 : header + (fields + slots) * 8) + boxes * 16

/**
 * How many slots an object has for elements, if it has as many fields as are told and its elements are an array, from what
 * looking at its values took.
 */
export const slotsFrom = (taken: number, fields: number, boxes: number): number =>
  (taken - arrayObject - header - boxes * 16) / 8 - fields

/**
 * How many bytes more than for fields alone it takes, at the least, to look at the values of an object that is kept as a hash
 * table. Fewer are boxes for numbers, or fields that JavaScript does not see.
 */
export const leastForTable = (fields: number, boxes: number): number => Math.max(320 + fields * 8, 192 + boxes * 16)

// Whether this version of V8, or whatever runs the program, does so: known once. Code that runs for the first times makes
// things of its own, so that it has to be seen often enough.
let works: boolean | undefined

const timesToTry = 200
const timesToSee = 8

const timesToAsk = 5

const holds = (): boolean => {
  const pushed: Array<number> = []
  pushed.push(1)
  const table: Record<string, number> = { a: 1, b: 2, c: 3 }
  delete table["a"]
  let seen = 0
  for (let time = 0; time < timesToTry && seen < timesToSee; time++) {
    const isAsExpected = look([{}, { a: 1, b: 2 }]) === tightBytes(0, 0, 0) + tightBytes(2, 0, 0) &&
      look([pushed]) === tightBytes(1, 17, 0) &&
      (look([table]) ?? 0) >= tightBytes(2, 0, 0) + leastForTable(2, 0)
    seen = isAsExpected ? seen + 1 : 0
  }
  return seen === timesToSee
}

/**
 * How many bytes it takes to look at the values of all these objects; `undefined` where that tells nothing. Their enumerable
 * properties are read: there must be no getters among them, and no proxies.
 *
 * The program may make something of its own meanwhile, such as compiled code. So what is not as expected is looked at
 * until two looks agree, five times at the most.
 *
 * @param tight what is expected, if the objects are as small as they can be
 */
export const ask = (objects: ReadonlyArray<object>, tight: number): number | undefined => {
  works ??= holds()
  if (!works) return undefined
  let least = look(objects)
  if (least === undefined || least === tight) return least
  let last = least
  for (let time = 1; time < timesToAsk; time++) {
    const taken = look(objects)
    if (taken === undefined || taken === last || taken === least) return taken ?? least
    last = taken
    least = Math.min(least, taken)
  }
  return least
}

/** Objects are asked together, since that costs hardly more than to ask one. */
const mostTogether = 64

/** Objects that are to be asked together. */
export class ProbeBatch {
  readonly objects: Array<object> = []
  /** What was counted for each. */
  readonly counted: Array<number> = []
  /** What it takes to ask, if they are as small as they can be. */
  tight = 0
  /** How many boxes for numbers may be made besides. */
  boxes = 0
  /** For how many like them they stand. */
  factors = 0

  /** Adds an object; whether there are enough now. */
  add(object: object, counted: number, tight: number, boxes: number, factor: number): boolean {
    this.objects.push(object)
    this.counted.push(counted)
    this.tight += tight
    this.boxes += boxes
    this.factors += factor
    return this.objects.length === mostTogether
  }

  /** Leaves none. */
  clear(): void {
    if (this.objects.length === 0) return
    this.objects.length = 0
    this.counted.length = 0
    this.tight = 0
    this.boxes = 0
    this.factors = 0
  }
}
