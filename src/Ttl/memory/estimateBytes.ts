/**
 * How much memory a JavaScript value takes, estimated from how V8 lays values out.
 *
 * @since 1.0.0
 */
import { Buffer } from "node:buffer"
import { types } from "node:util"
import { ask, leastForTable, ProbeBatch, slotsFrom, tightBytes } from "./heapProbe.js"
import {
  aligned,
  collectionBytes,
  elementsBytes,
  elementTableBytes,
  fieldsBytes,
  indexOf,
  isSmallInteger,
  layout,
  mostPropertiesAsFields,
  namedElementsBytes,
  ownNamesBytes,
  primitiveBytes,
  privateBytes,
  tableBytes
} from "./objectLayout.js"
import { textWithin } from "./textWithin.js"

// Where it cannot be asked whether an object of more than `mostFields` properties is kept as a table, it may be: a limit is
// better served by what is too high than by what is too low. With more than `mostPropertiesAsFields` it nearly always is.
const mostFields = 16
const shareOfTables = 2 / 3

/** V8 keeps no object with more properties otherwise than as a table. */
const mostFieldsOfObjects = 1020

/** Larger arrays are asked alone, and still larger ones not at all, since asking takes as much memory as they have. */
const mostElementsTogether = 64
const mostElementsToAsk = 65_536

/** Pushed arrays have room for up to half as many elements again, others for none. */
const spareElements = 1 / 4

/** An array with more than this may be sparse, so that walking it by index could take for ever. */
const mostElementsByIndex = 1024
const elementsToTry = 64

/** V8 has no longer arrays that are not sparse. */
const mostElementsOfArrays = 32 * 1024 * 1024

/** How many objects of one value are asked alone: what comes after these is counted for as much as it took to ask. */
const mostAskedAlone = 4096

/** The most of a collection that a sample looks at: fewer, the more objects it has seen, and in the end no object more. */
const mostSampled = 256
const sampledAfter: ReadonlyArray<readonly [objects: number, most: number]> = [[2048, 16], [8192, 2]]
const mostObjectsSampled = 32_768

// Read from the prototypes, so that no override in a subclass runs.
const getter = (prototype: object, name: PropertyKey): (self: object) => unknown => {
  const get = Reflect.getOwnPropertyDescriptor(prototype, name)?.get
  return (self) => get?.call(self)
}

const typedArray: object = Object.getPrototypeOf(Uint8Array.prototype)
const bufferOfTypedArray = getter(typedArray, "buffer")
const bytesOfTypedArray = getter(typedArray, "byteLength")
const bufferOfDataView = getter(DataView.prototype, "buffer")
const bytesOfArrayBuffer = getter(ArrayBuffer.prototype, "byteLength")
const bytesOfSharedArrayBuffer = getter(SharedArrayBuffer.prototype, "byteLength")
const sizeOfMap = getter(Map.prototype, "size")
const sizeOfSet = getter(Set.prototype, "size")

const asNumber = (value: unknown): number => typeof value === "number" ? value : 0

/** Walks the objects of one entry, each once, without recursion. */
class Walk {
  private readonly seen = new Set<object>()
  private readonly names = new Set<string | symbol>()
  private readonly pending: Array<object> = []
  // For how many like it each pending object stands, in a sample.
  private readonly factors: Array<number> = []
  private readonly plain = new ProbeBatch()
  private readonly arrays = new ProbeBatch()
  private bytes = 0
  private factor = 1
  private askedAlone = 0
  private readonly isSample: boolean

  constructor(isSample: boolean) {
    this.isSample = isSample
  }

  /** The bytes of a value and of all it holds that was not counted yet. */
  add(value: unknown): void {
    this.factor = 1
    this.count(value)
    for (let next = this.pending.pop(); next !== undefined; next = this.pending.pop()) {
      if (this.isSample) {
        if (this.seen.size > mostObjectsSampled) break
        this.factor = this.factors.pop() ?? 1
      }
      this.countObject(next)
    }
    // To make an array shorter takes its time.
    if (this.pending.length > 0) this.pending.length = 0
    if (this.factors.length > 0) this.factors.length = 0
    this.askPlain()
    this.askArrays()
  }

  get total(): number {
    return Math.ceil(this.bytes)
  }

  private grow(bytes: number): void {
    this.bytes += bytes * this.factor
  }

