/**
 * How much memory a JavaScript value takes, estimated from how V8 lays values out.
 *
 * @since 0.1.0
 */
import { Buffer } from "node:buffer"
import { types } from "node:util"

/**
 * The sizes the estimate is made of, in bytes: the layout of V8 on 64-bit Node.js 20 to 24, which does not compress
 * pointers (`src/objects` in V8's sources), confirmed by heap growth. Sizes marked "about" vary with the value's
 * history, which cannot be seen from outside.
 *
 * @since 0.1.0
 * @category models
 */
export const layout = {
  /** A pointer or small integer: one field, one element. */
  slot: 8,
  /** An object: its hidden class, its properties, its elements. */
  object: 24,
  /** The header of a backing store of fields or elements. */
  store: 16,
  /** A string: its hidden class, hash and length; the characters follow, one or two bytes each. */
  string: 16,
  /** A number that is no 31-bit or 32-bit integer, unless it is in an array of numbers. */
  heapNumber: 16,
  /** A bigint without its digits, of 64 bits each. */
  bigint: 16,
  /** A symbol, without its description. */
  symbol: 24,
  /** An array, without its elements. */
  array: 32,
  /** A `Map` or `Set`, without its table. */
  collection: 32,
  /** A property in an object that V8 keeps as a hash table: name, value, details. */
  dictionaryEntry: 24,
  /** A `Date`, with the parts it keeps computed. */
  date: 96,
  /** About: a `RegExp` that has been used, with its compiled code, without its source. */
  regExp: 512,
  /** About: the stack trace of an `Error`, with most of the ten calls it has at most. */
  errorStack: 544,
  /** An `ArrayBuffer`, without its bytes. */
  arrayBuffer: 88,
  /** A typed array, `Buffer` or `DataView`, without its buffer. */
  view: 104,
  /** About: a function and what it closes over, whatever that is. */
  function: 96,
  /** About: a proxy; what is behind it cannot be seen. */
  proxy: 40
} as const

// Up to here V8 keeps the properties of an object as fields, however it was made. Above, it depends on how: fields for
// literals, spreads and `JSON.parse`, a hash table for properties added one by one under computed names, as decoders
// do; beyond the second limit nearly always a hash table.
const mostFields = 16
const mostPropertiesAsFields = 128

// Where the two are possible, a limit is better served by what is too high than by what is too low.
const shareOfDictionaries = 2 / 3

// Arrays that were pushed to have room for up to half as many elements again, others have none.
const spareElements = 1 / 6

// An array with more than this may be sparse, so that walking it by index could take for ever.
const mostElementsByIndex = 1_000_000

const wide = /[\u0100-\uffff]/

const aligned = (bytes: number): number => Math.ceil(bytes / layout.slot) * layout.slot

const powerOfTwo = (atLeast: number): number => 2 ** Math.ceil(Math.log2(atLeast))

const stringBytes = (text: string): number => layout.string + aligned(wide.test(text) ? text.length * 2 : text.length)

const isSmallInteger = (value: number): boolean => (value | 0) === value && !Object.is(value, -0)

const bigintBytes = (value: bigint): number => {
  const magnitude = value < 0n ? -value : value
  if (BigInt.asUintN(64, magnitude) === magnitude) return layout.bigint + layout.slot
  return layout.bigint + Math.ceil(magnitude.toString(16).length / 16) * layout.slot
}

const symbolBytes = (value: symbol): number =>
  layout.symbol + (value.description === undefined ? 0 : stringBytes(value.description))

// What a value takes beyond the slot that holds it, objects apart.
const primitiveBytes = (value: unknown): number => {
  switch (typeof value) {
    case "string":
      return stringBytes(value)
    case "number":
      return isSmallInteger(value) ? 0 : layout.heapNumber
    case "bigint":
      return bigintBytes(value)
    case "symbol":
      return symbolBytes(value)
    case "function":
      return layout.function
    default:
      return 0
  }
}

const propertyTableBytes = (count: number): number => {
  const fields = count * layout.slot
  if (count <= mostFields) return fields
  const dictionary = layout.store * 3 + powerOfTwo(count * 1.5) * layout.dictionaryEntry
  return count > mostPropertiesAsFields ? dictionary : fields + (dictionary - fields) * shareOfDictionaries
}

// The tables of V8's ordered hash maps: three counters, half as many buckets as entries, and the entries, whose number
// is a power of two.
const collectionBytes = (size: number, slotsPerEntry: number): number => {
  const capacity = powerOfTwo(Math.max(4, size))
  return layout.collection + layout.store + (3 + capacity / 2 + capacity * slotsPerEntry) * layout.slot
}

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
const sourceOfRegExp = getter(RegExp.prototype, "source")
const sizeOfMap = getter(Map.prototype, "size")
const sizeOfSet = getter(Set.prototype, "size")

const asNumber = (value: unknown): number => typeof value === "number" ? value : 0

/** Walks the objects of one entry, each once, without recursion. */
class Walk {
  private readonly seen = new Set<object>()
  private readonly pending: Array<object> = []
  private bytes = 0

  /** The bytes of a value and of all it holds that was not counted yet. */
  add(value: unknown): void {
    this.count(value)
    for (let next = this.pending.pop(); next !== undefined; next = this.pending.pop()) this.countObject(next)
  }

  get total(): number {
    return Math.ceil(this.bytes)
  }

  private count(value: unknown): void {
    if (typeof value !== "object" || value === null) {
      this.bytes += primitiveBytes(value)
    } else if (!this.seen.has(value)) {
      this.seen.add(value)
      this.pending.push(value)
    }
  }

