/**
 * What every object store has to do.
 */
import { assert, describe, it } from "@effect/vitest"
import { Chunk, Context, Effect, Layer, Option, type Scope, Stream } from "effect"
import { ConditionalOutcome, LoadOutcome, ObjectStore } from "effect-aws-cache/S3Store"
import * as fc from "fast-check"
import { property } from "../../support/property.js"

/** What may differ between stores. */
export interface Abilities {
  /** Whether `add` and `replace` work. */
  readonly conditions: boolean
  /** Whether `removeIfMatch` works; `undefined` when that is for the test to find out. */
  readonly deletes: boolean | undefined
  readonly lists: boolean
  /** How many runs of the comparison with a `Map` are not too slow. */
  readonly modelRuns: number
}

const bytes = (...parts: ReadonlyArray<string | number>) => Buffer.from(parts.join(""))
const textOf = (outcome: { readonly body: Uint8Array }) => Buffer.from(outcome.body).toString()

/** The object of a name, which must be there. */
const found = (store: ObjectStore, name: string, options?: { readonly firstBytes?: number }) =>
  Effect.flatMap(
    store.load(name, options),
    (outcome) => outcome._tag === "Found" ? Effect.succeed(outcome) : Effect.dieMessage(`${name} is ${outcome._tag}`)
  )

const namesUnder = (store: ObjectStore, prefix: string) =>
  Effect.map(
    Stream.runCollect(store.list(prefix)),
    (objects) => Chunk.toReadonlyArray(objects).map(({ name }) => name).sort()
  )

