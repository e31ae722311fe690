/**
 * How large V8 makes what it keeps, from what JavaScript can see of it.
 */

/**
 * The sizes the estimate is made of, in bytes: the layout of V8 on 64-bit Node.js 20 to 24, which does not compress
 * pointers (`src/objects` in V8's sources), confirmed by heap growth. Sizes marked "about" vary with the value's
 * history, which cannot be seen from outside.
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
  /** A hash table of properties, without its entries. */
  nameTable: 64,
  /** A hash table of elements, without its entries. */
  elementTable: 48,
  /** An entry of these: name, value, details. */
  tableEntry: 24,
  /** About: what a name that no other object has adds to the hidden class that the object has for itself. */
  ownName: 80,
  /** The getter and the setter of a property. */
  accessors: 24,
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
  function: 112,
  /** About: a promise, and what it came to, which cannot be seen. */
  promise: 256,
  /** About: what a private field refers to, which cannot be seen. */
  privateField: 16,
  /** About: a generator, with the variables it keeps. */
  generator: 640,
  /** About: a `WeakMap` or `WeakSet`; what is in it cannot be seen. */
  weakCollection: 136,
  /** About: a proxy; what is behind it cannot be seen. */
  proxy: 40
} as const

/** Bytes in whole slots. */
export const aligned = (bytes: number): number => Math.ceil(bytes / layout.slot) * layout.slot

const powerOfTwo = (atLeast: number): number => 2 ** Math.ceil(Math.log2(atLeast))

const tableCapacity = (entries: number): number => Math.max(4, powerOfTwo(entries + Math.floor(entries / 2)))

/**
 * The fields of an object, besides the object itself. One that was made as a literal has just what it needs; one that was `{}`
 * at first has room for four, and takes room for three more at a time: which, cannot be seen, so it is the middle.
 */
export const fieldsBytes = (count: number, isPlain: boolean): number => {
  const exact = count * layout.slot
  if (!isPlain) return exact
  const grown = count <= 4
    ? 4 * layout.slot
    : 4 * layout.slot + layout.store + Math.ceil((count - 4) / 3) * 3 * layout.slot
  return count === 0 ? grown : Math.max(3 * layout.slot, (exact + grown) / 2)
}

// Objects with more properties than these are kept as tables unless they are literals or from JSON.
const fewProperties = 20

// A table that was made because a property was deleted has room for what was there before, up to four times what is there
// now; how much, cannot be seen.
const nameTableBytes = (count: number, isShrunk: boolean): number => {
  const capacity = isShrunk && count <= fewProperties
    ? Math.max(16, tableCapacity(count + 2) * 1.65)
    : tableCapacity(count)
  return layout.nameTable + capacity * layout.tableEntry
}

/** The hash table of elements: of sparse arrays, and of objects whose names are numbers that are far apart. */
export const elementTableBytes = (count: number): number =>
  layout.elementTable + tableCapacity(count) * layout.tableEntry

/** The store of elements with so many slots. */
export const elementsBytes = (slots: number): number => slots === 0 ? 0 : layout.store + slots * layout.slot

/**
 * With more properties than these an object is kept as a table, unless it is a literal or from JSON, and is likely to have its
 * names for itself.
 */
export const mostPropertiesAsFields = 128

// Names that do not look like ids may belong to one object nevertheless.
const shareOfOwnNames = 0.5

// From V8's rules for when elements are kept as a hash table.
const mostSlotsUnasked = 5000
const slotsPerTableEntry = 9

// V8 keeps the elements of an object as an array up to the largest of them, with room for half as many again, unless that
// would be much larger than a table.
const mostElementsBytes = (count: number, largest: number): number => {
  const slots = Math.floor((largest + 1) * 1.5) + 16
  const table = elementTableBytes(count)
  return slots <= mostSlotsUnasked || slots < slotsPerTableEntry * tableCapacity(count)
    ? Math.max(table, elementsBytes(slots))
    : table
}

/**
 * The elements of an object whose names are numbers.
 *
 * @param slots how many an array has, if it is one, from what asking for the values took; where it was not asked, the most that
 *   there may be is taken
 * @param last the largest name
 */
