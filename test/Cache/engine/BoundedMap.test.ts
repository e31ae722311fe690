import { assert, describe, it } from "@effect/vitest"
import { Absent, BoundedMap, BoundedMapError, keyEquality, type RemovalReason } from "effect-aws-cache/Cache"
import * as Data from "effect/Data"
import * as fc from "fast-check"
import { withMapsOf } from "../../support/limitedMaps.js"
import { property } from "../../support/property.js"

// What a bounded LRU map does, told as naively as possible: an array of entries, least recently used first.
interface Entry {
  readonly key: string
  readonly value: number
  readonly weight: number
  readonly expiresAt: number
}

class Model {
  entries: Array<Entry> = []
  readonly removed: Array<readonly [string, number, RemovalReason]> = []
  maxSize: number
  maxWeight: number

  constructor(maxSize: number, maxWeight: number) {
    this.maxSize = maxSize
    this.maxWeight = maxWeight
  }

  weight() {
    return this.entries.reduce((sum, entry) => sum + entry.weight, 0)
  }

  drop(entry: Entry, reason: RemovalReason) {
    this.entries = this.entries.filter((other) => other !== entry)
    this.removed.push([entry.key, entry.value, reason])
  }

  purge(now: number) {
    for (const entry of [...this.entries]) if (entry.expiresAt <= now) this.drop(entry, "expired")
  }

  find(key: string, now: number) {
    return this.entries.find((entry) => entry.key === key && entry.expiresAt > now)
  }

  get(key: string, now: number): number | Absent {
    const stale = this.entries.find((entry) => entry.key === key && entry.expiresAt <= now)
    if (stale) this.drop(stale, "expired")
    const found = this.find(key, now)
    if (!found) return Absent
    this.entries = [...this.entries.filter((entry) => entry !== found), found]
    return found.value
  }

  set(key: string, value: number, weight: number, now: number, expiresAt: number) {
    if (weight > this.maxWeight) return "tooLarge"
    this.purge(now)
    const old = this.find(key, now)
    if (old) this.drop(old, "replaced")
    if (expiresAt <= now || this.maxSize === 0) return "discarded"
    while (this.entries.length >= this.maxSize || this.weight() + weight > this.maxWeight) {
      this.drop(this.entries[0] as Entry, "evicted")
    }
    this.entries.push({ key, value, weight, expiresAt })
    return old ? "updated" : "inserted"
  }
}

const key = fc.constantFrom(..."abcdefgh")
const time = fc.oneof(fc.constantFrom(0, 1, 5, 100), fc.integer({ min: 0, max: 5000 }))
const command = fc.oneof(
  { weight: 6, arbitrary: fc.tuple(fc.constant("get" as const), key, fc.constant(0), fc.constant(0)) },
  {
    weight: 8,
    arbitrary: fc.tuple(
      fc.constant("set" as const),
      key,
      fc.integer({ min: 0, max: 12 }),
      fc.oneof(time, fc.constant(Infinity))
    )
  },
  { weight: 4, arbitrary: fc.tuple(fc.constant("tick" as const), key, time, fc.constant(0)) },
  { weight: 2, arbitrary: fc.tuple(fc.constant("back" as const), key, time, fc.constant(0)) },
  { weight: 2, arbitrary: fc.tuple(fc.constant("remove" as const), key, fc.constant(0), fc.constant(0)) },
  { weight: 2, arbitrary: fc.tuple(fc.constant("peek" as const), key, fc.constant(0), fc.constant(0)) },
  { weight: 1, arbitrary: fc.tuple(fc.constant("popVictim" as const), key, fc.constant(0), fc.constant(0)) },
  { weight: 2, arbitrary: fc.tuple(fc.constant("expire" as const), key, fc.constant(0), time) },
  { weight: 1, arbitrary: fc.tuple(fc.constant("resize" as const), key, fc.nat(6), fc.nat(30)) },
  { weight: 1, arbitrary: fc.tuple(fc.constant("clear" as const), key, fc.constant(0), fc.constant(0)) }
)

const weightByValue = (_: string, value: number) => value % 13

