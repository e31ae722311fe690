import { assert, describe, it } from "@effect/vitest"
import { Chunk, Deferred, Effect, Equal, Fiber, Option, Schema, Stream, TestClock } from "effect"
import { type CacheKey, Keyspace, type S3CacheService } from "effect-aws-cache/S3Store"
import { explain } from "../../../src/Command/bucket/explain.js"
import { survey } from "../../../src/Command/bucket/survey.js"
import { makeTagMarks } from "../../../src/Command/bucket/tagMarks.js"
import { eventually } from "../../support/until.js"
import { makeBucket } from "../bucketOf.js"
import { ada1, ada2, grace1, grace2, NoSuchPerson, peopleOf, Person1, Person2, Person3, toPerson2 } from "./people.js"

/** A program: a keyspace with a cache of its own, and what it knows two people as. */
interface Program<V> {
  readonly name: string
  readonly space: Keyspace<string, V, NoSuchPerson>
  readonly ada: V
  readonly grace: V
}

/** What a program does, with the types of its version left behind. */
const actor = <V>(cache: S3CacheService, { ada, grace, name, space }: Program<V>) => {
  let computed = 0
  const count = <A, E>(effect: Effect.Effect<A, E>) => Effect.suspend(() => (computed++, effect))
  const seen = (value: V): string =>
    value === undefined ? "" : JSON.stringify(value) === JSON.stringify(ada)
      ? "Ada"
      : JSON.stringify(value) === JSON.stringify(grace)
      ? "Grace"
      : JSON.stringify(value)
  const valueOf = (who: "Ada" | "Grace") => who === "Ada" ? ada : grace
  const key = (id: string): CacheKey<string, V, NoSuchPerson> => space.key(id)
  return {
    name,
    computed: () => computed,
    objectName: (id: string) => key(id).objectName,
    set: (id: string, who: "Ada" | "Grace", tags?: ReadonlyArray<string>) =>
      cache.set(key(id), valueOf(who), tags === undefined ? {} : { tags }),
    add: (id: string, who: "Ada" | "Grace") => cache.add(key(id), valueOf(who)),
    get: (id: string) => Effect.map(cache.getOption(key(id)), Option.match({ onNone: () => "none", onSome: seen })),
    lookup: (id: string, who: "Ada" | "Grace" = "Grace", wait: Effect.Effect<void> = Effect.void) =>
      Effect.map(cache.getOrCompute(key(id), count(Effect.as(wait, valueOf(who)))), seen),
    fail: (id: string) =>
      Effect.map(
        Effect.flip(cache.getOrCompute(key(id), count(Effect.fail(new NoSuchPerson({ id }))))),
        (error) => error._tag
      ),
    refresh: (id: string, who: "Ada" | "Grace") => cache.refresh(key(id), count(Effect.succeed(valueOf(who)))),
    modify: (id: string, who: "Ada" | "Grace") => cache.modify(key(id), () => Effect.succeed(valueOf(who))),
    remove: (id: string) => cache.remove(key(id)),
    invalidate: (id: string) => cache.invalidate(key(id)),
    expire: (id: string) => cache.expire(key(id)),
    pop: (id: string) => Effect.map(cache.pop(key(id)), seen),
    invalidateTag: cache.invalidateTag,
    list: Effect.map(
      Stream.runCollect(cache.list(space)),
      (all) => Chunk.toReadonlyArray(all).map(({ key }) => key.input)
    ),
    purge: cache.purge(space),
    clear: cache.clear(space),
    unreadable: Effect.map(cache.stats, ({ unreadable }) => unreadable)
  }
}
type Actor = ReturnType<typeof actor>

/** Programs of versions that are deployed one after the other, and so live side by side. */
const pairs = ["first and both", "both and moved", "moved and last"] as const

