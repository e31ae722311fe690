import { assert, describe } from "@effect/vitest"
import { Effect, Logger, TestClock } from "effect"
import { ObjectStore } from "effect-aws-cache/S3Store"
import { Fault, Faults } from "effect-aws-cache/testing"
import * as fc from "fast-check"
import { makeChainedObjectStore } from "../../../src/S3Store/levels/chainedObjectStore.js"
import { effectProperty } from "../../support/effectProperty.js"
import { amount, property } from "../../support/property.js"
import { entryName } from "./asEntries.js"
import { faultsOf, interleaved, lost } from "./chaos.js"

const bytes = (text: string) => new TextEncoder().encode(text)

const quiet = Logger.replace(Logger.defaultLogger, Logger.none)

const runs = { ...property(1), numRuns: amount(200, 2000) }

const ids = fc.integer({ min: 0, max: 2 })

const at = (id: number) => entryName(String(id))

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
