import { assert, describe, it } from "@effect/vitest"
import { type Dict, TtlDict } from "effect-aws-cache/Ttl"
import * as Cause from "effect/Cause"
import * as Context from "effect/Context"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as FiberRef from "effect/FiberRef"
import * as Logger from "effect/Logger"
import * as Schema from "effect/Schema"
import * as Scope from "effect/Scope"
import * as TestClock from "effect/TestClock"
import { hasEnded, interruptLater } from "../../src/effect/fibers.js"
import { labelOf } from "../support/majors.js"
import { hooksSettled } from "./hooksSettled.js"

const record = () => {
  const told: Array<string> = []
  const onRemoval = (key: string, value: unknown, reason: string) =>
    Effect.sync(() => told.push(`${key}=${String(value)} ${reason}`))
  return { told, onRemoval }
}

const captured = () => {
  const lines: Array<string> = []
  const logger = Logger.make(({ cause, logLevel, message }) =>
    lines.push(`${labelOf(logLevel)} ${String(message)} ${Cause.pretty(cause)}`)
  )
  return { lines, layer: Logger.replace(Logger.defaultLogger, logger) }
}

describe("TtlDict: onRemoval", () => {
  it.scoped("is told of every way to leave, once, in order, with the value and the reason", () =>
    Effect.gen(function*() {
      const { onRemoval, told } = record()
      const dict = yield* TtlDict.make<string, number>({ maxSize: 3, onRemoval })
      yield* dict.setMany([["a", 1], ["b", 2], ["c", 3], ["d", 4]])
      yield* dict.set("b", 5)
      yield* dict.remove("c")
      yield* dict.pop("d")
      yield* dict.set("e", 6, { timeToLive: "1 second" })
      yield* TestClock.adjust("1 second")
      yield* dict.purge
      yield* dict.setMany([["f", 7], ["g", 8]])
      yield* dict.popVictim
      yield* dict.popNewest
      yield* dict.clear
      yield* dict.getOrInsert("h", 9)
      yield* dict.setTimeToLive("h", 0)
      yield* dict.getOrCompute("i", Effect.succeed(10))
      yield* dict.getOrCompute("i", Effect.succeed(11))
      yield* dict.resize({ maxSize: 0 })
      yield* hooksSettled(dict)
      assert.deepStrictEqual(told, [
        "a=1 evicted",
        "b=2 replaced",
        "c=3 deleted",
        "d=4 deleted",
        "e=6 expired",
        "b=5 deleted",
        "g=8 deleted",
        "f=7 cleared",
        "h=9 expired",
        "i=10 evicted"
      ])
    }))

  it.scoped("is told of an entry that has expired when any operation meets it, once", () =>
    Effect.gen(function*() {
      const { onRemoval, told } = record()
      const dict = yield* TtlDict.make<string, number>({ timeToLive: "1 second", onRemoval })
      yield* dict.set("a", 1)
      yield* TestClock.adjust("1 second")
      yield* dict.has("a")
      yield* dict.isExpired("a")
      yield* hooksSettled(dict)
      yield* dict.getOption("a")
      yield* dict.clear
      yield* dict.purge
      yield* hooksSettled(dict)
      assert.deepStrictEqual(told, ["a=1 expired"])
    }))

  it.scoped("is not told of what was refused, or of values never stored", () =>
    Effect.gen(function*() {
      const { onRemoval, told } = record()
      const dict = yield* TtlDict.make<string, number>({ maxBytes: 10, weigher: (_, value) => value, onRemoval })
      yield* dict.set("a", 1)
      yield* Effect.flip(dict.set("a", 11))
      yield* Effect.flip(dict.set("b", 11))
      yield* Effect.flip(dict.add("a", 2))
      yield* dict.set("c", 1, { timeToLive: 0 })
      yield* dict.getOrCompute("d", Effect.succeed(11))
      yield* dict.setTimeToLive("a", "1 minute")
      yield* dict.moveToEnd("a")
      yield* hooksSettled(dict)
      assert.deepStrictEqual(told, [])
    }))

  it.scoped("runs when the dictionary is consistent again", () =>
    Effect.gen(function*() {
      const seen: Array<unknown> = []
      const dict: Dict<string, number> = yield* TtlDict.make<string, number>({
        maxSize: 2,
        weigher: () => 10,
        onRemoval: (key) =>
          Effect.gen(function*() {
            seen.push([key, yield* dict.keys, yield* dict.byteSize, yield* dict.has(key)])
          })
      })
      yield* dict.setMany([["a", 1], ["b", 2], ["c", 3]])
      yield* hooksSettled(dict)
      assert.deepStrictEqual(seen, [["a", ["b", "c"], 20, false]])
    }))

  it.scoped("neither delays nor blocks who made an entry leave, nor anybody else", () =>
    Effect.gen(function*() {
      const open = yield* Deferred.make<void>()
      const ended: Array<string> = []
      const dict = yield* TtlDict.make<string, number>({
        maxSize: 1,
        onRemoval: (key) => Effect.zipRight(Deferred.await(open), Effect.sync(() => ended.push(key)))
      })
      yield* dict.set("a", 1)
      yield* dict.set("b", 2)
      yield* dict.set("c", 3)
      assert.strictEqual(yield* dict.get("c"), 3)
      assert.strictEqual((yield* dict.stats).hooks.pending, 2)
      assert.deepStrictEqual(ended, [])
      yield* Deferred.succeed(open, undefined)
      yield* hooksSettled(dict)
      assert.deepStrictEqual(ended, ["a", "b"])
      assert.deepStrictEqual((yield* dict.stats).hooks, { pending: 0, failed: 0, skipped: 0, dropped: 0 })
    }))

  it.scoped("may wait for another fiber that uses the dictionary", () =>
    Effect.gen(function*() {
      const answers: Array<number> = []
      const dict: Dict<string, number> = yield* TtlDict.make<string, number>({
        maxSize: 1,
        onRemoval: () =>
          Effect.fork(dict.set("x", 9)).pipe(
            Effect.flatMap((fiber) => Fiber.await(fiber)),
            Effect.zipRight(dict.size),
            Effect.map((size) => answers.push(size)),
            Effect.when(() => answers.length === 0)
          )
      })
      yield* dict.set("a", 1)
      yield* dict.set("b", 2)
      yield* hooksSettled(dict)
      assert.deepStrictEqual(answers, [1])
    }))

  it.effect("is harmless and logged when it fails, dies, throws or interrupts itself", () => {
    const { layer, lines } = captured()
    return Effect.gen(function*() {
      const told: Array<string> = []
      const dict = yield* TtlDict.make<string, string>({
        name: "files",
        maxSize: 1,
        onRemoval: (key) => {
          told.push(key)
          if (key === "a") return Effect.fail("no such file")
          if (key === "b") return Effect.die(new Error("dead"))
          if (key === "c") throw new Error("thrown")
          if (key === "d") return Effect.interrupt
          if (key === "e") return Effect.withFiberRuntime<void>((fiber) => Effect.sync(() => interruptLater(fiber)))
          return Effect.void
        }
      })
      for (const key of ["a", "b", "c", "d", "e", "f", "g"]) yield* dict.set(key, "the value")
      const stats = yield* hooksSettled(dict)
      assert.deepStrictEqual(told, ["a", "b", "c", "d", "e", "f"])
      assert.strictEqual(stats.hooks.failed, 5)
      assert.lengthOf(lines, 5)
      for (const [at, text] of ["no such file", "dead", "thrown", "interrupted", "interrupted"].entries()) {
        assert.include(lines[at], `WARN files: onRemoval failed for "${"abcde"[at]}" (evicted)`)
        assert.include(lines[at], text)
        assert.notInclude(lines[at], "the value")
      }
      assert.strictEqual(yield* dict.get("g"), "the value")
    }).pipe(Effect.scoped, Effect.provide(layer))
  })

  it.effect("goes on when the key of one that failed cannot be printed", () => {
    const { layer, lines } = captured()
    return Effect.gen(function*() {
      const told: Array<unknown> = []
      const bare = { toString: () => Object.create(null) }
      const dict = yield* TtlDict.make<unknown, number>({
        name: "files",
        maxSize: 1,
        onRemoval: (key) => Effect.zipRight(Effect.sync(() => told.push(key)), Effect.fail("no"))
      })
      for (const key of [bare, "b", "c"]) yield* dict.set(key, 1)
      yield* hooksSettled(dict)
      assert.deepStrictEqual(told, [bare, "b"])
      assert.include(lines[0], "onRemoval failed for (something that cannot be printed) (evicted)")
    }).pipe(Effect.scoped, Effect.provide(layer))
  })

  it.effect("goes on when the logger throws", () =>
    Effect.gen(function*() {
      const told: Array<string> = []
      const dict = yield* TtlDict.make<string, number>({
        maxSize: 1,
        onRemoval: (key) => Effect.zipRight(Effect.sync(() => told.push(key)), Effect.fail("no"))
      })
      for (const key of ["a", "b", "c"]) yield* dict.set(key, 1)
      yield* hooksSettled(dict)
      assert.deepStrictEqual(told, ["a", "b"])
    }).pipe(
      Effect.scoped,
      Effect.provide(Logger.replace(
        Logger.defaultLogger,
        Logger.make(() => {
          throw new Error("the logger")
        })
      ))
    ))

  it.effect("a hook that writes back what was evicted ends, without recursion, and says so once", () => {
    const { layer, lines } = captured()
    return Effect.gen(function*() {
      let calls = 0
      const dict: Dict<string, number> = yield* TtlDict.make<string, number>({
        maxSize: 1,
        onRemoval: (key, value) => {
          calls++
          return dict.set(key, value)
        }
      })
      yield* dict.set("a", 1)
      yield* dict.set("b", 2)
      const stats = yield* hooksSettled(dict)
      assert.strictEqual(calls, 100)
      assert.strictEqual(stats.hooks.skipped, 1)
      assert.strictEqual(stats.evicted, 101)
      yield* dict.set("c", 3)
      yield* hooksSettled(dict)
      assert.strictEqual(calls, 200)
      assert.lengthOf(lines, 1)
      assert.include(lines[0], "deeper than 100, it is skipped")
    }).pipe(Effect.scoped, Effect.provide(layer))
  })

  it.scoped("hooks of two dictionaries that write into each other end as well", () =>
    Effect.gen(function*() {
      let calls = 0
      const one: Dict<string, number> = yield* TtlDict.make<string, number>({
        maxSize: 1,
        onRemoval: (key, value) => Effect.suspend(() => (calls++, other.set(`${key}'`, value)))
      })
      const other: Dict<string, number> = yield* TtlDict.make<string, number>({
        maxSize: 1,
        onRemoval: (key, value) => Effect.suspend(() => (calls++, one.set(`${key}'`, value)))
      })
      yield* one.setMany([["a", 1], ["b", 2], ["c", 3]])
      const idle = Effect.zipWith(one.stats, other.stats, (a, b) => a.hooks.pending + b.hooks.pending)
      yield* Effect.repeat(Effect.zipRight(Effect.yieldNow(), idle), { until: (pending) => pending === 0 })
      assert.isAbove(calls, 100)
      assert.isAtMost(calls, 300)
    }))

  it.scoped("what hooks remove is told as well, however many there are", () =>
    Effect.gen(function*() {
      const told: Array<number> = []
      const dict: Dict<number, number> = yield* TtlDict.make<number, number>({
        onRemoval: (key) => {
          told.push(key)
          return key === 0 ? dict.clear : Effect.void
        }
      })
      for (let key = 0; key < 5000; key++) yield* dict.set(key, key)
      yield* dict.remove(0)
      const stats = yield* hooksSettled(dict)
      assert.strictEqual(stats.hooks.skipped, 0)
      assert.deepStrictEqual(told, Array.from({ length: 5000 }, (_, key) => key))
    }))

  it.scoped("a chain of entries of which each removes the next is told to its end", () =>
    Effect.gen(function*() {
      const told: Array<number> = []
      const dict: Dict<number, number> = yield* TtlDict.make<number, number>({
        onRemoval: (key, next) => {
          told.push(key)
          return Effect.ignore(dict.remove(next))
        }
      })
      for (let key = 0; key < 90; key++) yield* dict.set(key, key + 1)
      yield* dict.remove(0)
      yield* hooksSettled(dict)
      assert.lengthOf(told, 90)
    }))

  it.scoped("1,800 removals by 10 fibers at once are told exactly once each", () =>
    Effect.gen(function*() {
      const told: Array<string> = []
      const dict = yield* TtlDict.make<string, number>({
        maxSize: 20,
        onRemoval: (key) => Effect.zipRight(Effect.yieldNow(), Effect.sync(() => told.push(key)))
      })
      yield* Effect.forEach(
        Array.from({ length: 10 }, (_, fiber) => fiber),
        (fiber) =>
          Effect.forEach(
            Array.from({ length: 182 }, (_, at) => at),
            (at) => Effect.zipRight(dict.set(`${fiber}:${at}`, at), Effect.yieldNow())
          ),
        { concurrency: "unbounded" }
      )
      yield* hooksSettled(dict)
      assert.lengthOf(told, 1800)
      assert.strictEqual(new Set(told).size, 1800)
    }))

  it.effect("runs with the context and the fiber references of whoever made the dictionary", () => {
    class Tenant extends Context.Tag("test/Tenant")<Tenant, string>() {}
    return Effect.gen(function*() {
      const reference = yield* FiberRef.make("default")
      const seen: Array<string> = []
      const dict = yield* TtlDict.make<string, number, never, Tenant>({
        onRemoval: () => Effect.zipWith(Tenant, FiberRef.get(reference), (tenant, value) => seen.push(tenant, value))
      }).pipe(Effect.provideService(Tenant, "the owner"))
      yield* dict.set("a", 1)
      yield* dict.remove("a").pipe(
        Effect.provideService(Tenant, "a caller"),
        Effect.locally(reference, "a caller's")
      )
      yield* hooksSettled(dict)
      assert.deepStrictEqual(seen, ["the owner", "default"])
    }).pipe(Effect.scoped)
  })

  it.effect("the scope waits for what is due; what is in the dictionary then does not leave it", () =>
    Effect.gen(function*() {
      const { onRemoval, told } = record()
      const scope = yield* Scope.make()
      const open = yield* Deferred.make<void>()
      const dict = yield* Scope.extend(
        TtlDict.make<string, number>({
          onRemoval: (key, value, reason) => Effect.zipRight(Deferred.await(open), onRemoval(key, value, reason))
        }),
        scope
      )
      yield* dict.setMany([["a", 1], ["b", 2], ["c", 3]])
      yield* dict.remove("a")
      yield* dict.remove("b")
      const closing = yield* Effect.fork(Scope.close(scope, Exit.void))
      yield* Effect.repeatN(Effect.yieldNow(), 20)
      assert.isTrue(!hasEnded(closing))
      yield* Deferred.succeed(open, undefined)
      yield* Fiber.await(closing)
      assert.deepStrictEqual(told, ["a=1 deleted", "b=2 deleted"])
    }))

  it.effect("a class of dictionaries has one, with what its layer was given", () => {
    const seen: Array<string> = []
    class Audit extends Context.Tag("test/Audit")<Audit, (line: string) => void>() {}
    class Sessions extends TtlDict.Service<Sessions>()("test/Sessions", {
      key: Schema.String,
      value: Schema.Number,
      onRemoval: (key, value, reason) => Effect.map(Audit, (audit) => audit(`${key} ${value} ${reason}`))
    }) {}
    return Effect.gen(function*() {
      yield* Sessions.set("a", 1)
      yield* Sessions.set("a", 2)
      yield* Effect.flatMap(Sessions, hooksSettled)
      assert.deepStrictEqual(seen, ["a 1 replaced"])
    }).pipe(
      Effect.provide(Sessions.layer()),
      Effect.provideService(Audit, (line) => seen.push(line))
    )
  })
})
