import { assert, describe } from "@effect/vitest"
import { Effect, Either, Logger, Option, Schema, TestClock } from "effect"
import { Keyspace, ObjectStore } from "effect-aws-cache/S3Store"
import { Fault, Faults } from "effect-aws-cache/testing"
import * as fc from "fast-check"
import { makeS3CacheService } from "../../../src/S3Store/cache/makeS3CacheService.js"
import { makeChainedObjectStore } from "../../../src/S3Store/levels/chainedObjectStore.js"
import { effectProperty } from "../../support/effectProperty.js"
import { amount, property } from "../../support/property.js"
import { entryName } from "./asEntries.js"
import { faultsOf, interleaved, lost, spoiled } from "./chaos.js"

const bytes = (text: string) => new TextEncoder().encode(text)

const quiet = Logger.replace(Logger.defaultLogger, Logger.none)

const runs = { ...property(1), numRuns: amount(200, 2000) }

const ids = fc.integer({ min: 0, max: 2 })

const at = (id: number) => entryName(String(id))

const broken = [...spoiled, Fault.Die({ defect: "a fault of the test" })]

const textIn = (store: ObjectStore, name: string) =>
  Effect.map(
    store.load(name),
    (loaded) => loaded._tag === "Found" ? new TextDecoder().decode(loaded.body) : loaded._tag
  )

const limits = { revalidateAfter: 1000, timeout: 1000, resetAfter: 50 }
const anyContent = { isWhole: () => true, endOf: () => Number.POSITIVE_INFINITY }

const step: fc.Arbitrary<Step> = fc.record({
  verb: fc.constantFrom("load", "load", "save", "add", "replace", "remove", "removeIfMatch", "removeAll", "certain"),
  id: ids
})

interface Step {
  readonly verb: "load" | "save" | "add" | "replace" | "remove" | "removeIfMatch" | "removeAll" | "certain"
  readonly id: number
}

describe("a chain of stores", () => {
  effectProperty(
    "has what the far store has, whatever goes on at the same time and whichever fails",
    [
      fc.array(fc.array(step, { minLength: 1, maxLength: 8 }), { minLength: 1, maxLength: 4 }),
      fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 1, maxLength: 40 }),
      fc.integer({ min: 0, max: 1000 }),
      fc.constantFrom(0, 20, 60),
      fc.constantFrom(0, 20)
    ],
    ([fibers, turns, seed, nearFaults, farFaults]) =>
      Effect.gen(function*() {
        const memory = yield* ObjectStore.makeMemory
        const near = yield* Faults.make(yield* ObjectStore.makeMemory, {
          seed,
          faults: [faultsOf(nearFaults, [...lost, Fault.Corrupt({}), Fault.Die({ defect: "near" })])]
        })
        const far = yield* Faults.make(memory, { seed: seed + 1, faults: [faultsOf(farFaults, lost)] })
        const chain = makeChainedObjectStore(
          interleaved(near.store, turns),
          interleaved(far.store, turns),
          limits,
          anyContent
        )
        let writes = 0
        const run = ({ id, verb }: Step): Effect.Effect<unknown, unknown> => {
          const name = at(id)
          const body = bytes(`${id}: ${++writes}`)
          const etag = Effect.map(memory.load(name), (there) => there._tag === "Found" ? there.etag : "\"none\"")
          switch (verb) {
            case "load":
              return Effect.map(textIn(chain, name), (text) => {
                assert.isTrue(text === "Absent" || text.startsWith(`${id}: `), text)
              })
            case "certain":
              return chain.load(name, { isCertain: true })
            case "save":
              return chain.save(name, body)
            case "add":
              return chain.add(name, body)
            case "replace":
              return Effect.flatMap(etag, (etag) => chain.replace(name, body, etag))
            case "remove":
              return chain.remove(name)
            case "removeIfMatch":
              return Effect.flatMap(etag, (etag) => chain.removeIfMatch(name, etag))
            case "removeAll":
              return chain.removeAll([at(0), at(1)])
          }
        }
        yield* Effect.forEach(
          fibers,
          (steps) =>
            Effect.forEach(steps, (each) =>
              Effect.zipRight(Effect.either(run(each)), each.id === 0 ? TestClock.adjust(40) : Effect.void), {
              discard: true
            }),
          { concurrency: "unbounded", discard: true }
        )
        yield* far.faults.set([])
        for (const round of [0, 1]) {
          for (const id of [0, 1, 2]) {
            assert.strictEqual(yield* textIn(chain, at(id)), yield* textIn(memory, at(id)), `${id}, ${round}`)
          }
          yield* near.faults.set([])
          yield* TestClock.adjust(100)
        }
      }).pipe(Effect.provide(quiet)),
    runs
  )
})

const Counts = Keyspace.make("counts", { key: Schema.Number, value: Schema.String, timeToLive: "1 hour" })

const call = fc.record({
  verb: fc.constantFrom("get", "get", "set", "getOrCompute", "getOrCompute", "remove", "wait"),
  id: ids
})

describe("a cache over a chain", () => {
  effectProperty(
    "gives no wrong value and loses no computed one, whatever fails",
    [
      fc.array(call, { minLength: 1, maxLength: 25 }),
      fc.integer({ min: 0, max: 1000 }),
      fc.constantFrom(0, 20, 60),
      fc.constantFrom(0, 20, 50)
    ],
    ([calls, seed, nearFaults, farFaults]) =>
      Effect.scoped(Effect.gen(function*() {
        const near = yield* Faults.make(yield* ObjectStore.makeMemory, { seed, faults: [faultsOf(nearFaults, broken)] })
        const far = yield* Faults.make(yield* ObjectStore.makeMemory, {
          seed: seed + 1,
          faults: [faultsOf(farFaults, broken.slice(0, -1))]
        })
        const chain = yield* ObjectStore.makeChain({ near: near.store, far: far.store, revalidateAfter: 1000 })
        // Memory for one: the others come from the chain.
        const cache = yield* makeS3CacheService(chain, { maxSize: 1, circuitBreaker: false })
        /** What may be there, by what was done and told. */
        const may = new Map<number, ReadonlySet<string>>()
        const allowed = (id: number) => may.get(id) ?? new Set(["nothing"])
        let made = 0
        for (const { id, verb } of calls) {
          const key = Counts.key(id)
          const value = `${id}: ${++made}`
          const there = allowed(id)
          switch (verb) {
            case "wait":
              yield* TestClock.adjust(400)
              break
            case "set": {
              const done = yield* Effect.either(cache.set(key, value))
              may.set(id, new Set(Either.isRight(done) ? [value] : [...there, value]))
              break
            }
            case "remove": {
              const done = yield* Effect.either(cache.remove(key))
              const isSure = Either.isRight(done)
              may.set(id, new Set(isSure ? ["nothing"] : [...there, "nothing"]))
              break
            }
            case "get": {
              const got = yield* Effect.either(cache.getOption(key))
              if (Either.isLeft(got)) break
              if (Option.isNone(got.right)) break
              assert.isTrue(there.has(got.right.value), `${got.right.value} of ${[...there].join(", ")}`)
              break
            }
            case "getOrCompute": {
              const got = yield* cache.getOrCompute(key, Effect.succeed(value))
              assert.isTrue(got === value || there.has(got), `${got} of ${[...there].join(", ")}`)
              may.set(id, new Set([...there, value]))
              break
            }
          }
        }
      })).pipe(Effect.provide(quiet)),
    runs
  )
})