  private count(value: unknown): void {
    if (typeof value !== "object" || value === null) {
      this.grow(primitiveBytes(value))
    } else if (!this.seen.has(value)) {
      this.seen.add(value)
      this.pending.push(value)
      if (this.isSample) this.factors.push(this.factor)
    }
  }

  // How far apart the parts of so many are that are looked at.
  private stride(size: number): number {
    if (!this.isSample) return 1
    let most = mostSampled
    for (const [objects, fewer] of sampledAfter) if (this.seen.size > objects) most = fewer
    return size <= most ? 1 : size / most
  }

  private countObject(value: object): void {
    if (types.isProxy(value)) this.grow(layout.proxy)
    else if (Array.isArray(value)) this.countArray(value)
    else if (ArrayBuffer.isView(value)) this.countView(value)
    else if (types.isAnyArrayBuffer(value)) this.countArrayBuffer(value)
    else {
      this.countInternals(value)
      this.countProperties(value)
    }
  }

  // What the object holds apart from its properties.
  private countInternals(value: object): void {
    if (types.isMap(value)) {
      this.countCollection(
        asNumber(sizeOfMap(value)),
        3,
        (each) =>
          Map.prototype.forEach.call(value, (item: unknown, key: unknown) =>
            each(() => {
              this.count(key)
              this.count(item)
            }))
      )
    } else if (types.isSet(value)) {
      this.countCollection(
        asNumber(sizeOfSet(value)),
        2,
        (each) => Set.prototype.forEach.call(value, (item: unknown) => each(() => this.count(item)))
      )
    } else if (types.isDate(value)) {
      this.grow(layout.date - layout.object)
    } else if (types.isRegExp(value)) {
      this.grow(layout.regExp - layout.object)
      this.count(textWithin(value))
    } else if (types.isNativeError(value)) {
      this.grow(layout.errorStack)
    } else if (types.isPromise(value)) {
      this.grow(layout.promise - layout.object)
    } else if (types.isGeneratorObject(value)) {
      this.grow(layout.generator - layout.object)
    } else if (types.isWeakMap(value) || types.isWeakSet(value)) {
      this.grow(layout.weakCollection - layout.object)
    } else {
      if (types.isBoxedPrimitive(value)) this.grow(layout.slot)
      this.count(textWithin(value))
    }
  }

  private countCollection(
    size: number,
    slotsPerEntry: number,
    forEach: (each: (count: () => void) => void) => void
  ): void {
    this.grow(collectionBytes(size, slotsPerEntry) - layout.object)
    const stride = this.stride(size)
    const { factor } = this
    this.factor = factor * stride
    let at = 0
    let next = 0
    forEach((count) => {
      if (at++ < Math.floor(next)) return
      next += stride
      count()
    })
    this.factor = factor
  }

  // Own properties only: nothing of the value's code runs, and what prototypes hold is shared.
  private countProperties(value: object): void {
    // The characters of a string that is an object are no elements.
    const isText = types.isStringObject(value)
    const keys = isText
      ? Reflect.ownKeys(value).filter((key) => key !== "length" && indexOf(key) === undefined)
      : Reflect.ownKeys(value)
    const prototype: unknown = Object.getPrototypeOf(value)
    const isPlain = prototype === Object.prototype
    const isError = types.isNativeError(value)
    let elements = 0
    let isAskable = !isText && !types.isModuleNamespaceObject(value) && !types.isExternal(value)
    let isVisible = true
    let boxes = 0
    // Few names are of different kinds of values.
    const stride = keys.length > mostSampled ? this.stride(keys.length) : 1
    const { factor } = this
    this.factor = factor * stride
    for (let next = 0; next < keys.length; next += stride) {
      const key = keys[Math.floor(next)]
      // Reading the stack of an error formats it, which costs more than it weighs.
      if (key === undefined || isError && key === "stack") continue
      const property = Reflect.getOwnPropertyDescriptor(value, key)
      if (property?.enumerable !== true) isVisible = false
      if (property?.get !== undefined || property?.set !== undefined) {
        isAskable = false
        this.grow(layout.accessors)
        this.count(property.get)
        this.count(property.set)
      } else {
        const held: unknown = property?.value
        if (typeof held === "number" && !isSmallInteger(held)) boxes++
        this.count(held)
      }
    }
    this.factor = factor
    // These come first.
    while (elements < keys.length && indexOf(keys[elements] ?? "") !== undefined) elements++
    const names = keys.length - elements
    this.grow(layout.object)
    if (!isAskable || elements > 0 || !isVisible || names > mostPropertiesAsFields || stride > 1) {
      this.countAlone(value, keys, elements, isAskable && stride === 1, boxes)
      return
    }
    const bytes = fieldsBytes(names, isPlain) + (isPlain || prototype === null ? ownNamesBytes(keys, this.names) : 0)
    this.grow(bytes)
    if (this.plain.add(value, bytes, tightBytes(names, 0, 0), boxes, factor)) this.askPlain()
  }

