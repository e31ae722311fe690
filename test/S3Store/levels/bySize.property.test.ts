import { assert, describe } from "@effect/vitest"
import { Effect, Fiber, Logger, Stream, TestClock } from "effect"
import { ObjectStore } from "effect-aws-cache/S3Store"
import { Faults } from "effect-aws-cache/testing"
import * as fc from "fast-check"
import { firstDefect } from "../../../src/effect/outcomes.js"
import { decodePointer } from "../../../src/S3Store/levels/contentPointer.js"
import { effectProperty } from "../../support/effectProperty.js"
import { amount, property } from "../../support/property.js"
import { entryName } from "./asEntries.js"
import { faultsOf, interleaved, lost } from "./chaos.js"
import { Registers } from "./registers.js"

const bytes = (text: string) => new TextEncoder().encode(text)

const quiet = Logger.replace(Logger.defaultLogger, Logger.none)

const runs = { ...property(1), numRuns: amount(200, 2000) }

const ids = fc.integer({ min: 0, max: 2 })

const at = (id: number) => entryName(String(id))

const textIn = (store: ObjectStore, name: string) =>
  Effect.map(
    store.load(name),
    (loaded) => loaded._tag === "Found" ? new TextDecoder().decode(loaded.body) : undefined
  )

interface Step {
  readonly verb: "load" | "list" | "save" | "add" | "replace" | "remove" | "removeIfMatch" | "removeAll"
  readonly id: number
  readonly isLong: boolean
  /** After how many steps of others whoever does it is killed. */
  readonly killedAfter: number | undefined
}

const step: fc.Arbitrary<Step> = fc.record({
  verb: fc.constantFrom(
    "load",
    "load",
    "list",
    "save",
    "save",
    "add",
    "replace",
    "remove",
    "removeIfMatch",
    "removeAll"
  ),
  id: ids,
  isLong: fc.boolean(),
  killedAfter: fc.option(fc.integer({ min: 0, max: 12 }), { nil: undefined, freq: 6 })
})

const turnsOf = fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 1, maxLength: 40 })

/** The names of contents, and how many of them something points to. */
const contentsOf = (small: ObjectStore, large: ObjectStore) =>
  Effect.gen(function*() {
    let pointed = 0
    for (const id of [0, 1, 2]) {
      const loaded = yield* small.load(at(id))
      if (loaded._tag === "Found" && decodePointer(loaded.body) !== undefined) pointed++
    }
    return { pointed, contents: yield* Stream.runCount(large.list("")) }
  })