export const conformance = (
  name: string,
  layer: Layer.Layer<ObjectStore, unknown>,
  { conditions, deletes, lists, modelRuns }: Abilities
): void => {
  const test = (title: string, body: (store: ObjectStore) => Effect.Effect<void, unknown, Scope.Scope>) =>
    it.scoped(
      title,
      () => Effect.flatMap(Layer.build(layer), (context) => body(Context.get(context, ObjectStore)))
    )

  describe(`object store: ${name}`, () => {
    test("what was saved is loaded, whole; what was not is absent", (store) =>
      Effect.gen(function*() {
        assert.deepStrictEqual(yield* store.load("a/b"), LoadOutcome.Absent())
        const everyByte = Buffer.from(Array.from({ length: 256 }, (_, at) => at))
        const bodies = [Buffer.alloc(0), Buffer.from("x"), everyByte, Buffer.alloc(1_000_003, "abc")]
        for (const body of bodies) {
          yield* store.save("a/b", body)
          const object = yield* found(store, "a/b")
          assert.isTrue(body.equals(object.body))
          assert.strictEqual(object.size, body.length)
        }
        assert.deepStrictEqual(yield* store.load("a"), LoadOutcome.Absent())
        assert.deepStrictEqual(yield* store.load("a/b/c"), LoadOutcome.Absent())
      }))

    test("bytes are the caller's again afterwards", (store) =>
      Effect.gen(function*() {
        const body = Buffer.from("before")
        yield* store.save("a", body)
        body.write("after!")
        const object = yield* found(store, "a")
        assert.strictEqual(textOf(object), "before")
        object.body.fill(0)
        assert.strictEqual(textOf(yield* found(store, "a")), "before")
      }))

    test("an etag tells contents apart, and a write tells it", (store) =>
      Effect.gen(function*() {
        const first = yield* store.save("a", bytes("one"))
        const one = yield* found(store, "a")
        if (Option.isSome(first)) assert.strictEqual(first.value, one.etag)
        assert.notStrictEqual(one.etag, "")
        assert.strictEqual((yield* found(store, "a")).etag, one.etag)
        yield* store.save("a", bytes("two"))
        assert.notStrictEqual((yield* found(store, "a")).etag, one.etag)
      }))

    test("a load on a condition transfers only what has changed", (store) =>
      Effect.gen(function*() {
        yield* store.save("a", bytes("one"))
        const { etag } = yield* found(store, "a")
        assert.deepStrictEqual(yield* store.load("a", { ifNoneMatch: etag }), LoadOutcome.Unchanged())
        yield* store.save("a", bytes("two"))
        const changed = yield* store.load("a", { ifNoneMatch: etag })
        assert.strictEqual(changed._tag === "Found" ? textOf(changed) : changed._tag, "two")
        yield* store.remove("a")
        assert.deepStrictEqual(yield* store.load("a", { ifNoneMatch: etag }), LoadOutcome.Absent())
      }))

    test("the first bytes of an object are enough, where asked for", (store) =>
      Effect.gen(function*() {
        yield* store.save("long", Buffer.alloc(100_000, "0123456789"))
        const start = yield* found(store, "long", { firstBytes: 12 })
        assert.strictEqual(textOf(start).slice(0, 12), "012345678901")
        assert.strictEqual(start.size, 100_000)
        assert.strictEqual(start.etag, (yield* found(store, "long")).etag)
        yield* store.save("short", bytes("abc"))
        const all = yield* found(store, "short", { firstBytes: 100 })
        assert.deepStrictEqual([textOf(all), all.size], ["abc", 3])
        yield* store.save("empty", Buffer.alloc(0))
        const none = yield* found(store, "empty", { firstBytes: 100 })
        assert.deepStrictEqual([textOf(none), none.size], ["", 0])
        assert.deepStrictEqual(yield* store.load("absent", { firstBytes: 100 }), LoadOutcome.Absent())
      }))

    test("removing takes an object away; without one nothing happens", (store) =>
      Effect.gen(function*() {
        yield* store.save("a", bytes("one"))
        yield* store.remove("a")
        assert.deepStrictEqual(yield* store.load("a"), LoadOutcome.Absent())
        yield* store.remove("a")
        yield* store.remove("never/was")
        yield* store.save("a", bytes("two"))
        assert.strictEqual(textOf(yield* found(store, "a")), "two")
      }))

    test("many are removed at once, some of them absent", (store) =>
      Effect.gen(function*() {
        const names = Array.from({ length: 25 }, (_, at) => `many/${at}`)
        yield* Effect.forEach(names, (name) => store.save(name, bytes(name)), { concurrency: 8 })
        yield* store.removeAll([...names.slice(0, 20), "many/absent", "elsewhere"])
        const left = yield* Effect.filter(names, (name) => Effect.map(store.load(name), ({ _tag }) => _tag === "Found"))
        assert.deepStrictEqual(left, names.slice(20))
        yield* store.removeAll([])
      }))

    test("names do not get in each other's way", (store) =>
      Effect.gen(function*() {
        const names = [
          "a",
          "a/b",
          "a/b/c",
          "a.d",
          "a.d/b",
          "a.1",
          "a.1.1",
          "a.2",
          "b/a",
          "A",
          "-",
          "_",
          "0",
          "a-",
          "...",
          `${"k".repeat(200)}/1/${"f".repeat(64)}`,
          `long/${"x".repeat(240)}`
        ]
        for (const name of names) yield* store.save(name, bytes("first of ", name))
        for (const name of names) yield* store.save(name, bytes(name))
        for (const name of names) assert.strictEqual(textOf(yield* found(store, name)), name)
        yield* store.remove("a")
        for (const name of names.slice(1)) assert.strictEqual(textOf(yield* found(store, name)), name)
        if (lists) assert.deepStrictEqual(yield* namesUnder(store, ""), names.slice(1).sort())
      }))

    if (lists) {
      test("lists what is there, by a prefix of the name", (store) =>
        Effect.gen(function*() {
          assert.deepStrictEqual(yield* namesUnder(store, ""), [])
          const names = Array.from({ length: 23 }, (_, at) => `space/${at % 2 === 0 ? "1" : "10"}/${at}`)
          yield* Effect.forEach(names, (name) => store.save(name, bytes("x".repeat(name.length))), { concurrency: 8 })
          assert.deepStrictEqual(yield* namesUnder(store, ""), [...names].sort())
          for (const prefix of ["space/1/", "space/10/", "space/1", "space/10/2", "spa", "space/2", "x", "space/1/4"]) {
            assert.deepStrictEqual(
              yield* namesUnder(store, prefix),
              names.filter((name) => name.startsWith(prefix)).sort(),
              prefix
            )
          }
          const objects = Chunk.toReadonlyArray(yield* Stream.runCollect(store.list("space/1/")))
          for (const { etag, name, size } of objects) {
            assert.strictEqual(size, name.length)
            if (etag !== "") assert.strictEqual(etag, (yield* found(store, name)).etag)
          }
          yield* store.remove("space/1/0")
          assert.notInclude(yield* namesUnder(store, "space/1/"), "space/1/0")
        }))
    } else {
      test("says that it cannot list", (store) =>
        Effect.gen(function*() {
          assert.strictEqual((yield* Effect.flip(namesUnder(store, ""))).reason, "ListUnsupported")
        }))
    }

    test("a reader sees an old content or the new one, whole", (store) =>
      Effect.gen(function*() {
        const body = (at: number) => Buffer.alloc(200_000, String.fromCharCode(97 + at % 26))
        yield* store.save("torn", body(0))
        const write = Effect.forEach([1, 2, 3, 4, 5, 6, 7, 8], (at) => store.save("torn", body(at)), { discard: true })
        const read = Effect.repeatN(
          Effect.map(found(store, "torn"), ({ body }) => {
            assert.strictEqual(body.length, 200_000)
            assert.isTrue(Buffer.from(body).equals(Buffer.alloc(200_000, body[0])), "of a single write")
          }),
          9
        )
        yield* Effect.all([write, write, read, read, read], { concurrency: "unbounded", discard: true })
      }))

    if (conditions) {
      test("add writes only what is not there", (store) =>
        Effect.gen(function*() {
          const added = yield* store.add("a", bytes("one"))
          assert.strictEqual(added._tag, "Written")
          const { etag } = yield* found(store, "a")
          if (added._tag === "Written" && Option.isSome(added.etag)) assert.strictEqual(added.etag.value, etag)
          assert.deepStrictEqual(yield* store.add("a", bytes("two")), ConditionalOutcome.Refused())
          assert.strictEqual(textOf(yield* found(store, "a")), "one")
          yield* store.remove("a")
          assert.strictEqual((yield* store.add("a", bytes("two")))._tag, "Written")
          assert.strictEqual(textOf(yield* found(store, "a")), "two")
        }))

      test("of 100 that add at the same time exactly one writes", (store) =>
        Effect.gen(function*() {
          const outcomes = yield* Effect.forEach(
            Array.from({ length: 100 }, (_, at) => at),
            (at) => store.add("race", bytes(at)),
            { concurrency: "unbounded" }
          )
          const winners = outcomes.flatMap(({ _tag }, at) => _tag === "Written" ? [at] : [])
          assert.strictEqual(winners.length, 1)
          assert.strictEqual(textOf(yield* found(store, "race")), String(winners[0]))
        }))

      test("replace writes only in place of what was seen", (store) =>
        Effect.gen(function*() {
          assert.deepStrictEqual(yield* store.replace("a", bytes("none"), "\"0\""), ConditionalOutcome.Refused())
          yield* store.save("a", bytes("one"))
          const { etag } = yield* found(store, "a")
          const replaced = yield* store.replace("a", bytes("two"), etag)
          assert.strictEqual(replaced._tag, "Written")
          const two = yield* found(store, "a")
          assert.strictEqual(textOf(two), "two")
          if (replaced._tag === "Written" && Option.isSome(replaced.etag)) {
            assert.strictEqual(replaced.etag.value, two.etag)
          }
          assert.deepStrictEqual(yield* store.replace("a", bytes("three"), etag), ConditionalOutcome.Refused())
          assert.strictEqual(textOf(yield* found(store, "a")), "two")
          yield* store.remove("a")
          assert.deepStrictEqual(yield* store.replace("a", bytes("four"), two.etag), ConditionalOutcome.Refused())
          assert.deepStrictEqual(yield* store.load("a"), LoadOutcome.Absent())
        }))

      test("of those that replace the same content at most one does, and nothing is lost", (store) =>
        Effect.gen(function*() {
          for (let round = 0; round < 3; round++) {
            yield* store.save("race", bytes("start ", round))
            const { etag } = yield* found(store, "race")
            const outcomes = yield* Effect.forEach(
              Array.from({ length: 20 }, (_, at) => at),
              (at) => store.replace("race", bytes(round, " by ", at), etag),
              { concurrency: "unbounded" }
            )
            const winner = textOf(yield* found(store, "race"))
            const written = outcomes.flatMap(({ _tag }, at) => _tag === "Written" ? [`${round} by ${at}`] : [])
            const unknown = outcomes.flatMap(({ _tag }, at) => _tag === "Unknown" ? [`${round} by ${at}`] : [])
            assert.isAtMost(written.length, 1)
            assert.include([...written, ...(written.length === 0 ? unknown : [])], winner)
          }
        }))

      test("a counter that is only replaced counts every step", (store) =>
        Effect.gen(function*() {
          yield* store.save("counter", bytes(0))
          const step: Effect.Effect<void, unknown> = Effect.gen(function*() {
            const object = yield* found(store, "counter")
            const mine = `${Number(textOf(object).split(" ")[0]) + 1} ${Math.random()}`
            const outcome = yield* store.replace("counter", bytes(mine), object.etag)
            if (outcome._tag === "Written") return
            // Nothing tells what became of it: whoever sees his own write has counted.
            if (outcome._tag === "Unknown" && textOf(yield* found(store, "counter")) === mine) return
            yield* step
          })
          yield* Effect.forEach(Array.from({ length: 4 }), () => Effect.repeatN(step, 4), { concurrency: "unbounded" })
          assert.strictEqual(textOf(yield* found(store, "counter")).split(" ")[0], "20")
        }))

      test("add and remove can be repeated, whoever was there before", (store) =>
        Effect.gen(function*() {
          for (let round = 0; round < 5; round++) {
            assert.strictEqual((yield* store.add("again", bytes(round)))._tag, "Written")
            assert.strictEqual(textOf(yield* found(store, "again")), String(round))
            yield* store.remove("again")
          }
        }))
    } else {
      test("says that it cannot write on conditions, and writes nothing", (store) =>
        Effect.gen(function*() {
          const added = yield* Effect.flip(store.add("a", bytes("one")))
          assert.strictEqual(added.reason, "ConditionalWritesUnsupported")
          assert.deepStrictEqual(yield* store.load("a"), LoadOutcome.Absent())
          yield* store.save("a", bytes("one"))
          const { etag } = yield* found(store, "a")
          const replaced = yield* Effect.flip(store.replace("a", bytes("two"), etag))
          assert.strictEqual(replaced.reason, "ConditionalWritesUnsupported")
          assert.strictEqual(textOf(yield* found(store, "a")), "one")
        }))
    }

    test("removes only what was seen, or says that it cannot", (store) =>
      Effect.gen(function*() {
        yield* store.save("a", bytes("old"))
        const { etag } = yield* found(store, "a")
        yield* store.save("a", bytes("fresh"))
        const stale = yield* store.removeIfMatch("a", etag)
        const fresh = yield* found(store, "a")
        assert.strictEqual(textOf(fresh), "fresh")
        const works = deletes ?? stale !== "unsupported"
        assert.strictEqual(stale, works ? "refused" : "unsupported")
        assert.strictEqual(yield* store.removeIfMatch("a", fresh.etag), works ? "removed" : "unsupported")
        assert.strictEqual((yield* store.load("a"))._tag, works ? "Absent" : "Found")
        yield* store.remove("a")
        assert.strictEqual(yield* store.removeIfMatch("a", fresh.etag), works ? "refused" : "unsupported")
      }))

    it.effect("does what a Map does", () =>
      Effect.promise(() =>
        fc.assert(
          fc.asyncProperty(fc.array(command(conditions, deletes === true), { maxLength: 30 }), (commands) =>
            Effect.runPromise(Effect.scoped(Effect.gen(function*() {
              const store = Context.get(yield* Layer.build(Layer.fresh(layer)), ObjectStore)
              const model = new Map<string, string>()
              const etags = new Map<string, string>()
              for (const each of commands) yield* run(store, model, etags, each)
            })))),
          property(modelRuns)
        )
      ))
  })
}

