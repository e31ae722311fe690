/**
 * Shapes of values drawn at random: how objects are made decides how much memory they take.
 */
import { Buffer } from "node:buffer"
import type { ValueShape } from "./valueShapes.js"

/** A shape that was drawn. Of some, the size cannot be told from outside. */
export interface RandomShape extends Pick<ValueShape, "name" | "make"> {
  /** Whether properties were deleted from objects in it. */
  readonly hasDeleted: boolean
}

type Draw = (below: number) => number

/** A generator of numbers (mulberry32): the same seed draws the same shapes. */
const draws = (seed: number): Draw => {
  let state = seed >>> 0
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below
  }
}

type Make = (at: number) => unknown

interface Part {
  readonly name: string
  readonly make: Make
  readonly hasDeleted?: boolean
}

const flat = (text: string) => Buffer.from(text).toString("utf8")

const times = <A>(count: number, make: (at: number) => A): Array<A> =>
  Array.from({ length: count }, (_, at) => make(at))

class Held {
  readonly first: unknown
  readonly second: unknown
  readonly #third: number
  constructor(first: unknown, second: unknown, third: number) {
    this.first = first
    this.second = second
    this.#third = third
  }
  get third() {
    return this.#third
  }
}

const leaves: ReadonlyArray<(draw: Draw) => Part> = [
  () => ({ name: "integers", make: (at) => at }),
  () => ({ name: "fractions", make: (at) => at + 0.5 }),
  () => ({ name: "booleans", make: (at) => at % 2 === 0 }),
  (draw) => {
    const length = 5 + draw(120)
    return { name: `texts of ${length}`, make: (at) => flat(`${at} `.padEnd(length, "text ")) }
  },
  (draw) => {
    const length = 5 + draw(60)
    return { name: `wide texts of ${length}`, make: (at) => flat(`${at} `.padEnd(length, "\u4e2d\u6587")) }
  },
  (draw) => {
    const parts = 2 + draw(30)
    return {
      name: `ropes of ${parts}`,
      make: (at) => {
        let rope = `a rope that begins with ${at}`
        for (let part = 0; part < parts; part++) rope += `, and goes on with ${part}`
        return rope
      }
    }
  },
  () => ({ name: "bigints", make: (at) => 2n ** BigInt(20 + at % 200) }),
  () => ({ name: "dates", make: (at) => new Date(at) }),
  () => ({ name: "boxes", make: (at) => Object(at) }),
  () => ({ name: "closures", make: (at) => () => at }),
  (draw) => {
    const length = 1 + draw(200)
    return { name: `typed arrays of ${length}`, make: () => new Float64Array(length) }
  },
  (draw) => {
    const length = 1 + draw(200)
    return { name: `buffers of ${length}`, make: () => Buffer.alloc(length) }
  }
]

// Assigns by computed names, as decoders do.
const assign = (target: Record<string, unknown>, names: ReadonlyArray<string>, make: Make, at: number) => {
  for (const name of names) target[name] = make(at)
  return target
}

const noPrototype = (): Record<string, unknown> => Object.create(null)

const words = ["id", "name", "kind", "owner", "created", "state", "total", "notes", "parent", "rank"]

/** The number of parts is drawn from a few small ones and many large ones. */
const sizes = (draw: Draw): number => draw(4) === 0 ? 10 + draw(90) : 1 + draw(10)

