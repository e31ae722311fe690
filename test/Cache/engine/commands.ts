import * as fc from "fast-check"

/** A step in the life of a map, with small numbers: a key, a weight or an amount, and a time to live or a limit. */
export type Command = readonly [name: string, key: number, amount: number, time: number]

const key = fc.nat(30)
const time = fc.oneof(fc.constantFrom(0, 1, 5, 100), fc.integer({ min: 0, max: 5000 }), fc.constant(Infinity))
const none = fc.constant(0)
const arbitrary = (name: string, amount: fc.Arbitrary<number>, time: fc.Arbitrary<number>) =>
  fc.tuple(fc.constant(name), key, amount, time)

/** Sequences of commands, and the limits of the map they are for. */
export const lives = fc.record({
  maxSize: fc.oneof({ weight: 4, arbitrary: fc.nat(22) }, { weight: 1, arbitrary: fc.constant(Infinity) }),
  maxWeight: fc.oneof(fc.constant(Infinity), fc.nat(120)),
  timeToIdle: fc.oneof(fc.constant(Infinity), fc.constantFrom(0, 1, 60, 5000), fc.integer({ min: 1, max: 3000 })),
  commands: fc.array(
    fc.oneof(
      { weight: 12, arbitrary: arbitrary("get", none, none) },
      { weight: 2, arbitrary: arbitrary("getOften", fc.integer({ min: 2, max: 70 }), none) },
      { weight: 16, arbitrary: arbitrary("set", fc.nat(12), fc.oneof(fc.constant(Infinity), time)) },
      { weight: 3, arbitrary: arbitrary("tick", fc.oneof(fc.nat(10), fc.nat(3000)), none) },
      { weight: 2, arbitrary: arbitrary("remove", none, none) },
      { weight: 2, arbitrary: arbitrary("peek", none, none) },
      { weight: 2, arbitrary: arbitrary("popVictim", none, none) },
      { weight: 1, arbitrary: arbitrary("expire", none, time) },
      { weight: 2, arbitrary: arbitrary("use", fc.nat(1), none) },
      { weight: 1, arbitrary: arbitrary("resize", fc.nat(22), fc.oneof(fc.constant(Infinity), fc.nat(120))) },
      { weight: 1, arbitrary: fc.tuple(fc.constant("clear"), fc.constant(0), none, none) }
    ),
    { maxLength: 120, size: "max" }
  )
})