describe("two stores by size", () => {
  effectProperty(
    "show every object once, the last that was written or one of those being written, whatever fails or is killed",
    [
      fc.array(fc.array(step, { minLength: 1, maxLength: 8 }), { minLength: 1, maxLength: 4 }),
      turnsOf,
      fc.integer({ min: 0, max: 1000 }),
      fc.constantFrom(0, 20, 50),
      fc.constantFrom(0, 20, 50)
    ],
    ([fibers, turns, seed, smallFaults, largeFaults]) =>
      Effect.gen(function*() {
        const memories = { small: yield* ObjectStore.makeMemory, large: yield* ObjectStore.makeMemory }
        const small = yield* Faults.make(memories.small, { seed, faults: [faultsOf(smallFaults, lost)] })
        const large = yield* Faults.make(memories.large, { seed: seed + 1, faults: [faultsOf(largeFaults, lost)] })
        // Each has what it knows of pointers for itself, as two processes have.
        const stores = yield* Effect.all([0, 1].map(() =>
          ObjectStore.makeBySize({
            small: interleaved(small.store, turns),
            large: interleaved(large.store, turns),
            limit: 20
          })
        ))
        const settled = yield* ObjectStore.makeBySize({ ...memories, limit: 20 })
        const registers = new Registers()
        let writes = 0

        const changing = <A>(
          name: string,
          text: string | undefined,
          change: Effect.Effect<A, unknown>,
          outcomeOf: (result: A) => "done" | "refused" | "unknown"
        ) =>
          Effect.suspend(() => {
            const began = registers.begin(name, text)
            return change.pipe(
              Effect.tap((result) => Effect.sync(() => registers.end(began, outcomeOf(result)))),
              Effect.onError(() => Effect.sync(() => registers.end(began, "unknown")))
            )
          })

        const conditional = ({ _tag }: { readonly _tag: string }) => _tag === "Written" ? "done" : "unknown"
        const always = () => "done" as const

        const run = (store: ObjectStore, { id, isLong, verb }: Step): Effect.Effect<unknown, unknown> => {
          const name = at(id)
          const text = `${id}: ${++writes}${isLong ? " is long".repeat(9) : ""}`
          const etag = Effect.map(
            memories.small.load(name),
            (there) => there._tag === "Found" ? there.etag : "\"none\""
          )
          switch (verb) {
            case "load":
              return Effect.suspend(() => {
                const began = registers.now()
                return Effect.map(
                  textIn(store, name),
                  (seen) => assert.isUndefined(registers.faultOf(name, seen, began, registers.now()))
                )
              })
            case "list":
              return Effect.map(Stream.runCollect(store.list("")), (objects) => {
                const names = Array.from(objects, ({ name }) => name)
                assert.strictEqual(new Set(names).size, names.length)
                assert.isTrue(Array.from(objects).every(({ size }) => size < 100))
              })
            case "save":
              return changing(name, text, store.save(name, bytes(text)), always)
            case "add":
              return changing(name, text, store.add(name, bytes(text)), conditional)
            case "replace":
              return Effect.flatMap(
                etag,
                (etag) => changing(name, text, store.replace(name, bytes(text), etag), conditional)
              )
            case "remove":
              return changing(name, undefined, store.remove(name), always)
            case "removeIfMatch":
              return Effect.flatMap(
                etag,
                (etag) =>
                  changing(name, undefined, store.removeIfMatch(name, etag), (outcome) =>
                    outcome === "removed" ? "done" : "unknown")
              )
            case "removeAll":
              return changing(
                at(0),
                undefined,
                changing(at(1), undefined, store.removeAll([at(0), at(1)]), always),
                always
              )
          }
        }
        const doing = (store: ObjectStore, each: Step) =>
          Effect.gen(function*() {
            const fiber = yield* Effect.fork(run(store, each))
            if (each.killedAfter !== undefined) {
              yield* Effect.repeatN(Effect.yieldNow(), each.killedAfter)
              yield* Fiber.interrupt(fiber)
            }
            const exit = yield* Fiber.await(fiber)
            // Whatever a store says is no defect; what a check says is.
            if (exit._tag === "Failure" && firstDefect(exit.cause) !== undefined) {
              yield* exit
            }
          })
        yield* Effect.forEach(
          fibers,
          (steps, nth) =>
            Effect.forEach(steps, (each) =>
              doing(stores[nth % 2] ?? settled, each), { discard: true }),
          { concurrency: "unbounded", discard: true }
        )
        yield* small.faults.set([])
        yield* large.faults.set([])
        const seen = yield* Effect.forEach([0, 1, 2], (id) =>
          textIn(settled, at(id)))
        for (const store of stores) {
          for (const id of [0, 1, 2]) {
            const began = registers.now()
            const text = yield* textIn(store, at(id))
            assert.strictEqual(text, seen[id])
            assert.isUndefined(registers.faultOf(at(id), text, began, registers.now()))
          }
        }
        // Nothing that is pointed to is an orphan, and all else is, after a while.
        assert.deepStrictEqual((yield* settled.removeOrphans()).removed, 0)
        yield* TestClock.adjust("2 days")
        const before = yield* contentsOf(memories.small, memories.large)
        assert.isAtMost(before.pointed, before.contents)
        yield* settled.removeOrphans()
        const after = yield* contentsOf(memories.small, memories.large)
        assert.deepStrictEqual(after, { pointed: before.pointed, contents: before.pointed })
        assert.deepStrictEqual(yield* Effect.forEach([0, 1, 2], (id) => textIn(settled, at(id))), seen)
        if (
          smallFaults + largeFaults === 0 && fibers.length === 1 &&
          fibers.flat().every((each) => each.killedAfter === undefined)
        ) assert.strictEqual(before.contents, before.pointed)
      }).pipe(Effect.provide(quiet)),
    runs
  )

  effectProperty(
    "never show nothing for what is only replaced, though reads of the small store are out of date",
    [
      fc.array(fc.array(fc.tuple(fc.constantFrom("load", "save", "replace"), fc.boolean()), { maxLength: 8 }), {
        minLength: 2,
        maxLength: 4
      }),
      turnsOf,
      fc.array(fc.boolean(), { minLength: 1, maxLength: 20 })
    ],
    ([fibers, turns, stale]) =>
      Effect.gen(function*() {
        const memories = { small: yield* ObjectStore.makeMemory, large: yield* ObjectStore.makeMemory }
        const past = new Map<string, Uint8Array>()
        let asked = 0
        const note = (name: string) =>
          Effect.map(memories.small.load(name), (there) => {
            if (there._tag === "Found") past.set(name, there.body)
          })
        const small: ObjectStore = {
          ...memories.small,
          load: (name, options = {}) =>
            Effect.flatMap(memories.small.load(name, options), (loaded) => {
              const old = past.get(name)
              const isStale = old !== undefined && options.isCertain !== true && stale[asked++ % stale.length] === true
              return Effect.succeed(
                isStale && loaded._tag === "Found"
                  ? { ...loaded, body: old.slice(), size: old.length, etag: "\"past\"" }
                  : loaded
              )
            }),
          save: (name, body) => Effect.zipRight(note(name), memories.small.save(name, body)),
          replace: (name, body, etag) => Effect.zipRight(note(name), memories.small.replace(name, body, etag))
        }
        const store = yield* ObjectStore.makeBySize({
          small: interleaved(small, turns),
          large: interleaved(memories.large, turns),
          limit: 20
        })
        const name = at(0)
        yield* store.save(name, bytes("is long".repeat(9)))
        yield* Effect.forEach(
          fibers,
          (steps) =>
            Effect.forEach(steps, ([verb, isLong]) => {
              const body = bytes(isLong ? "is long".repeat(9) : "is short")
              switch (verb) {
                case "save":
                  return store.save(name, body)
                case "replace":
                  return Effect.flatMap(
                    memories.small.load(name),
                    (there) => store.replace(name, body, there._tag === "Found" ? there.etag : "")
                  )
                default:
                  return Effect.map(textIn(store, name), (text) => assert.isTrue(text?.startsWith("is "), String(text)))
              }
            }, { discard: true }),
          { concurrency: "unbounded", discard: true }
        )
      }),
    runs
  )
})