  private countObject(value: object): void {
    if (types.isProxy(value)) this.bytes += layout.proxy
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
      this.bytes += collectionBytes(asNumber(sizeOfMap(value)), 3) - layout.object
      Map.prototype.forEach.call(value, (item: unknown, key: unknown) => {
        this.count(key)
        this.count(item)
      })
    } else if (types.isSet(value)) {
      this.bytes += collectionBytes(asNumber(sizeOfSet(value)), 2) - layout.object
      Set.prototype.forEach.call(value, (item: unknown) => this.count(item))
    } else if (types.isDate(value)) {
      this.bytes += layout.date - layout.object
    } else if (types.isRegExp(value)) {
      this.bytes += layout.regExp - layout.object
      this.count(sourceOfRegExp(value))
    } else if (types.isNativeError(value)) {
      this.bytes += layout.errorStack
    } else if (types.isStringObject(value)) {
      this.count(String.prototype.valueOf.call(value))
    }
  }

  // Own data properties only: nothing of the value's code runs, and what prototypes hold is shared.
  private countProperties(value: object): void {
    const keys = Reflect.ownKeys(value)
    this.bytes += layout.object + propertyTableBytes(keys.length)
    const isError = types.isNativeError(value)
    for (const key of keys) {
      // Reading the stack of an error formats it, which costs more than it weighs.
      if (isError && key === "stack") continue
      if (keys.length > mostPropertiesAsFields) this.count(key)
      this.count(Reflect.getOwnPropertyDescriptor(value, key)?.value)
    }
  }

  private countArray(value: ReadonlyArray<unknown>): void {
    this.bytes += layout.array
    if (value.length === 0) return
    const isLong = value.length > mostElementsByIndex
    const keys = isLong ? Reflect.ownKeys(value) : undefined
    const count = keys === undefined ? value.length : keys.length
    this.bytes += layout.store + aligned(count * (1 + spareElements) * layout.slot)
    // V8 keeps an array of nothing but numbers unboxed.
    let boxes = 0
    let isNumeric = true
    for (let at = 0; at < count; at++) {
      const element = Reflect.getOwnPropertyDescriptor(value, keys?.[at] ?? at)?.value
      if (typeof element === "number") {
        if (!isSmallInteger(element)) boxes += layout.heapNumber
      } else {
        isNumeric = false
        this.count(element)
      }
    }
    if (!isNumeric) this.bytes += boxes
  }

  private countView(value: ArrayBufferView): void {
    this.bytes += layout.view
    if (types.isDataView(value)) return this.count(bufferOfDataView(value))
    const buffer = bufferOfTypedArray(value)
    const length = asNumber(bytesOfTypedArray(value))
    // Small buffers are cut from pools that many of them share, and each is charged for its own part, and for the end
    // of a pool that was too short for it. Any other view keeps the whole of its buffer in memory.
    const pool = Buffer.poolSize
    if (types.isArrayBuffer(buffer) && buffer.byteLength === pool && length < pool / 2) {
      this.bytes += aligned(length * pool / (pool - length))
    } else {
      this.count(buffer)
    }
  }

  private countArrayBuffer(value: object): void {
    const bytes = types.isSharedArrayBuffer(value) ? bytesOfSharedArrayBuffer(value) : bytesOfArrayBuffer(value)
    this.bytes += layout.arrayBuffer + aligned(asNumber(bytes))
  }
}

/**
 * Estimates how much memory values take together, in bytes: what would be freed if nothing else referred to them, with
 * the bytes of their buffers, which Node.js keeps outside of the heap. Each object and buffer is counted once, however
 * often and through whichever value it is reached, cycles included; deep structures do not overflow the stack. No code
 * of the values runs: own data properties are read, getters are not, proxies are not looked into.
 *
 * The measure is within a fifth of real heap growth for records, strings, numbers, arrays, collections, dates, bigints,
 * buffers, instances of classes and Effect's data. It is up to a fifth higher for arrays, since those that were pushed to
 * have spare room (for these it is up to a quarter too low, and more below 17 elements), and up to 1.9 times as high for
 * records of 17 to 128 properties, since V8 lays these out in one of two ways: up to 4 times as high when they hold
 * little else than small numbers, and up to a quarter too low when their properties were added one by one.
 *
 * It cannot see: what functions close over, private `#fields`, the target of a proxy, the long string that a short
 * `slice` of it keeps alive, and that something is shared with the rest of the program. Strings are counted at every
 * mention, since equal ones may be copies.
 *
 * The time it takes grows with the number of objects and properties, hardly with the bytes in strings and buffers.
 *
 * @example
 * ```ts
 * import { estimateBytes } from "effect-aws-cache/Ttl"
 *
 * console.log(estimateBytes("session")) // 24
 * console.log(estimateBytes({ name: "ada", tags: ["a", "b"] })) // 184
 * console.log(estimateBytes(new Uint8Array(1_000_000))) // 1000192
 * ```
 *
 * @since 0.1.0
 * @category getters
 */
export const estimateBytes = (...values: ReadonlyArray<unknown>): number => {
  let walk: Walk | undefined
  let bytes = 0
  for (const value of values) {
    if (typeof value === "object" && value !== null) {
      walk ??= new Walk()
      walk.add(value)
    } else {
      bytes += primitiveBytes(value)
    }
  }
  return walk === undefined ? bytes : bytes + walk.total
}
