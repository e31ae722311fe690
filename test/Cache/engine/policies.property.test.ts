import { assert, describe, it } from "@effect/vitest"
import { Absent, BoundedMap, type EvictionPolicyName, evictionPolicyNames } from "effect-aws-cache/Cache"
import * as fc from "fast-check"
import { property } from "../../support/property.js"
import { type Command, lives } from "./commands.js"
import { NaiveMap } from "./NaiveMap.js"
import { naivePolicies, type NaivePolicy } from "./NaivePolicies.js"

interface Life {
  readonly maxSize: number
  readonly maxWeight: number
  readonly timeToIdle: number
  readonly commands: ReadonlyArray<Command>
}

// The weight is the value modulo 13; the rest tells one write from another.
const weigh = (_: number, value: number) => value % 13

// From nothing to more than the largest weight; nothing is said of some writes.
const costOf = (value: number): number | undefined => value % 5 === 0 ? undefined : (value * 7) % 200

const apply = (
  map: BoundedMap<number, number>,
  [name, key, amount, time]: Command,
  now: number,
  serial: number
): unknown => {
  switch (name) {
    case "get":
      return map.get(key, now)
    case "getOften":
      return Array.from({ length: amount }, () => map.get(key, now))
    case "set":
      return map.set(key, amount + 13 * serial, now, now + time, undefined, costOf(amount + 13 * serial))
    case "remove":
      return key % 2 === 0 ? map.pop(key, now) : map.delete(key, now)
    case "peek":
      return [map.peek(key, now), map.has(key, now), map.expiresAt(key), map.nextExpiry()]
    case "popVictim":
      return map.popVictim(now)
    case "expire":
      return map.setExpiresAt(key, now + time, now)
    case "use":
      return map.setInUse(key, amount === 1, now)
    case "resize":
      map.resize({ maxSize: amount, maxWeight: time }, now)
      return undefined
    case "clear":
      return map.clear(now)
    default:
      return undefined
  }
}

const applyNaively = (
  map: NaiveMap,
  [name, key, amount, time]: Command,
  now: number,
  serial: number,
  weighs: boolean,
  costs: boolean
): unknown => {
  const peeked = map.find(key, now)
  switch (name) {
    case "get":
      return map.get(key, now)
    case "getOften":
      return Array.from({ length: amount }, () => map.get(key, now))
    case "set":
      return map.set(
        key,
        amount + 13 * serial,
        weighs ? amount : 1,
        now,
        now + time,
        costs ? costOf(amount + 13 * serial) : 1
      )
    case "remove":
      return key % 2 === 0 ? map.pop(key, now) : map.pop(key, now) !== Absent
    case "peek":
      return [peeked?.value ?? Absent, peeked !== undefined, map.expiresAt(key), map.nextExpiry()]
    case "popVictim":
      return map.popVictim(now)
    case "expire":
      return map.setExpiresAt(key, now + time, now)
    case "use":
      return map.setInUse(key, amount === 1, now)
    case "resize":
      return map.resize(amount, time, now)
    case "clear":
      return map.clear(now)
    default:
      return undefined
  }
}

// The same life in a map that counts entries only.
const plain = (life: Life): Life => ({
  maxSize: life.maxSize,
  maxWeight: Infinity,
  timeToIdle: Infinity,
  commands: life.commands
    .filter(([name]) => name !== "expire")
    .map(([name, key, amount]) => [name, key, amount, Infinity])
})