const run = (
  maxSize: number,
  maxWeight: number,
  commands: ReadonlyArray<readonly [string, string, number, number]>
) => {
  const removed: Array<readonly [string, number, RemovalReason]> = []
  const map = new BoundedMap<string, number>({
    maxSize,
    maxWeight,
    weigher: weightByValue,
    onRemoval: (key, value, reason) => removed.push([key, value, reason])
  })
  const model = new Model(maxSize, maxWeight)
  let now = 1_000_000
  let serial = 0
  for (const [name, key, one, two] of commands) {
    switch (name) {
      case "get": {
        assert.strictEqual(map.get(key, now), model.get(key, now))
        break
      }
      case "set": {
        // The weight is the value modulo 13; the rest tells one write from another.
        const value = one + 13 * serial++
        assert.strictEqual(map.set(key, value, now, now + two), model.set(key, value, one, now, now + two))
        break
      }
      case "tick": {
        now += one
        break
      }
      case "back": {
        // A jump the wheel believes at once: smaller ones may leave an expired entry in place until it is read.
        map.purge(now)
        model.purge(now)
        now -= 1001 + one
        map.purge(now)
        model.purge(now)
        break
      }
      case "remove": {
        const found = model.find(key, now)
        if (found) model.drop(found, "deleted")
        else model.get(key, now)
        assert.strictEqual(map.pop(key, now), found ? found.value : Absent)
        break
      }
      case "peek": {
        assert.strictEqual(map.peek(key, now), model.find(key, now)?.value ?? Absent)
        assert.strictEqual(map.has(key, now), model.find(key, now) !== undefined)
        break
      }
      case "popVictim": {
        model.purge(now)
        const victim = model.entries[0]
        if (victim) model.drop(victim, "deleted")
        assert.deepStrictEqual(map.popVictim(now), victim ? [victim.key, victim.value] : Absent)
        break
      }
      case "expire": {
        model.purge(now)
        const found = model.find(key, now)
        if (found) {
          if (two === 0) model.drop(found, "expired")
          else {
            model.entries = model.entries.map((entry) => entry === found ? { ...entry, expiresAt: now + two } : entry)
          }
        }
        assert.strictEqual(map.setExpiresAt(key, now + two, now), found !== undefined)
        break
      }
      case "resize": {
        map.resize({ maxSize: one, maxWeight: two }, now)
        model.maxSize = one
        model.maxWeight = two
        model.purge(now)
        while (model.entries.length > one || model.weight() > two) model.drop(model.entries[0] as Entry, "evicted")
        break
      }
      case "clear": {
        map.clear(now)
        model.purge(now)
        for (const entry of model.entries) model.drop(entry, "cleared")
        break
      }
    }
    assert.deepStrictEqual(map.violations(), [])
    assert.isAtMost(model.weight(), model.maxWeight)
  }
  model.purge(now)
  assert.deepStrictEqual(map.entries(now), model.entries.map((entry) => [entry.key, entry.value] as const))
  assert.strictEqual(map.weight(now), model.weight())
  // Entries that expire in one go may leave in another order than they came.
  const sorted = (removals: typeof removed) => removals.map((removal) => removal.join(" ")).sort()
  assert.deepStrictEqual(sorted(removed), sorted(model.removed))
}

