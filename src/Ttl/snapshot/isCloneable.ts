/**
 * Which values a structured clone brings back as what they were.
 */
import { Buffer } from "node:buffer"
import { types } from "node:util"

const plain: ReadonlySet<unknown> = new Set([Object.prototype, null])

// Their own state is what the clone holds, and their properties are numbered or none.
const withState: ReadonlySet<unknown> = new Set(
  [
    ArrayBuffer,
    DataView,
    Buffer,
    Uint8Array,
    Uint8ClampedArray,
    Uint16Array,
    Uint32Array,
    Int8Array,
    Int16Array,
    Int32Array,
    Float32Array,
    Float64Array,
    BigInt64Array,
    BigUint64Array,
    Date,
    Number,
    String,
    Boolean,
    BigInt
  ].map(({ prototype }) => prototype)
)

/**
 * Whether V8's structured clone (`serialize` of `node:v8`) brings a value back as what it was: primitives but symbols,
 * plain objects and arrays, maps, sets, dates, boxed primitives, buffers, typed arrays and their buffers, in any nesting
 * and with cycles. Not functions, symbols, regular expressions (whose `lastIndex` is lost), errors, proxies, shared
 * buffers, objects with accessors, symbol keys or hidden properties, and instances of classes, among them most data of
 * Effect: their classes would be lost without a word.
 *
 * A clone is made, and read back, by recursion: what is nested deeper than `mostDeep` objects is refused too, since the stack
 * of whoever reads it may be smaller.
 *
 * No code of the value runs.
 */
export const isCloneable = (value: unknown, mostDeep = Number.POSITIVE_INFINITY): boolean => {
  const seen = new Set<object>()
  const pending: Array<unknown> = [value]
  // How deep each of the pending values is. Each object is visited when the clone visits it, since what is in the clone
  // already is not nested once more: in depth first, and in the order of properties.
  const depths: Array<number> = [1]
  while (pending.length > 0) {
    const next = pending.pop()
    const depth = depths.pop() ?? 1
    if (typeof next === "function" || typeof next === "symbol") return false
    if (typeof next !== "object" || next === null || seen.has(next)) continue
    if (depth > mostDeep) return false
    seen.add(next)
    const first = pending.length
    if (!hasKnownShape(next, pending)) return false
    reverse(pending, first)
    while (depths.length < pending.length) depths.push(depth + 1)
  }
  return true
}

const reverse = (values: Array<unknown>, first: number): void => {
  for (let low = first, high = values.length - 1; low < high; low++, high--) {
    const value = values[low]
    values[low] = values[high]
    values[high] = value
  }
}

// Whether an object itself can be cloned; what it holds is left to do.
const hasKnownShape = (value: object, pending: Array<unknown>): boolean => {
  // Each asks for the prototype of a proxy, which is code.
  if (types.isProxy(value)) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  if (withState.has(prototype)) return hasState(value)
  if (prototype === Map.prototype && types.isMap(value)) {
    Map.prototype.forEach.call(value, (item: unknown, key: unknown) => pending.push(key, item))
    return Reflect.ownKeys(value).length === 0
  }
  if (prototype === Set.prototype && types.isSet(value)) {
    Set.prototype.forEach.call(value, (item: unknown) => pending.push(item))
    return Reflect.ownKeys(value).length === 0
  }
  const isArray = Array.isArray(value)
  if (isArray ? prototype !== Array.prototype : !plain.has(prototype) || types.isExternal(value)) return false
  for (const key of Reflect.ownKeys(value)) {
    if (isArray && key === "length") continue
    const property = Reflect.getOwnPropertyDescriptor(value, key)
    if (typeof key === "symbol" || property?.enumerable !== true || !("value" in property)) return false
    pending.push(property.value)
  }
  return true
}

// What has the prototype may have been made of nothing but that. The elements of views and the characters of strings are
// properties too, and there may be millions: these are not looked at.
const hasState = (value: object): boolean => {
  if (ArrayBuffer.isView(value)) return types.isArrayBuffer(value.buffer)
  if (types.isStringObject(value)) return true
  return (types.isArrayBuffer(value) || types.isDate(value) || types.isBoxedPrimitive(value)) &&
    Reflect.ownKeys(value).length === 0
}
