import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit, Layer } from "effect"
import { ObjectStore } from "effect-aws-cache/S3Store"
import { ConformanceFailure, Faults, objectStoreConformance } from "effect-aws-cache/testing"
import { brokenStores } from "./brokenStores.js"

/** What the tests of the suite say of a store, those that it does not pass. */
const failures = (store: ObjectStore, options?: Parameters<typeof objectStoreConformance>[0]) =>
  Effect.map(
    Effect.forEach(objectStoreConformance(options), ({ run }) =>
      Effect.match(Effect.provideService(run, ObjectStore, store), {
        onFailure: (failure) => [failure],
        onSuccess: () => []
      })),
    (outcomes) =>
      outcomes.flat()
  )

describe("the conformance suite", () => {
  for (const [fault, breakIt] of Object.entries(brokenStores)) {
    it.effect(`finds what is wrong where ${fault}`, () =>
      Effect.gen(function*() {
        const store = yield* ObjectStore.makeMemory
        const found = yield* failures({ ...store, ...breakIt(store) })
        assert.isAbove(found.length, 0)
        for (const failure of found) {
          assert.instanceOf(failure, ConformanceFailure)
          for (const words of [failure.test, failure.contract, failure.expected, failure.seen]) {
            assert.notStrictEqual(words, "")
          }
          assert.isAtMost(failure.message.length, 500)
        }
      }))
  }

  it.effect("says what the contract says, and what was seen", () =>
    Effect.gen(function*() {
      const store = yield* ObjectStore.makeMemory
      const [failure] = yield* failures({ ...store, add: (name, body) => store.replace(name, body, "") })
      assert.strictEqual(failure?.test, "add writes only what is not there")
      assert.strictEqual(
        failure?.message,
        "add writes what is not there: the store should show Written, and shows Refused"
      )
    }))

  it.effect("finds stores that can do more, or less, than they are said to", () =>
    Effect.gen(function*() {
      const store = yield* ObjectStore.makeMemory
      const names = (options: Parameters<typeof objectStoreConformance>[0]) =>
        Effect.map(failures(store, options), (found) => found.map(({ test }) => test))
      assert.deepStrictEqual(yield* names({}), [])
      assert.deepStrictEqual(yield* names({ conditionalDeletes: true }), [])
      assert.deepStrictEqual(yield* names({ conditionalWrites: false }), [
        "says that it cannot write on conditions, and writes nothing"
      ])
      assert.deepStrictEqual(yield* names({ conditionalDeletes: false }), [
        "removes only what was seen, or says that it cannot"
      ])
      assert.deepStrictEqual(yield* names({ lists: false }), ["says that it cannot list"])
      const unable = { conditionalWrites: false, conditionalDeletes: false, lists: false }
      const { store: less } = yield* Faults.make(store, unable)
      assert.isAbove((yield* failures(less)).length, 0)
      assert.deepStrictEqual(yield* failures(less, unable), [])
    }))

  it.effect("leaves what else is in a store alone, and nothing of its own behind", () =>
    Effect.gen(function*() {
      const { faults, store } = yield* Faults.make(yield* ObjectStore.makeMemory)
      yield* store.save("mine", new TextEncoder().encode("mine"))
      for (let round = 0; round < 2; round++) assert.deepStrictEqual(yield* failures(store), [])
      const written = (yield* faults.requests).filter(({ operation }) => ["save", "add"].includes(operation))
      assert.isTrue(written.every(({ name }) => name.startsWith("run-") || name === "mine"))
      const left = yield* Effect.forEach(written, ({ name }) => store.load(name))
      assert.isTrue(left.every(({ _tag }) => _tag === "Absent"))
      assert.strictEqual((yield* store.load("mine"))._tag, "Found")
    }))

  it.effect("goes through requests that fail, as through a store that dies", () =>
    Effect.gen(function*() {
      const { faults, store } = yield* Faults.make(yield* ObjectStore.makeMemory)
      yield* faults.down("Throttled")
      const found = yield* failures(store)
      const names = objectStoreConformance().map(({ name }) => name)
      assert.deepStrictEqual(names.filter((name) => !found.some(({ test }) => test === name)), [
        // Which this store need not do.
        "what is too large is told, and not transferred",
        "what is saved once is saved"
      ])
      assert.include(found[0]?.message, "(Throttled)")
      const [first] = objectStoreConformance()
      const layer = Layer.succeed(ObjectStore, store)
      assert.isTrue(Exit.isFailure(yield* Effect.exit(Effect.provide(first?.run ?? Effect.void, layer))))
    }))
})