const actorsOf = Effect.fnUntraced(function*(
  pair: typeof pairs[number],
  isSwapped: boolean,
  coordination: "none" | "lease"
) {
  const { both, first, last, moved } = peopleOf({ coordination })
  // Nothing but the bucket has anything: each look finds what the other one has done.
  const bucket = yield* makeBucket()
  const make = <V>(name: string, space: Keyspace<string, V, NoSuchPerson>, ada: V, grace: V) =>
    Effect.map(bucket.process({ maxSize: 0 }), (cache) => actor(cache, { name, space, ada, grace }))
  const [older, newer] = pair === "first and both"
    ? [yield* make("first", first, ada1, grace1), yield* make("both", both, ada2, grace2)]
    : pair === "both and moved"
    ? [yield* make("both", both, ada2, grace2), yield* make("moved", moved, ada2, grace2)]
    : [yield* make("moved", moved, ada2, grace2), yield* make("last", last, ada2, grace2)]
  const [one, other] = isSwapped ? [newer, older] : [older, newer]
  return { one, other, bucket }
})

const computations = (one: Actor, other: Actor) => [one.computed(), other.computed()]

describe("two versions of a program side by side", () => {
  for (const pair of pairs) {
    for (const isSwapped of [false, true]) {
      for (const coordination of ["none", "lease"] as const) {
        const how = `${pair}${isSwapped ? ", the other way round" : ""}, coordination: "${coordination}"`

        it.scoped(`share what is set, added, changed, removed and popped (${how})`, () =>
          Effect.gen(function*() {
            const { one, other } = yield* actorsOf(pair, isSwapped, coordination)
            assert.strictEqual(one.objectName("a"), other.objectName("a"))
            yield* one.set("a", "Ada")
            assert.strictEqual(yield* other.get("a"), "Ada")
            assert.strictEqual((yield* Effect.flip(other.add("a", "Grace")))._tag, "CacheExistsError")
            yield* other.modify("a", "Grace")
            assert.strictEqual(yield* one.get("a"), "Grace")
            yield* one.modify("a", "Ada")
            assert.strictEqual(yield* other.get("a"), "Ada")
            assert.deepStrictEqual(yield* other.list, ["a"])
            yield* other.remove("a")
            assert.strictEqual(yield* one.get("a"), "none")
            yield* other.add("b", "Ada")
            assert.strictEqual((yield* Effect.flip(one.add("b", "Grace")))._tag, "CacheExistsError")
            assert.strictEqual(yield* one.pop("b"), "Ada")
            assert.strictEqual(yield* other.get("b"), "none")
            yield* one.set("c", "Grace")
            yield* other.expire("c")
            assert.strictEqual(yield* one.get("c"), "none")
            yield* one.set("d", "Grace")
            yield* other.invalidate("d")
            assert.strictEqual(yield* one.get("d"), "none")
            yield* one.set("e", "Grace")
            assert.strictEqual(yield* other.clear, 1)
            assert.strictEqual(yield* one.get("e"), "none")
            assert.deepStrictEqual([yield* one.unreadable, yield* other.unreadable], [0, 0])
          }))

        it.scoped(`never compute for each other (${how})`, () =>
          Effect.gen(function*() {
            const { one, other } = yield* actorsOf(pair, isSwapped, coordination)
            assert.strictEqual(yield* one.lookup("a", "Ada"), "Ada")
            assert.strictEqual(yield* other.lookup("a"), "Ada")
            assert.strictEqual(yield* other.lookup("b", "Ada"), "Ada")
            assert.strictEqual(yield* one.lookup("b"), "Ada")
            assert.deepStrictEqual(computations(one, other), [1, 1])
            // Failures that are remembered.
            assert.strictEqual(yield* one.fail("c"), "NoSuchPerson")
            assert.strictEqual(yield* other.fail("c"), "NoSuchPerson")
            assert.strictEqual(yield* other.fail("d"), "NoSuchPerson")
            assert.strictEqual(yield* one.fail("d"), "NoSuchPerson")
            assert.deepStrictEqual(computations(one, other), [2, 2])
            // What one computes anew, the other one has.
            yield* one.refresh("a", "Grace")
            assert.strictEqual(yield* other.lookup("a", "Ada"), "Grace")
            yield* other.refresh("c", "Ada")
            assert.strictEqual(yield* one.lookup("c"), "Ada")
            assert.deepStrictEqual(computations(one, other), [3, 3])
            // Tags.
            yield* other.invalidateTag("people")
            yield* TestClock.adjust("10 seconds")
            assert.strictEqual(yield* one.get("a"), "none")
            assert.strictEqual(yield* one.lookup("b"), "Grace")
            assert.strictEqual(yield* other.lookup("b", "Ada"), "Grace")
            yield* one.set("f", "Ada", ["own"])
            yield* other.invalidateTag("own")
            yield* TestClock.adjust("10 seconds")
            assert.strictEqual(yield* one.get("f"), "none")
            assert.deepStrictEqual(computations(one, other), [4, 3])
            // When its time is over one of them computes for both.
            yield* TestClock.adjust("2 hours")
            assert.strictEqual(yield* other.lookup("b", "Ada"), "Ada")
            assert.strictEqual(yield* one.lookup("b"), "Ada")
            assert.deepStrictEqual(computations(one, other), [4, 4])
            assert.deepStrictEqual([yield* one.unreadable, yield* other.unreadable], [0, 0])
          }))
      }

      it.scoped(`wait for each other's lease (${pair}${isSwapped ? ", the other way round" : ""})`, () =>
        Effect.gen(function*() {
          const { one, other } = yield* actorsOf(pair, isSwapped, "lease")
          const began = yield* Deferred.make<void>()
          const end = yield* Deferred.make<void>()
          const first = yield* Effect.fork(
            one.lookup("a", "Ada", Effect.zipRight(Deferred.succeed(began, undefined), Deferred.await(end)))
          )
          yield* Deferred.await(began)
          const second = yield* Effect.fork(other.lookup("a"))
          yield* TestClock.adjust("1 second")
          yield* Deferred.succeed(end, undefined)
          const isDone = Effect.zipRight(TestClock.adjust("50 millis"), Effect.map(Fiber.poll(second), Option.isSome))
          yield* eventually(isDone)
          assert.deepStrictEqual([yield* Fiber.join(first), yield* Fiber.join(second)], ["Ada", "Ada"])
          assert.deepStrictEqual(computations(one, other), [1, 0])
        }))
    }
  }

  it.scoped("ask no more of the bucket than one", () =>
    Effect.gen(function*() {
      for (const pair of pairs) {
        const { bucket, one, other } = yield* actorsOf(pair, false, "none")
        yield* one.set("a", "Ada")
        yield* other.get("a")
        yield* other.lookup("b")
        yield* one.get("b")
        yield* other.invalidate("a")
        const asked = bucket.requests().filter(({ name }) => !name.startsWith(".tags/")).map(({ method }) => method)
        assert.deepStrictEqual(asked, ["PUT", "GET", "GET", "PUT", "GET", "DELETE"])
      }
    }))
})