  // Asks all, and those alone whose sum is more than it has to be.
  private askPlain(): void {
    const { boxes, counted, factors, objects, tight } = this.plain
    if (objects.length === 0) return
    const taken = ask(objects, tight)
    const boxed = boxes * layout.heapNumber
    const excess = taken === undefined ? 0 : Math.max(0, taken - tight)
    const factor = factors / objects.length
    if (taken !== undefined && (excess === boxed || excess < leastForTable(0, 0))) {
      this.bytes += privateBytes(Math.max(0, excess - boxed)) * factor
    } else {
      this.factor = factor
      for (const [at, object] of objects.entries()) {
        const keys = Reflect.ownKeys(object)
        this.countAlone(object, keys, 0, true, boxesIn(object, keys), counted[at])
      }
    }
    this.plain.clear()
  }

  // The properties of an object, all of whose values were counted, and these as fields if `counted` says so.
  private countAlone(
    value: object,
    keys: ReadonlyArray<string | symbol>,
    elements: number,
    isAskable: boolean,
    boxes: number,
    counted = 0
  ): void {
    const prototype: unknown = Object.getPrototypeOf(value)
    const isPlain = prototype === Object.prototype
    const names = keys.length - elements
    // Numbers that fields keep unboxed are in boxes when they are looked at; that they were, cannot be told.
    const tight = tightBytes(names, 0, 0)
    const taken = isAskable && names <= mostFieldsOfObjects ? this.askAlone(value, tight) : undefined
    const named = elements === 0 ? keys : keys.slice(elements)
    const table = () => tableBytes(named, isAskable && prototype !== null)
    const fields = () =>
      counted > 0
        ? counted
        : fieldsBytes(names, isPlain) + (isPlain || prototype === null ? ownNamesBytes(named, this.names) : 0)
    this.grow(-counted)
    if (elements > 0) {
      const slots = taken === undefined ? undefined : slotsFrom(taken, names, 0)
      this.grow(namedElementsBytes(slots, elements, keys[elements - 1]))
      this.grow(names > mostFields || prototype === null && names > 0 ? table() : fields())
    } else if (taken === undefined) {
      // With getters they nearly always are.
      const isSure = names > mostPropertiesAsFields || prototype === null || !isAskable && isPlain
      const share = isSure ? 1 : names > mostFields ? shareOfTables : 0
      if (share < 1) this.grow(fields() * (1 - share))
      if (share > 0) this.grow(table() * share)
    } else if (taken - tight >= leastForTable(names, boxes)) {
      this.grow(table())
    } else {
      this.grow(fields() + privateBytes(Math.max(0, taken - tight - boxes * layout.heapNumber)))
    }
  }

  // What is asked too often is not asked any more.
  private askAlone(value: object, tight: number): number | undefined {
    if (this.askedAlone >= mostAskedAlone) return undefined
    this.askedAlone++
    return ask([value], tight)
  }

  private countArray(value: ReadonlyArray<unknown>): void {
    const { length } = value
    this.grow(layout.array)
    const isSparse = length > mostElementsByIndex && mayBeSparse(value)
    const keys = isSparse ? Reflect.ownKeys(value) : undefined
    // The last one is the length, with whatever else is no element.
    const count = keys === undefined ? length : keys.length
    const stride = this.stride(count)
    const { factor } = this
    this.factor = factor * stride
    // V8 keeps an array of nothing but numbers unboxed.
    let boxes = 0
    let present = 0
    let isNumeric = true
    let isAskable = true
    for (let next = 0; next < count; next += stride) {
      const at = Math.floor(next)
      const property = Reflect.getOwnPropertyDescriptor(value, keys?.[at] ?? at)
      if (property === undefined) continue
      present++
      const element: unknown = property.value
      if (typeof element === "number") {
        if (!isSmallInteger(element)) boxes++
      } else if (property.get !== undefined || property.set !== undefined) {
        isAskable = false
      } else {
        isNumeric = false
        this.count(element)
      }
    }
    if (!isNumeric) this.grow(boxes * layout.heapNumber)
    this.factor = factor
    const unboxed = isNumeric ? boxes : 0
    if (!isAskable) {
      this.grow(elementTableBytes(present))
    } else if (isSparse) {
      this.countSparse(value, present)
    } else if (length > mostElementsToAsk || stride > 1) {
      this.grow(elementsBytes(length * (1 + spareElements)))
    } else if (length > mostElementsTogether) {
      this.countElements(value, length, unboxed, present)
    } else {
      this.grow(elementsBytes(length))
      if (this.arrays.add(value, 0, tightBytes(1, length, unboxed), 0, factor)) this.askArrays()
    }
  }

