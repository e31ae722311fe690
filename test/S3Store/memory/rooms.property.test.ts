import { assert, describe } from "@effect/vitest"
import { Effect, Logger, Option, Schema } from "effect"
import { type CacheKey, Keyspace, ObjectStore } from "effect-aws-cache/S3Store"
import * as fc from "fast-check"
import { makeS3CacheService } from "../../../src/S3Store/cache/makeS3CacheService.js"
import { effectProperty } from "../../support/effectProperty.js"
import { amount, property } from "../../support/property.js"

const quiet = Logger.replace(Logger.defaultLogger, Logger.none)

type Key = CacheKey<number, number>

/** What one least recently used list does. */
class ModelRoom {
  private readonly keys: Array<string> = []
  limit: number
  constructor(limit: number) {
    this.limit = limit
  }
  use(key: string): void {
    this.forget(key)
    if (this.limit > 0) this.keys.push(key)
    this.trim()
  }
  trim(): void {
    this.keys.splice(0, Math.max(0, this.keys.length - this.limit))
  }
  forget(key: string): void {
    if (this.has(key)) this.keys.splice(this.keys.indexOf(key), 1)
  }
  forgetAll(space: string): void {
    for (const key of [...this.keys]) if (key.startsWith(`${space}(`)) this.forget(key)
  }
  has(key: string): boolean {
    return this.keys.includes(key)
  }
  get size(): number {
    return this.keys.length
  }
}

/** Rooms are taken off the cache's limit when their keyspace is first used, as far as something is left. */
class Model {
  private readonly own = new Map<string, ModelRoom>()
  readonly shared: ModelRoom
  private readonly asked: ReadonlyMap<string, number>
  constructor(whole: number, asked: ReadonlyMap<string, number>) {
    this.shared = new ModelRoom(whole)
    this.asked = asked
  }
  of(space: string): ModelRoom {
    const asked = this.asked.get(space)
    if (asked === undefined) return this.shared
    const known = this.own.get(space)
    if (known !== undefined) return known
    const room = new ModelRoom(Math.min(asked, this.shared.limit))
    this.shared.limit -= room.limit
    this.shared.trim()
    this.own.set(space, room)
    return room
  }
  get size(): number {
    return [...this.own.values()].reduce((sum, room) => sum + room.size, this.shared.size)
  }
}

const operations = fc.array(
  fc.record({
    does: fc.constantFrom("set", "set", "set", "get", "get", "compute", "remove", "clear"),
    space: fc.integer({ min: 0, max: 3 }),
    id: fc.integer({ min: 0, max: 7 })
  }),
  { minLength: 1, maxLength: 80 }
)

/** What the third and the fourth ask for is nothing. */
const setUps = fc.record({
  whole: fc.integer({ min: 6, max: 16 }),
  asked: fc.tuple(fc.integer({ min: 0, max: 6 }), fc.integer({ min: 0, max: 6 }))
})

describe("keyspaces with room of their own", () => {
  effectProperty(
    "hold what a list for each of them and one for all others would hold",
    [setUps, operations],
    ([{ asked, whole }, operations]) =>
      Effect.scoped(Effect.gen(function*() {
        const spaces = ["a", "b", "c", "d"].map((name, at) =>
          Keyspace.make(name, { key: Schema.Number, value: Schema.Number, maxSize: asked[at] })
        )
        const cache = yield* makeS3CacheService(yield* ObjectStore.makeMemory, {
          maxSize: whole,
          evictionPolicy: "LRU"
        })
        const model = new Model(whole, new Map(asked.map((size, at) => [spaces[at]?.name ?? "", size])))
        const keys: ReadonlyArray<Key> = spaces.flatMap((space) => Array.from({ length: 8 }, (_, id) => space.key(id)))
        const stored = new Set<string>()
        const used = new Set<string>()
        for (const { does, id, space: at } of operations) {
          const key = keys[at * 8 + id]
          const space = spaces[at]
          if (key === undefined || space === undefined) continue
          const name = String(key)
          if (does === "clear") {
            yield* cache.clear(space)
            if (used.has(space.name)) model.of(space.name).forgetAll(space.name)
            for (const one of [...stored]) if (one.startsWith(`${space.name}(`)) stored.delete(one)
          } else {
            used.add(space.name)
            const room = model.of(space.name)
            if (does === "remove") {
              yield* cache.invalidate(key)
              room.forget(name)
              stored.delete(name)
            } else {
              if (does === "set") yield* cache.set(key, id)
              else if (does === "compute") yield* cache.getOrCompute(key, Effect.succeed(id))
              else yield* cache.getOption(key)
              if (does !== "get") stored.add(name)
              if (stored.has(name)) room.use(name)
            }
          }
          const { rooms, size } = yield* cache.stats
          assert.strictEqual(size, model.size)
          assert.isAtMost(size, whole)
          for (const room of rooms) assert.isAtMost(room.size, room.maxSize)
          for (const one of keys.filter(({ keyspace }) => used.has(keyspace))) {
            const held = yield* cache.peek(one)
            assert.strictEqual(Option.isSome(held), model.of(one.keyspace).has(String(one)), `${name}: ${String(one)}`)
          }
        }
      })).pipe(Effect.provide(quiet)),
    { ...property(1), numRuns: amount(150, 1500) }
  )
})