export const namedElementsBytes = (
  slots: number | undefined,
  count: number,
  last: string | symbol | undefined
): number => {
  const largest = indexOf(last ?? "") ?? 0
  if (slots === undefined) return mostElementsBytes(count, largest)
  // An array has as many slots as it needs, and not many more; anything else is what asking a table takes.
  return slots > largest && slots <= largest * 3 + 64 ? elementsBytes(slots) : elementTableBytes(count)
}

/** Fields that only code of the class sees: their places are seen, what they refer to is not. */
export const privateBytes = (places: number): number => places + places / layout.slot * layout.privateField

/**
 * A `Map` or `Set` with its table: three counters, half as many buckets as entries, and the entries, whose number is a power
 * of two.
 */
export const collectionBytes = (size: number, slotsPerEntry: number): number => {
  // A small `Set` has room for four or for eight, which differs between versions.
  const capacity = slotsPerEntry === 2 && size > 0 && size <= 4 ? 6 : powerOfTwo(Math.max(4, size))
  return layout.collection + layout.store + (3 + capacity / 2 + capacity * slotsPerEntry) * layout.slot
}

const wide = /[\u0100-\uffff]/

// It was flattened by being looked at.
const stringBytes = (text: string): number => layout.string + aligned(wide.test(text) ? text.length * 2 : text.length)

/** Whether a number needs no box. */
export const isSmallInteger = (value: number): boolean => (value | 0) === value && !Object.is(value, -0)

const bigintBytes = (value: bigint): number => {
  const magnitude = value < 0n ? -value : value
  if (BigInt.asUintN(64, magnitude) === magnitude) return layout.bigint + layout.slot
  return layout.bigint + Math.ceil(magnitude.toString(16).length / 16) * layout.slot
}

const symbolBytes = (value: symbol): number =>
  layout.symbol + (value.description === undefined ? 0 : stringBytes(value.description))

/** What a value takes beyond the slot that holds it, objects apart. */
export const primitiveBytes = (value: unknown): number => {
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

// Three digits, a digit before a letter, what stands in paths, addresses and keys, or more than anybody would type.
const idLike = /\d.*\d.*\d|\d[a-z].*\d|[@/:]|^.{41}/i

// Whether a name looks like data, such as an id: no other object is likely to have it, so that neither the name nor the hidden
// class is shared.
const isIdLike = (name: string): boolean => idLike.test(name)

/**
 * The hash table of an object's properties, with the names that the object may have for itself.
 *
 * @param isShrunk whether some are likely to have been deleted, if none looks like an id
 */
export const tableBytes = (names: ReadonlyArray<string | symbol>, isShrunk: boolean): number => {
  let own = 0
  let hasIds = false
  for (const name of names) {
    if (typeof name === "symbol") continue
    const isId = isIdLike(name)
    hasIds ||= isId
    own += stringBytes(name) * (isId || names.length > mostPropertiesAsFields ? 1 : shareOfOwnNames)
  }
  return own + nameTableBytes(names.length, isShrunk && !hasIds)
}

// Symbols of the language and of registries are shared, and so are most others: objects are made with symbols of their own
// seldom.
const wellKnown: ReadonlySet<unknown> = new Set(
  Reflect.ownKeys(Symbol).map((name) => Reflect.getOwnPropertyDescriptor(Symbol, name)?.value)
)

/** So many names are remembered that look like ids. */
const mostNamesSeen = 10_000

/**
 * What names that no other object is likely to have add to the hidden class of an object, which it then has for itself.
 *
 * @param seen names of the objects before; what they have too is shared
 */
export const ownNamesBytes = (names: ReadonlyArray<string | symbol>, seen: Set<string | symbol>): number => {
  let bytes = 0
  let isOwn = false
  for (const name of names) {
    const isSymbol = typeof name === "symbol"
    const looksOwn = isSymbol ? Symbol.keyFor(name) === undefined && !wellKnown.has(name) : isIdLike(name)
    const isId = looksOwn && !seen.has(name)
    if (isId && seen.size < mostNamesSeen) seen.add(name)
    isOwn ||= isId
    if (isOwn) bytes += layout.ownName + (isId ? isSymbol ? symbolBytes(name) : stringBytes(name) : 0)
  }
  return bytes
}

/** The number that a name is, when it is one that V8 keeps as an element. */
export const indexOf = (name: string | symbol): number | undefined => {
  if (typeof name === "symbol" || name.length > 10) return undefined
  const index = Number(name) >>> 0
  return index !== 0xffffffff && String(index) === name ? index : undefined
}