  private countSparse(value: ReadonlyArray<unknown>, present: number): void {
    const { length } = value
    const taken = length > mostElementsOfArrays ? undefined : ask([value], tightBytes(1, length, 0))
    const slots = taken === undefined ? 0 : slotsFrom(taken, 1, 0)
    this.grow(slots >= length ? elementsBytes(slots) : elementTableBytes(present))
  }

  private askArrays(): void {
    const { factors, objects, tight } = this.arrays
    if (objects.length === 0) return
    const taken = ask(objects, tight)
    const factor = factors / objects.length
    if (taken === undefined || taken > tight) {
      this.bytes += (taken === undefined ? tight * spareElements : taken - tight) * factor
    } else if (taken < tight) {
      this.factor = factor
      for (const array of objects) {
        if (!Array.isArray(array)) continue
        this.grow(-elementsBytes(array.length))
        this.countElements(array, array.length, boxesOf(array), Object.keys(array).length)
      }
    }
    this.arrays.clear()
  }

  // The elements of an array, from what it takes to ask for them.
  private countElements(value: ReadonlyArray<unknown>, length: number, boxes: number, present: number): void {
    const taken = this.askAlone(value, tightBytes(1, length, boxes))
    if (taken === undefined) {
      this.grow(elementsBytes(length * (1 + spareElements)))
      return
    }
    const slots = length === 0 ? Math.max(0, slotsFrom(taken, 1, 0)) : slotsFrom(taken, 1, boxes)
    if (slots >= length) {
      this.grow(elementsBytes(slots))
      return
    }
    // Numbers that are in boxes after all, or a table.
    const boxed = slotsFrom(taken, 1, 0)
    this.grow((boxed >= length ? elementsBytes(boxed) : elementTableBytes(present)) + boxes * layout.heapNumber)
  }

  private countView(value: ArrayBufferView): void {
    this.grow(layout.view)
    if (types.isDataView(value)) return this.count(bufferOfDataView(value))
    const buffer = bufferOfTypedArray(value)
    const length = asNumber(bytesOfTypedArray(value))
    // Small buffers are cut from pools that many of them share, and each is charged for its own part, and for the end
    // of a pool that was too short for it. Any other view keeps the whole of its buffer in memory.
    const pool = Buffer.poolSize
    if (types.isArrayBuffer(buffer) && buffer.byteLength === pool && length < pool / 2) {
      this.grow(aligned(length * pool / (pool - length)))
    } else {
      this.count(buffer)
    }
  }

  private countArrayBuffer(value: object): void {
    const bytes = types.isSharedArrayBuffer(value) ? bytesOfSharedArrayBuffer(value) : bytesOfArrayBuffer(value)
    this.grow(layout.arrayBuffer + aligned(asNumber(bytes)))
  }
}

// Numbers among the properties that may need a box.
const boxesIn = (value: object, keys: ReadonlyArray<string | symbol>): number => {
  let boxes = 0
  for (const key of keys) {
    const held: unknown = Reflect.getOwnPropertyDescriptor(value, key)?.value
    if (typeof held === "number" && !isSmallInteger(held)) boxes++
  }
  return boxes
}

// Of an array of nothing but numbers.
const boxesOf = (value: ReadonlyArray<unknown>): number => {
  let boxes = 0
  for (let at = 0; at < value.length; at++) {
    const element = value[at]
    if (typeof element !== "number") return 0
    if (!isSmallInteger(element)) boxes++
  }
  return boxes
}

const mayBeSparse = (value: ReadonlyArray<unknown>): boolean => {
  if (value.length > mostElementsOfArrays) return true
  let found = 0
  for (let at = 0; at < elementsToTry; at++) {
    if (Object.hasOwn(value, Math.floor(at * value.length / elementsToTry))) found++
  }
  return found < elementsToTry / 4
}