interface Command {
  readonly verb: "save" | "load" | "add" | "replace" | "remove" | "removeIfMatch"
  readonly name: string
  readonly body: string
}

const command = (conditions: boolean, deletes: boolean): fc.Arbitrary<Command> =>
  fc.record({
    verb: fc.constantFrom(
      "save",
      "load",
      "remove",
      ...(conditions ? ["add" as const, "replace" as const] : []),
      ...(deletes ? ["removeIfMatch" as const] : [])
    ),
    name: fc.constantFrom("a", "a/b", "c"),
    body: fc.string({ maxLength: 5 })
  })

/** Runs a command, and compares with a model. `etags` are those that were seen last, and may be out of date. */
const run = (
  store: ObjectStore,
  model: Map<string, string>,
  etags: Map<string, string>,
  { body, name, verb }: Command
) =>
  Effect.gen(function*() {
    const expected = model.get(name)
    const object = yield* store.load(name)
    assert.strictEqual(object._tag === "Found" ? textOf(object) : undefined, expected)
    const current = object._tag === "Found" ? object.etag : undefined
    const seen = etags.get(name) ?? "\"0\""
    switch (verb) {
      case "save":
        yield* store.save(name, Buffer.from(body))
        model.set(name, body)
        break
      case "load":
        if (current !== undefined) etags.set(name, current)
        break
      case "add": {
        const outcome = yield* store.add(name, Buffer.from(body))
        assert.strictEqual(outcome._tag, expected === undefined ? "Written" : "Refused")
        if (expected === undefined) model.set(name, body)
        break
      }
      case "replace": {
        const outcome = yield* store.replace(name, Buffer.from(body), seen)
        assert.strictEqual(outcome._tag, seen === current ? "Written" : "Refused")
        if (seen === current) model.set(name, body)
        break
      }
      case "remove":
        yield* store.remove(name)
        model.delete(name)
        break
      case "removeIfMatch": {
        const outcome = yield* store.removeIfMatch(name, seen)
        assert.strictEqual(outcome, seen === current ? "removed" : "refused")
        if (seen === current) model.delete(name)
        break
      }
    }
  })
