/**
 * The keys of the benchmarks.
 */
import type { Key } from "./subjects.js"

/** The kinds of keys. */
export const keyKinds = ["strings", "integers"] as const

/** A kind of keys. */
export type KeyKind = (typeof keyKinds)[number]

/**
 * Distinct keys: whole numbers from 0, or strings of 24 characters. Strings are flat and have their hash already, as
 * those have that a program uses more than once.
 */
export const makeKeys = (kind: KeyKind, count: number): Array<Key> =>
  kind === "integers" ? Array.from({ length: count }, (_, at) => at) : makeStrings(count)

const length = 24

/** What every string begins with. */
export const prefix = "session:"

const makeStrings = (count: number): Array<string> => {
  const buffer = Buffer.alloc(length, prefix)
  const hashed = new Map<string, number>([["", 0]])
  return Array.from({ length: count }, (_, at) => {
    // Two bijections of the number, so that keys differ in many places, and no two are equal.
    const one = Math.imul(at ^ (at >>> 15), 0x2c1b3c6d) >>> 0
    const two = Math.imul(at + 0x9e3779b9, 0x297a2d39) >>> 0
    buffer.write(one.toString(16).padStart(8, "0") + two.toString(16).padStart(8, "0"), prefix.length, "latin1")
    const key = buffer.toString("latin1")
    hashed.has(key)
    return key
  })
}