describe("BoundedMap", () => {
  it("does what a naive LRU map does, and is consistent after every command", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(1, 2, Infinity),
        fc.nat(6),
        fc.nat(40),
        fc.array(command, { maxLength: 60 }),
        (most, ...life) => withMapsOf(most, () => run(...life))
      ),
      property(1500)
    )
  })

  it("expires an entry exactly at its millisecond", () => {
    const map = new BoundedMap<string, number>()
    map.set("a", 1, 1000, 1500)
    assert.strictEqual(map.get("a", 1499), 1)
    assert.strictEqual(map.get("a", 1500), Absent)
    assert.strictEqual(map.counters.expired, 1)
  })

  it("reclaims what has expired before it evicts what has not", () => {
    const map = new BoundedMap<string, number>({ maxSize: 2 })
    map.set("live", 1, 0)
    map.set("dead", 2, 0, 10)
    map.set("new", 3, 10)
    assert.deepStrictEqual(map.entries(10), [["live", 1], ["new", 3]])
    assert.strictEqual(map.counters.evicted, 0)
  })

  it("an entry that cannot fit throws out nobody and leaves the old value", () => {
    const map = new BoundedMap<string, number>({ maxWeight: 10, weigher: (_, value) => value })
    map.set("a", 4, 0)
    map.set("b", 5, 0)
    assert.strictEqual(map.set("a", 11, 0), "tooLarge")
    assert.strictEqual(map.lastRefusedWeight, 11)
    assert.deepStrictEqual(map.entries(0), [["a", 4], ["b", 5]])
  })

  it("a larger value evicts others, never itself", () => {
    const map = new BoundedMap<string, number>({ maxWeight: 10, weigher: (_, value) => value })
    map.set("a", 4, 0)
    map.set("b", 4, 0)
    assert.strictEqual(map.set("a", 10, 0), "updated")
    assert.deepStrictEqual(map.entries(0), [["a", 10]])
  })

  it("keeps undefined and Absent apart", () => {
    const map = new BoundedMap<string, undefined>()
    map.set("a", undefined, 0)
    assert.isUndefined(map.get("a", 0))
    assert.strictEqual(map.get("b", 0), Absent)
  })

  it("finds keys as a Map does, and structural ones by their structure", () => {
    const map = new BoundedMap<unknown, number>({ equality: keyEquality })
    const reference = { team: "core" }
    const keys = ["1", 1, true, null, undefined, NaN, 0n, "", reference, Symbol.for("s"), Data.struct({ team: "core" })]
    keys.forEach((key, at) => map.set(key, at, 0))
    keys.forEach((key, at) => assert.strictEqual(map.get(key, 0), at))
    assert.strictEqual(map.get(Data.struct({ team: "core" }), 0), keys.length - 1)
    assert.strictEqual(map.get({ team: "core" }, 0), Absent)
    assert.strictEqual(map.pop(Data.struct({ team: "core" }), 0), keys.length - 1)
    assert.deepStrictEqual(map.violations(), [])
  })

  for (const most of [7, 300, Infinity]) {
    it(`finds 10,000 keys of every kind where a Map of V8 holds ${most}`, () =>
      withMapsOf(most, () => {
        const map = new BoundedMap<unknown, number>({ equality: keyEquality, maxSize: 8000 })
        const kinds: ReadonlyArray<(at: number) => unknown> = [
          (at) => at,
          (at) => `key ${at}`,
          (at) => at / 7,
          (at) => BigInt(at),
          (at) => Data.struct({ at })
        ]
        const keyOf = (at: number) => kinds[at % kinds.length]?.(at)
        for (let at = 0; at < 10_000; at++) map.set(keyOf(at), at, 0)
        assert.deepStrictEqual(map.violations(), [])
        for (let at = 0; at < 10_000; at++) assert.strictEqual(map.get(keyOf(at), 0), at < 2000 ? Absent : at)
        for (let at = 2000; at < 10_000; at += 2) assert.strictEqual(map.pop(keyOf(at), 0), at)
        assert.strictEqual(map.size(0), 4000)
        map.clear(0)
        assert.deepStrictEqual(map.violations(), [])
      }))
  }

  it("a key that was missed, and then written by the weigher or another write, is still one entry", () => {
    const map: BoundedMap<unknown, number> = new BoundedMap<unknown, number>({
      equality: keyEquality,
      maxSize: 10,
      weigher: (key, value) => {
        if (value === 1) map.set(key, 2, 0)
        return 1
      }
    })
    for (const key of ["a", 7, -0, 1.5, NaN, undefined, Symbol.for("s"), Data.struct({ id: 1 })]) {
      assert.strictEqual(map.get(key, 0), Absent)
      assert.strictEqual(map.set(key, 1, 0), "updated")
      map.pop(key, 0)
      assert.strictEqual(map.get(key, 0), Absent)
      assert.strictEqual(map.set("between", 0, 0), key === "a" ? "inserted" : "updated")
      assert.strictEqual(map.set(key, 3, 0), "inserted")
      assert.strictEqual(map.set(key, 4, 0), "updated")
      assert.deepStrictEqual(map.violations(), [])
    }
    assert.strictEqual(map.get(0, 0), 4)
    assert.strictEqual(map.size(0), 9)
  })

  it("a key that was missed and changed since is looked up anew", () => {
    const map = new BoundedMap<{ id: number }, number>({
      equality: {
        isStructural: () => true,
        hash: (key) => "id" in key ? Number(key.id) : 0,
        equals: (one, other) => "id" in one && "id" in other && one.id === other.id
      }
    })
    map.set({ id: 1 }, 1, 0)
    const key = { id: 2 }
    assert.strictEqual(map.get(key, 0), Absent)
    key.id = 1
    assert.strictEqual(map.set(key, 2, 0), "updated")
    assert.deepStrictEqual(map.violations(), [])
  })

  it("tells structural keys of one hash apart", () => {
    class Key {
      readonly name: string
      constructor(name: string) {
        this.name = name
      }
    }
    const equality = {
      isStructural: (key: object) => key instanceof Key,
      hash: () => 7,
      equals: (one: object, other: object) => one instanceof Key && other instanceof Key && one.name === other.name
    }
    const map = new BoundedMap<Key, string>({ equality, maxSize: 3 })
    for (const name of ["a", "b", "c", "d"]) map.set(new Key(name), name, 0)
    assert.strictEqual(map.get(new Key("a"), 0), Absent)
    assert.strictEqual(map.get(new Key("c"), 0), "c")
    assert.strictEqual(map.pop(new Key("b"), 0), "b")
    assert.deepStrictEqual(map.violations(), [])
    assert.deepStrictEqual(map.entries(0).map(([, value]) => value), ["d", "c"])
  })

  it("lets the entry of a key that was changed leave cleanly", () => {
    const map = new BoundedMap<{ id: number }, string>({
      maxSize: 1,
      equality: {
        isStructural: () => true,
        hash: (key) => "id" in key ? Number(key.id) : 0,
        equals: (one, other) => "id" in one && "id" in other && one.id === other.id
      }
    })
    const key = { id: 1 }
    map.set(key, "one", 0)
    key.id = 2
    assert.strictEqual(map.get(key, 0), Absent)
    map.set({ id: 3 }, "three", 0)
    assert.deepStrictEqual(map.entries(0), [[{ id: 3 }, "three"]])
    assert.strictEqual(map.get({ id: 1 }, 0), Absent)
    assert.deepStrictEqual(map.violations(), [])
  })

  it("tells the listener after the map is consistent; it may use the map, and may throw", () => {
    const seen: Array<string> = []
    const map: BoundedMap<string, number> = new BoundedMap<string, number>({
      maxSize: 1,
      onRemoval: (key, value, reason) => {
        assert.deepStrictEqual(map.violations(), [])
        seen.push(`${key} ${value} ${reason}`)
        if (key === "a") map.set("from the listener", 0, 0)
        throw new Error("listener")
      }
    })
    map.set("a", 1, 0)
    map.set("b", 2, 0)
    assert.deepStrictEqual(seen, ["a 1 evicted", "b 2 evicted"])
    assert.deepStrictEqual(map.entries(0), [["from the listener", 0]])
    assert.strictEqual(map.counters.listenerFailures, 2)
  })

  it("a throwing weigher changes nothing", () => {
    const map = new BoundedMap<string, number>({
      maxWeight: 10,
      weigher: (_, value) => {
        if (value === 0) throw new Error("weigher")
        return value
      }
    })
    map.set("a", 1, 0)
    assert.throws(() => map.set("a", 0, 0), "weigher")
    for (const weight of [-1, NaN, Infinity, 1.5]) assert.throws(() => map.set("a", weight, 0), BoundedMapError)
    assert.deepStrictEqual(map.entries(0), [["a", 1]])
    assert.deepStrictEqual(map.violations(), [])
  })

  it("refuses what a caller without types may give, and quotes texts", () => {
    for (
      const [options, message] of [
        [{ weigher: 5 }, "weigher is 5, but must be a function"],
        [{ onRemoval: "x" }, "onRemoval is \"x\", but must be a function"],
        [{ maxSize: "3" }, "maxSize is \"3\", but must be a whole number"],
        [{ maxSize: Object.create(null) }, "maxSize is an object, but must be a whole number"]
      ] as const
    ) {
      assert.throws(() => Reflect.construct(BoundedMap, [options]), message)
    }
  })

  it("refuses limits that make no sense, and says what it takes", () => {
    for (const maxSize of [-1, 1.5, NaN, -Infinity]) {
      assert.throws(
        () => new BoundedMap({ maxSize }),
        `maxSize is ${maxSize}, but must be a whole number, 0 or more, or Infinity`
      )
    }
    for (const maxWeight of [-1, 1.5, NaN]) assert.throws(() => new BoundedMap({ maxWeight }), BoundedMapError)
    const map = new BoundedMap<string, number>({ maxSize: 2 })
    map.set("a", 1, 0)
    assert.throws(() => map.resize({ maxSize: 0, maxWeight: -1 }, 0), BoundedMapError)
    assert.strictEqual(map.maxSize, 2)
    assert.strictEqual(map.size(0), 1)
  })

  it("a map of no entries stores nothing", () => {
    const map = new BoundedMap<string, number>({ maxSize: 0 })
    assert.strictEqual(map.set("a", 1, 0), "discarded")
    assert.strictEqual(map.size(0), 0)
  })

  it("uses freed slots again: a long life at the limit holds no more than the limit", () => {
    const map = new BoundedMap<number, number>({ maxSize: 100 })
    for (let key = 0; key < 10_000; key++) map.set(key, key, key, key + 50)
    assert.deepStrictEqual(map.violations(), [])
    assert.strictEqual(map.size(10_000), 49)
  })
})