const likeItsTwin = (
  evictionPolicy: EvictionPolicyName,
  twin: () => NaivePolicy,
  weighs = true,
  costs = false
) =>
(life: Life) => {
  const removed: Array<string> = []
  const map = new BoundedMap<number, number>({
    evictionPolicy,
    maxSize: life.maxSize,
    maxWeight: life.maxWeight,
    timeToIdle: life.timeToIdle,
    weigher: weighs ? weigh : undefined,
    costs,
    onRemoval: (key, value, reason) => removed.push(`${key} ${value} ${reason}`)
  })
  const naive = new NaiveMap(twin(), life.maxSize, life.maxWeight, life.timeToIdle)
  let now = 1_000_000
  let told = 0
  life.commands.forEach((command, serial) => {
    if (command[0] === "tick") now += command[2]
    assert.deepStrictEqual(apply(map, command, now, serial), applyNaively(naive, command, now, serial, weighs, costs))
    assert.deepStrictEqual(map.violations(), [])
    // The same victims in the same order; entries that expire in one go may leave in any.
    const expired = (removal: string) => removal.endsWith("expired") || removal.endsWith("cleared")
    const news = removed.slice(told)
    const expected = naive.removed.slice(told)
    assert.deepStrictEqual(news.filter((each) => !expired(each)), expected.filter((each) => !expired(each)))
    assert.deepStrictEqual(news.filter(expired).sort(), expected.filter(expired).sort())
    told = removed.length
    assert.strictEqual(told, naive.removed.length)
  })
  naive.purge(now)
  const drained: Array<readonly [number, number]> = []
  for (let popped = map.popVictim(now); popped !== Absent; popped = map.popVictim(now)) {
    assert.deepStrictEqual(popped, naive.popVictim(now))
    drained.push(popped)
  }
  assert.strictEqual(naive.entries.length, 0)
}

const keepsItsWord = (evictionPolicy: EvictionPolicyName) => (life: Life) => {
  const held = new Map<number, number>()
  const map = new BoundedMap<number, number>({
    evictionPolicy,
    maxSize: life.maxSize,
    maxWeight: life.maxWeight,
    timeToIdle: life.timeToIdle,
    weigher: weigh,
    onRemoval: (key, value, reason) => {
      assert.strictEqual(held.get(key), value, `${key} left as ${reason}, and was not there`)
      held.delete(key)
    }
  })
  let now = 1_000_000
  life.commands.forEach((command, serial) => {
    const [name, key, amount] = command
    const value = amount + 13 * serial
    if (name === "tick") now += amount
    const before = held.get(key)
    const outcome = apply(map, command, now, serial)
    if (outcome === "inserted" || outcome === "updated") {
      held.set(key, value)
      assert.strictEqual(map.peek(key, now), value, "what was just written is there")
    }
    if (name === "get" && outcome !== Absent) assert.strictEqual(outcome, before)
    // violations() also walks the sums: never over a limit, at any step.
    assert.deepStrictEqual(map.violations(), [])
    map.purge(now)
    const entries = map.entries(now)
    assert.deepStrictEqual(new Map(entries), held)
    assert.strictEqual(entries.length, held.size)
  })
  // The snapshot says which entry goes first, second, third; asking for it has changed nothing.
  const expected = map.entries(now)
  const popped: Array<readonly [number, number]> = []
  for (let next = map.popVictim(now); next !== Absent; next = map.popVictim(now)) popped.push(next)
  assert.deepStrictEqual(popped, expected)
  assert.deepStrictEqual(map.violations(), [])
}

// The heavy suite runs each property for longer than a test usually may.
describe("eviction policies", () => {
  for (const [name, twin] of naivePolicies) {
    it(`${name} evicts what a naive ${name} evicts, at every step, with weights and expiry`, () => {
      fc.assert(fc.property(lives, likeItsTwin(name, twin)), property(400))
    })

    it(`${name} evicts what a naive ${name} evicts where entries only count`, () => {
      fc.assert(fc.property(lives.map(plain), likeItsTwin(name, twin, false)), property(150))
    })

    it(`${name} evicts what a naive ${name} evicts where entries have costs`, () => {
      fc.assert(fc.property(lives, likeItsTwin(name, twin, true, true)), property(150))
      fc.assert(fc.property(lives.map(plain), likeItsTwin(name, twin, false, true)), property(100))
    })
  }

  for (const name of evictionPolicyNames) {
    it(`${name} keeps limits, contents and order, and is consistent after every command`, () => {
      fc.assert(fc.property(lives, keepsItsWord(name)), property(250))
    })
  }
})
