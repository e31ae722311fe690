import { assert, describe, it } from "@effect/vitest"
import { Store } from "effect-aws-cache/Cache"
import * as Cause from "effect/Cause"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Equal from "effect/Equal"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Hash from "effect/Hash"
import * as TestClock from "effect/TestClock"
import { inspect } from "node:util"

/** More than are done at once. */
const many = 100

describe("lookups in a generator", () => {
  it.scoped("find what lookups elsewhere find, and are counted each time they run", () =>
    Effect.gen(function*() {
      const store = yield* Store.make<string, number>({ maxSize: 2 })
      yield* store.set("a", 1)
      const get = store.get("a")
      for (let at = 0; at < many; at++) assert.strictEqual(yield* get, 1)
      assert.strictEqual(yield* Effect.map(get, (value) => value + 1), 2)
      assert.strictEqual((yield* Effect.flip(store.get("b")))._tag, "CacheNotFoundError")
      const missed = yield* Effect.exit(Effect.gen(function*() {
        return yield* store.get("b")
      }))
      assert.isTrue(Exit.isFailure(missed))
      const { hits, misses } = yield* store.stats
      assert.deepStrictEqual([hits, misses], [many + 1, 2])
    }))

  it.scoped("are done when the generator comes to them, by the clock of then", () =>
    Effect.gen(function*() {
      const store = yield* Store.make<string, number>({ maxSize: 2, timeToLive: "1 minute" })
      const get = store.getOption("a")
      assert.strictEqual((yield* get)._tag, "None")
      yield* store.set("a", 1)
      assert.strictEqual((yield* get)._tag, "Some")
      yield* TestClock.adjust(Duration.minutes(1))
      for (let at = 0; at < many; at++) assert.strictEqual((yield* get)._tag, "None")
    }))

  it.scoped("fail with defects that no generator catches", () =>
    Effect.gen(function*() {
      const store = yield* Store.make<object, number>()
      const defect = new Error("this key has no hash")
      const key = {
        [Hash.symbol]: () => {
          throw defect
        },
        [Equal.symbol]: () => true
      }
      let caught: unknown
      for (let at = 0; at < many; at++) {
        const exit = yield* Effect.exit(Effect.gen(function*() {
          try {
            return yield* store.get(key)
          } catch (error) {
            caught = error
            return 0
          }
        }))
        assert.deepStrictEqual(exit, Exit.die(defect))
      }
      assert.isUndefined(caught)
    }))

  it.scoped("are shown as other effects are, without the key and what the store holds", () =>
    Effect.gen(function*() {
      const store = yield* Store.make<string, string>({ timeToLive: "1 minute" })
      yield* store.set("private-key", "private-value")
      for (const effect of [store.get("private-key"), store.getOption("private-key")]) {
        for (const text of [inspect(effect, { depth: 10 }), JSON.stringify({ effect }), String(effect)]) {
          assert.notInclude(text, "private")
          assert.notInclude(text, "BoundedMap")
          assert.match(text, /_id"?: ?["']Effect/)
        }
        assert.isTrue(Effect.isEffect(effect))
        assert.isTrue(Equal.equals(effect, effect))
        assert.isFalse(Equal.equals(effect, store.get("private-key")))
      }
    }))

  it.scoped("let other fibers run, and be interrupted", () =>
    Effect.gen(function*() {
      const store = yield* Store.make<string, number>()
      yield* store.set("turn", 0)
      const waiting = yield* Effect.fork(Effect.gen(function*() {
        while ((yield* store.get("turn")) === 0);
        while (true) yield* store.get("turn")
      }))
      yield* Effect.yieldNow()
      yield* store.set("turn", 1)
      yield* Effect.yieldNow()
      const exit = yield* Fiber.interrupt(waiting)
      assert.isTrue(Exit.isFailure(exit) && Cause.isInterruptedOnly(exit.cause))
    }))
})
