/**
 * Kinds of values that caches hold, to measure memory with.
 */
import * as Chunk from "effect/Chunk"
import * as Data from "effect/Data"
import * as HashMap from "effect/HashMap"
import * as Option from "effect/Option"
import { Buffer } from "node:buffer"

/** Makes values of one kind, of sizes that differ; nothing is shared between two of them. */
export interface ValueShape {
  readonly name: string
  /** How many of them take some megabytes. */
  readonly count: number
  readonly make: (at: number) => unknown
}

class Point {
  readonly x: number
  readonly y: number
  readonly label: string
  readonly next: Point | undefined
  constructor(x: number, y: number, label: string, next: Point | undefined) {
    this.x = x
    this.y = y
    this.label = label
    this.next = next
  }
}

// Flat, as strings that were read from somewhere are; what `+` makes is a rope of its parts until it is used.
const text = (content: string) => Buffer.from(content).toString("utf8")

const times = <A>(count: number, make: (at: number) => A): Array<A> =>
  Array.from({ length: count }, (_, at) => make(at))

// Whole numbers from `least`, evenly spread over `spread` of them, and different from one to the next.
const sizeAt = (at: number, least: number, spread: number): number => least + (Math.imul(at, 0x9e3779b1) >>> 0) % spread

// As deep in calls as errors usually are made.
const errorFrom = (message: string, depth: number): Error =>
  depth === 0 ? new Error(message) : errorFrom(message, depth - 1)

const kinds: ReadonlyArray<ValueShape> = [
  { name: "whole numbers", count: 100_000, make: (at) => at },
  { name: "fractions", count: 100_000, make: (at) => at + 0.5 },
  {
    name: "strings of one-byte characters",
    count: 20_000,
    make: (at) => text(`${at} `.padEnd(sizeAt(at, 10, 400), "x"))
  },
  {
    name: "strings of two-byte characters",
    count: 10_000,
    make: (at) => text(`${at} `.padEnd(sizeAt(at, 10, 400), "\u4e2d"))
  },
  {
    name: "records from JSON",
    count: 20_000,
    make: (at) =>
      JSON.parse(
        `{"id":${at},"name":"user number ${at}","tags":["a${at}","b${at}"],"at":{"x":${at}.5,"y":null},"ok":true}`
      )
  },
  {
    name: "records of 30 properties from JSON",
    count: 4000,
    make: (at) => JSON.parse(`{${times(30, (p) => `"property${p}":"value ${p} of ${at}"`).join()}}`)
  },
  {
    name: "records of 30 properties added one by one",
    count: 4000,
    make: (at) => {
      const record: Record<string, unknown> = {}
      for (let p = 0; p < 30; p++) record[`property${p}`] = text(`value ${p} of ${at}`)
      return record
    }
  },
  {
    name: "records used as tables",
    count: 300,
    make: (at) => {
      const record: Record<string, unknown> = {}
      const count = sizeAt(at, 130, 100)
      for (let p = 0; p < count; p++) record[text(`name ${at} ${p}`)] = p
      return record
    }
  },
  {
    name: "instances of a class",
    count: 20_000,
    make: (at) => {
      let point: Point | undefined
      for (let p = sizeAt(at, 1, 4); p > 0; p--) point = new Point(at, at + p + 0.5, text(`point number ${at}`), point)
      return point
    }
  },
  { name: "arrays of whole numbers", count: 10_000, make: (at) => times(sizeAt(at, 1, 100), (p) => at + p) },
  { name: "arrays of fractions", count: 10_000, make: (at) => times(sizeAt(at, 1, 100), (p) => at + p + 0.5) },
  {
    name: "arrays that were pushed to",
    count: 10_000,
    make: (at) => {
      const array: Array<number> = []
      for (let p = sizeAt(at, 1, 100); p > 0; p--) array.push(p)
      return array
    }
  },
  {
    name: "arrays of mixed elements",
    count: 10_000,
    make: (at) => [at, at + 0.5, null, text(`${at} text`), true, { at }, [at, text(`${at} more`)]]
  },
  {
    name: "maps",
    count: 4000,
    make: (at) => new Map(times(sizeAt(at, 1, 40), (p) => [text(`key ${p} of ${at}`), p]))
  },
  { name: "sets", count: 4000, make: (at) => new Set(times(sizeAt(at, 1, 40), (p) => at + p)) },
  { name: "dates", count: 20_000, make: (at) => times(sizeAt(at, 1, 4), (p) => new Date(at + p)) },
  { name: "bigints", count: 20_000, make: (at) => [BigInt(at + 1) ** BigInt(sizeAt(at, 1, 40)), BigInt(at + 1)] },
  { name: "errors", count: 5000, make: (at) => errorFrom(`error number ${at}`, 10) },
  { name: "buffers", count: 2000, make: (at) => Buffer.alloc(sizeAt(at, 100, 10_000)) },
  {
    name: "small buffers from the pool",
    count: 20_000,
    make: (at) => Buffer.from(`a small buffer, number ${at}`.padEnd(sizeAt(at, 30, 400)))
  },
  { name: "typed arrays", count: 5000, make: (at) => new Float64Array(sizeAt(at, 1, 300)) },
  {
    name: "data of Effect",
    count: 5000,
    make: (at) =>
      Data.struct({
        id: text(`id ${at}`),
        tags: Chunk.fromIterable(times(sizeAt(at, 1, 4), (p) => text(`tag ${p} of ${at}`))),
        parent: Option.some(Data.tuple(at, at + 0.5)),
        rights: HashMap.fromIterable(
          times(sizeAt(at, 1, 10), (p) => [text(`right ${p} of ${at}`), p % 2 === 0] as const)
        )
      })
  }
]

/** The shapes: one for each kind of values, and all kinds mixed. */
export const valueShapes: ReadonlyArray<ValueShape> = [
  ...kinds,
  { name: "all kinds mixed", count: 10_000, make: (at) => kinds[at % kinds.length]?.make(at) }
]