const measure = (values: ReadonlyArray<unknown>, isSample: boolean): number => {
  let walk: Walk | undefined
  let bytes = 0
  for (const value of values) {
    if (typeof value === "object" && value !== null) {
      walk ??= new Walk(isSample)
      walk.add(value)
    } else {
      bytes += primitiveBytes(value)
    }
  }
  return walk === undefined ? bytes : bytes + walk.total
}

/**
 * Estimates how much memory values take together, in bytes: what would be freed if nothing else referred to them, with
 * the bytes of their buffers, which Node.js keeps outside of the heap. Each object and buffer is counted once, however
 * often and through whichever value it is reached, cycles included; deep structures do not overflow the stack. No code
 * of the values runs: own data properties are read, getters are not, proxies are not looked into.
 *
 * How V8 keeps an object (as fields or as a hash table, with how many spare places) depends on how it was made, and is not to be
 * seen in its properties. It is seen in how much the heap grows by while V8 looks through the values of an object, which takes
 * some microseconds for an entry. So objects that are used as tables, from which properties were deleted, or whose names are
 * numbers, and arrays that are sparse, were pushed to or shifted, are measured as what they are. For shapes drawn at random
 * from all of these the estimate is between 0.8 and 1.6 times the real growth of the heap.
 *
 * Where it cannot be seen, the estimate is rather too high: up to twice for objects from which properties were deleted (how
 * large their tables were cannot be seen), some times for promises, regular expressions, and errors with few calls in their
 * stacks, and for objects with names that look like ids and are shared nevertheless. It is too low for a `Map` or `Set` from
 * which most was deleted (up to a half), for objects from which all was deleted, and for objects each of which has other names
 * that look like words (up to four fifths, for the first thousand or so).
 *
 * It cannot see: what functions close over, what promises come to, what private `#fields` refer to, the target of a proxy, the
 * long string that a short `slice` of it keeps alive, and that something is shared with the rest of the program. Strings are
 * counted at every mention, since equal ones may be copies.
 *
 * The time it takes grows with the number of objects and properties, hardly with the bytes in strings and buffers: about a
 * second for 100 megabytes of small records, of tables, or of numbers in arrays, a tenth of that for long strings. For
 * values of that size there is {@link sampleBytes}.
 *
 * @example
 * ```ts
 * import { estimateBytes } from "effect-aws-cache/Ttl"
 * import * as assert from "node:assert/strict"
 *
 * assert.equal(estimateBytes("session"), 24)
 * assert.equal(estimateBytes({ name: "ada", tags: ["a", "b"] }), 184)
 * assert.equal(estimateBytes(new Uint8Array(1_000_000)), 1_000_192)
 * ```
 *
 * @since 1.0.0
 * @category getters
 */
export const estimateBytes = (...values: ReadonlyArray<unknown>): number => measure(values, false)

/**
 * Estimates the same from a sample, within some ten milliseconds: of arrays, collections and objects with more than 256 parts
 * it looks at that many, evenly spread, and takes the rest to be like these; when it has seen thousands of objects, at fewer. It
 * sees some 30,000 objects at the most, and counts nothing that lies behind these, as in a very long list of links.
 *
 * It suits values of many megabytes whose parts are alike, such as lists of records. Still, the names of an object and the
 * entries of a `Map` or `Set` are listed.
 *
 * @example
 * ```ts
 * import { Effect } from "effect"
 * import { sampleBytes, TtlDict } from "effect-aws-cache/Ttl"
 * import * as assert from "node:assert/strict"
 *
 * const rows = Array.from({ length: 100_000 }, (_, id) => ({ id, name: "Ada" }))
 * assert.ok(sampleBytes(rows) > 5_000_000)
 *
 * const program = Effect.gen(function*() {
 *   const tables = yield* TtlDict.make<string, typeof rows>({ maxBytes: "1G", weigher: "sampled" })
 *   yield* tables.set("users", rows)
 *   return yield* tables.byteSize
 * }).pipe(Effect.scoped)
 *
 * assert.ok(await Effect.runPromise(program) > 5_000_000)
 * ```
 *
 * @since 1.0.0
 * @category getters
 */
export const sampleBytes = (...values: ReadonlyArray<unknown>): number => measure(values, true)