const containers: ReadonlyArray<(draw: Draw, inner: Part) => Part> = [
  (draw, inner) => {
    const names = words.slice(0, 1 + draw(words.length))
    return {
      name: `records of ${names.length} from JSON, with ${inner.name}`,
      make: (at) => {
        const record: Record<string, unknown> = JSON.parse(`{${names.map((name) => `"${name}":0`).join()}}`)
        return assign(record, names, inner.make, at)
      }
    }
  },
  (draw, inner) => {
    const count = sizes(draw)
    const names = times(count, (part) => `field${part}`)
    return { name: `objects with ${count} names, of ${inner.name}`, make: (at) => assign({}, names, inner.make, at) }
  },
  (_, inner) => ({
    name: `literals with ${inner.name}`,
    make: (at) => ({ first: inner.make(at), second: inner.make(at), at, isLiteral: true, text: flat(`number ${at}`) })
  }),
  (draw, inner) => {
    const count = sizes(draw)
    return {
      name: `objects with ${count} ids as names, of ${inner.name}`,
      make: (at) => assign({}, times(count, (part) => flat(`user${at}of${part}`)), inner.make, at)
    }
  },
  (draw) => {
    const count = sizes(draw)
    return {
      name: `JSON with ${count} ids as names`,
      make: (at) => {
        const hash = (part: number) => (Math.imul(at * 131 + part, 0x9e3779b1) >>> 0).toString(16).padStart(8, "0")
        return JSON.parse(`{${times(count, (part) => `"${hash(part)}-${at}":${part}`).join()}}`)
      }
    }
  },
  (draw, inner) => {
    const count = sizes(draw)
    const names = times(count, (part) => `name${part}`)
    return {
      name: `objects without a prototype, with ${count} names, of ${inner.name}`,
      make: (at) => assign(noPrototype(), names, inner.make, at)
    }
  },
  (draw, inner) => {
    const count = 3 + draw(20)
    const names = times(count, (part) => `name${part}`)
    const deleted = names.slice(0, 1 + draw(count - 2))
    return {
      name: `objects with ${count} names, ${deleted.length} of them deleted, of ${inner.name}`,
      make: (at) => {
        const object = assign({}, names, inner.make, at)
        for (const name of deleted) delete object[name]
        return object
      },
      hasDeleted: true
    }
  },
  (draw, inner) => {
    const count = sizes(draw)
    const apart = 10 ** (1 + draw(6))
    return {
      name: `objects with ${count} numbers ${apart} apart as names, of ${inner.name}`,
      make: (at) => assign({}, times(count, (part) => `${at % 7 + part * apart}`), inner.make, at)
    }
  },
  (draw) => {
    const count = sizes(draw)
    const apart = 10 ** (1 + draw(6))
    return {
      name: `JSON with ${count} numbers ${apart} apart as names`,
      make: (at) => JSON.parse(`{${times(count, (part) => `"${at % 7 + part * apart}":${at}`).join()}}`)
    }
  },
  (draw, inner) => {
    const count = sizes(draw)
    return { name: `arrays of ${count} ${inner.name}`, make: (at) => times(count, () => inner.make(at)) }
  },
  (draw, inner) => {
    const count = sizes(draw)
    return {
      name: `arrays of ${count} ${inner.name} that were pushed`,
      make: (at) => {
        const array: Array<unknown> = []
        for (let part = 0; part < count; part++) array.push(inner.make(at))
        return array
      }
    }
  },
  (draw, inner) => {
    const count = 20 + draw(100)
    const left = 1 + draw(10)
    return {
      name: `arrays of ${count} ${inner.name} that were shifted to ${left}`,
      make: (at) => {
        const array = times(count, () => inner.make(at))
        while (array.length > left) array.shift()
        return array
      }
    }
  },
  (draw, inner) => {
    const count = 20 + draw(100)
    const left = 1 + draw(10)
    return {
      name: `arrays of ${count} ${inner.name} that were cut to ${left}`,
      make: (at) => {
        const array = times(count, () => inner.make(at))
        while (array.length > left) array.pop()
        return array
      }
    }
  },
  (draw, inner) => {
    const count = sizes(draw)
    const apart = 3 ** (1 + draw(8))
    return {
      name: `arrays of ${count} ${inner.name}, ${apart} apart`,
      make: (at) => {
        const array: Array<unknown> = []
        for (let part = 1; part <= count; part++) array[part * apart] = inner.make(at)
        return array
      }
    }
  },
  (draw) => {
    const length = 10 ** (1 + draw(4))
    return {
      name: `arrays of ${length} holes`,
      make: () => {
        const array: Array<unknown> = []
        array.length = length
        return array
      }
    }
  },
  (draw, inner) => {
    const count = sizes(draw)
    return {
      name: `maps of ${count} ${inner.name}`,
      make: (at) => new Map(times(count, (part) => [part, inner.make(at)] as const))
    }
  },
  (draw) => {
    const count = sizes(draw)
    return { name: `sets of ${count}`, make: (at) => new Set(times(count, (part) => flat(`member ${part} of ${at}`))) }
  },
  (_, inner) => ({
    name: `instances of a class with ${inner.name}`,
    make: (at) => new Held(inner.make(at), inner.make(at), at)
  }),
  (_, inner) => ({
    name: `cycles through shared ${inner.name}`,
    make: (at) => {
      const shared = inner.make(at)
      const cycle: { self?: unknown; readonly parts: ReadonlyArray<unknown> } = { parts: [shared, shared, { shared }] }
      cycle.self = cycle
      return cycle
    }
  })
]

const pick = <A>(draw: Draw, from: ReadonlyArray<A>): A | undefined => from[draw(from.length)]

const draw = (next: Draw, depth: number): Part => {
  const leaf = pick(next, leaves)?.(next) ?? { name: "integers", make: (at: number) => at }
  if (depth === 0 || depth < 3 && next(3) === 0) return leaf
  const inner = draw(next, depth - 1)
  const outer = pick(next, containers)?.(next, inner) ?? inner
  // A shape in which nothing of the inner one is left says so by its name.
  const hasDeleted = outer.hasDeleted === true || inner.hasDeleted === true && outer.name.includes(inner.name)
  return { ...outer, hasDeleted }
}

/** Draws so many shapes, nested up to three deep. */
export const randomShapes = (seed: number, count: number): ReadonlyArray<RandomShape> => {
  const next = draws(seed)
  return times(count, () => {
    const { hasDeleted = false, make, name } = draw(next, 1 + next(3))
    return { name, make, hasDeleted }
  })
}