describe("previous versions", () => {
  it.scoped("keep the time that is left, and when it was made", () =>
    Effect.gen(function*() {
      const { first, moved } = peopleOf()
      const { process } = yield* makeBucket()
      const [old, cache] = [yield* process(), yield* process()]
      yield* old.set(first.key("a"), ada1, { timeToLive: "10 minutes" })
      yield* TestClock.adjust("9 minutes")
      assert.deepStrictEqual(yield* cache.get(moved.key("a")), ada2)
      const entry = Option.getOrThrow(yield* cache.peekEntry(moved.key("a")))
      assert.strictEqual(entry.made, 0)
      assert.strictEqual(entry.expiresAt, 600_000)
      yield* TestClock.adjust("1 minute")
      assert.isTrue(Option.isNone(yield* cache.getOption(moved.key("a"))))
    }))

  it.scoped("give back to the older program what the newer one has written, after a roll-back", () =>
    Effect.gen(function*() {
      const { both, first, moved } = peopleOf()
      const { process } = yield* makeBucket()
      yield* (yield* process()).set(both.key("a"), ada2)
      assert.deepStrictEqual(yield* (yield* process()).get(first.key("a")), ada1)
      yield* (yield* process()).set(moved.key("b"), grace2)
      assert.deepStrictEqual(yield* (yield* process()).get(both.key("b")), grace2)
      // A program from before step 1 is none that step 2 may live beside: a miss, never a wrong value.
      const late = yield* process()
      assert.isTrue(Option.isNone(yield* late.getOption(first.key("b"))))
      assert.strictEqual((yield* late.stats).unreadable, 1)
    }))

  it.scoped("say of what has a form that is not read which one it is, and which are read", () =>
    Effect.gen(function*() {
      const { both, first, last, moved } = peopleOf({ onUnreadable: "fail" })
      const cache = yield* (yield* makeBucket()).process({ maxSize: 0 })
      const said = <V, F>(key: CacheKey<string, V, F>) =>
        Effect.map(Effect.flip(Effect.asVoid(cache.getOption(key))), String)
      yield* cache.set(first.key("a"), ada1)
      assert.include(
        yield* said(last.key("a")),
        "it has the form of version 1, and this keyspace reads version 2 only"
      )
      const Fourth = Keyspace.make("people", {
        key: Schema.String,
        value: Schema.String,
        version: "4",
        folder: "1",
        onUnreadable: "fail",
        previous: [Keyspace.previous({ version: "3", value: Schema.String, migrate: (old) => old })]
      })
      yield* cache.set(moved.key("b"), ada2)
      assert.include(
        yield* said(Fourth.key("b")),
        "it has the form of version 2, and this keyspace reads versions 4, 3 only"
      )
      assert.deepStrictEqual(yield* cache.get(both.key("b")), ada2)
    }))

  it.scoped("several, each converted by itself", () =>
    Effect.gen(function*() {
      const toThree = ({ born, first, last }: typeof Person2.Type): typeof Person3.Type => ({
        names: [first, last],
        year: born.getFullYear()
      })
      const { both, first, last, moved } = peopleOf()
      const common = { key: Schema.String, value: Person3, version: "3", timeToLive: "1 hour" } as const
      const Third = Keyspace.make("people", {
        ...common,
        previous: [
          Keyspace.previous({ version: "2", value: Person2, migrate: toThree }),
          Keyspace.previous({ version: "1", value: Person1, migrate: (old) => toThree(toPerson2(old)) })
        ]
      })
      const Reverting = Keyspace.make("people", {
        ...common,
        previous: [
          Keyspace.previous({
            version: "2",
            value: Person2,
            migrate: toThree,
            revert: ({ names: [first = "", last = ""], year }) => ({ first, last, born: new Date(Date.UTC(year, 5)) })
          }),
          Keyspace.previous({ version: "1", value: Person1, migrate: (old) => toThree(toPerson2(old)) })
        ]
      })
      const { process } = yield* makeBucket()
      const cache = yield* process({ maxSize: 0 })
      const ada3 = { names: ["Ada", "Lovelace"], year: 1815 }
      for (
        const write of [
          cache.set(first.key("a"), ada1),
          cache.set(both.key("a"), ada2),
          cache.set(moved.key("a"), ada2)
        ]
      ) {
        yield* write
        assert.deepStrictEqual(yield* cache.get(Third.key("a")), ada3)
        assert.deepStrictEqual(yield* cache.get(Reverting.key("a")), ada3)
      }
      yield* cache.set(Reverting.key("b"), ada3)
      assert.strictEqual((yield* cache.get(last.key("b"))).last, "Lovelace")
      assert.deepStrictEqual(yield* cache.get(Third.key("b")), ada3)
      yield* cache.set(Third.key("c"), ada3)
      assert.deepStrictEqual(yield* cache.get(Reverting.key("c")), ada3)
    }))

  it.scoped("what cannot be converted is unreadable, and what cannot be reverted is not written", () =>
    Effect.gen(function*() {
      const { both, first, moved } = peopleOf()
      const Strict = Keyspace.make("people", {
        key: Schema.String,
        value: Person2,
        version: "2",
        previous: [
          Keyspace.previous({
            version: "1",
            value: Person1,
            migrate: (old): typeof Person2.Type => {
              throw new RangeError(old.name)
            }
          })
        ]
      })
      const { process } = yield* makeBucket()
      const cache = yield* process({ maxSize: 0 })
      // No last name: what migrate makes of it does not fit.
      yield* cache.set(first.key("a"), { name: "", born: new Date(0) })
      const events = yield* cache.events.pipe(
        Stream.filter((event) => event._tag === "Unreadable"),
        Stream.map((event) => "detail" in event ? event.detail : ""),
        Stream.take(2),
        Stream.runCollect,
        Effect.fork
      )
      yield* Effect.yieldNow()
      yield* eventually(Effect.map(
        Effect.zipRight(
          cache.getOption(moved.key("a")),
          Effect.zipRight(cache.getOption(Strict.key("a")), cache.stats)
        ),
        ({ unreadable }) => unreadable >= 2
      ))
      const details = Chunk.toReadonlyArray(yield* Fiber.join(events))
      assert.match(details[0] ?? "", /^\$\.last expected/)
      assert.strictEqual(details[1], "its migrate from version 1 threw RangeError")
      // It is computed, and takes its place.
      assert.deepStrictEqual(yield* cache.getOrCompute(moved.key("a"), Effect.succeed(ada2)), ada2)
      assert.deepStrictEqual(yield* cache.get(moved.key("a")), ada2)

      const comma = { ...ada2, last: "Lovelace, née Byron" }
      const refused = yield* Effect.flip(cache.set(both.key("b"), comma))
      assert.strictEqual(refused._tag, "CacheEncodeError")
      assert.include(refused.message, "its revert to version 1 threw RangeError")
      assert.notInclude(refused.message, "Byron")
      const keeping = yield* process()
      assert.deepStrictEqual(yield* keeping.getOrCompute(both.key("b"), Effect.succeed(comma)), comma)
      assert.deepStrictEqual(yield* keeping.get(both.key("b")), comma)
      assert.isTrue(Option.isNone(yield* cache.getOption(both.key("b"))))
      // What does not fit its own schema is not written in another form either.
      assert.strictEqual((yield* Effect.flip(cache.set(both.key("c"), { ...ada2, last: "" })))._tag, "CacheEncodeError")
    }))

  it.scoped("take no promise for a value, and one that is rejected ends no process", () =>
    Effect.gen(function*() {
      const withThen = (held: unknown, field = "then") => ({ [field]: held })
      const rejected = () => Promise.reject(new RangeError("no such name"))
      const Any = (migrate: () => unknown, revert?: () => unknown) =>
        Keyspace.make("any", {
          key: Schema.String,
          value: Schema.Unknown,
          version: "2",
          // What a program without types may do.
          previous: [Keyspace.previous({ version: "1", value: Schema.Unknown, migrate, revert })]
        })
      const First = Keyspace.make("any", { key: Schema.String, value: Schema.Unknown })
      const { process: start } = yield* makeBucket()
      const cache = yield* start({ maxSize: 0 })
      const unhandled: Array<unknown> = []
      const listener = (reason: unknown) => void unhandled.push(reason)
      process.on("unhandledRejection", listener)
      yield* Effect.addFinalizer(() => Effect.sync(() => process.off("unhandledRejection", listener)))
      yield* cache.set(First.key("a"), "old")
      for (const made of [rejected, () => Promise.resolve("new"), () => withThen(() => {})]) {
        assert.isTrue(Option.isNone(yield* cache.getOption(Any(made).key("a"))))
        const refused = yield* Effect.flip(cache.set(Any(() => "", made).key("b"), "new"))
        assert.strictEqual(refused._tag, "CacheEncodeError")
        assert.include(refused.message, "its revert to version 1 returned a promise, which is no value")
      }
      assert.strictEqual((yield* cache.stats).unreadable, 3)
      // What is no function is a field like any other.
      assert.deepStrictEqual(yield* cache.get(Any(() => withThen("text")).key("a")), withThen("text"))
      yield* Effect.promise(() => new Promise((resolve) => setImmediate(resolve)))
      assert.deepStrictEqual(unhandled, [])
    }))

  it.scoped("with codecs of their own, encrypted and compressed", () =>
    Effect.gen(function*() {
      const Old = Keyspace.make("bytes", { key: Schema.String, value: Schema.Uint8ArrayFromSelf, codec: "raw" })
      const New = Keyspace.make("bytes", {
        key: Schema.String,
        value: Schema.String,
        version: "2",
        previous: [
          Keyspace.previous({
            version: "1",
            value: Schema.Uint8ArrayFromSelf,
            codec: "raw",
            migrate: (bytes) => Buffer.from(bytes).toString("utf8"),
            revert: (text) => new Uint8Array(Buffer.from(text))
          })
        ]
      })
      const { process } = yield* makeBucket()
      const cache = yield* process({ maxSize: 0, compression: { algorithm: "gzip", threshold: 1 } })
      yield* cache.set(Old.key("a"), new Uint8Array(Buffer.from("words ".repeat(100))))
      assert.strictEqual(yield* cache.get(New.key("a")), "words ".repeat(100))
      yield* cache.set(New.key("b"), "more words ".repeat(100))
      assert.deepStrictEqual(yield* cache.get(Old.key("b")), new Uint8Array(Buffer.from("more words ".repeat(100))))
    }))

  it.scoped("are of one cache, too: keys of both versions are equal, and each keyspace gets its own type", () =>
    Effect.gen(function*() {
      const { both, first, moved } = peopleOf()
      const { process } = yield* makeBucket()
      const cache = yield* process()
      yield* cache.set(first.key("a"), ada1)
      assert.deepStrictEqual(yield* cache.get(both.key("a")), ada2)
      assert.deepStrictEqual(yield* cache.get(first.key("a")), ada1)
      yield* cache.set(moved.key("a"), grace2)
      assert.deepStrictEqual(yield* cache.get(both.key("a")), grace2)
      assert.isTrue(Equal.equals(moved.key("a"), first.key("a")))
      assert.deepStrictEqual([moved.version, moved.folder, first.folder], ["2", "1", "1"])
    }))

  it.scoped("leave alone what migrate and revert take from the program: it is neither frozen nor kept", () =>
    Effect.gen(function*() {
      const nobody = { first: "", last: "nobody", tags: ["a"] }
      const written = { name: "nobody", tags: ["b"] }
      const value = Schema.Struct({
        first: Schema.String,
        last: Schema.String,
        tags: Schema.mutable(Schema.Array(Schema.String))
      })
      const Space = Keyspace.make("constants", {
        key: Schema.String,
        value,
        version: "2",
        previous: [
          Keyspace.previous({
            version: "1",
            value: Schema.Struct({ name: Schema.String, tags: Schema.Array(Schema.String) }),
            migrate: (): typeof value.Type => nobody,
            revert: () => written
          })
        ]
      })
      const { process } = yield* makeBucket()
      const cache = yield* process()
      const given = { first: "Ada", last: "Lovelace", tags: ["c"] }
      yield* cache.set(Space.key("a"), given)
      const found = yield* cache.get(Space.key("a"))
      assert.isTrue(Object.isFrozen(found))
      nobody.tags.push("d")
      for (const each of [nobody, nobody.tags, written, written.tags, given, given.tags]) {
        assert.isFalse(Object.isFrozen(each))
      }
      assert.deepStrictEqual(yield* cache.get(Space.key("a")), { first: "", last: "nobody", tags: ["a"] })
    }))

  it.scoped("that are retired are cleared by the name of their folder", () =>
    Effect.gen(function*() {
      const { first } = peopleOf()
      const Anew = Keyspace.make("people", { key: Schema.String, value: Person2, version: "2" })
      const { direct, process } = yield* makeBucket()
      const [old, cache] = [yield* process(), yield* process()]
      yield* old.set(first.key("a"), ada1)
      yield* old.set(first.key("b"), ada1)
      yield* cache.set(Anew.key("a"), ada2)
      const cleared = yield* cache.clear(Anew, { folder: "1" })
      assert.strictEqual(cleared, 2)
      assert.strictEqual((yield* direct.load(first.key("a").objectName))._tag, "Absent")
      assert.deepStrictEqual(yield* cache.get(Anew.key("a")), ada2)
      const refused = yield* Effect.exit(cache.clear(Anew, { folder: "../other" }))
      assert.include(String(refused), "folder")
      assert.deepStrictEqual(yield* cache.get(Anew.key("a")), ada2)
    }))

  it.scoped("are understood by the operator's command", () =>
    Effect.gen(function*() {
      const { both, last, moved } = peopleOf()
      const { direct, process } = yield* makeBucket()
      const cache = yield* process()
      yield* cache.set(both.key("a"), ada2)
      yield* cache.set(moved.key("b"), ada2, { tags: ["own"] })
      yield* cache.set(last.key("c"), ada2)
      const marksOf = yield* makeTagMarks(direct)
      const { spaces } = yield* survey(direct, { sample: 10, concurrency: 2 })
      assert.deepStrictEqual(spaces.map(({ entries, isVersion, space }) => ({ entries, isVersion, space })), [
        { entries: 3, isVersion: true, space: "people/1" }
      ])
      const explained = yield* explain(direct, marksOf, moved.key("b").objectName, undefined)
      assert.strictEqual(explained?.verdict?._tag, "Fresh")
      assert.deepStrictEqual([explained?.head?.version, explained?.head?.folder], ["2", "1"])
      yield* cache.invalidateTag("own")
      yield* TestClock.adjust("1 minute")
      const later = yield* explain(direct, yield* makeTagMarks(direct), moved.key("b").objectName, undefined)
      assert.strictEqual(later?.verdict?._tag, "Invalidated")
    }))

  it("refuses what makes no sense", () => {
    const value = Schema.String
    const previous = (version: string) => Keyspace.previous({ version, value, migrate: (old) => old })
    const make = (versions: ReadonlyArray<string>) => () =>
      Keyspace.make("x", { key: value, value, version: "3", previous: versions.map(previous) })
    assert.throws(make(["3"]), /previous is "3", but must be other versions than its own, each of them once/)
    assert.throws(make(["2", "1", "2"]), /previous is "2"/)
    assert.throws(make(["a/b"]), /a\/b/)
    assert.throws(() => Keyspace.make("x", { key: value, value, folder: ".." }), /folder/)
    assert.throws(() => Keyspace.previous(JSON.parse(`{ "version": "1" }`)), /value is undefined/)
    // @ts-expect-error: it says nothing of how values are converted
    assert.throws(() => Keyspace.previous({ version: "1", value }), /migrate is undefined/)
    // @ts-expect-error: it was not made by Keyspace.previous
    assert.throws(() => Keyspace.make("x", { key: value, value, previous: [{}] }), /Keyspace\.previous returns/)
    assert.strictEqual(make(["2", "1"])().folder, "1")
  })
})
