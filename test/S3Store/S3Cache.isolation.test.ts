import { assert, describe, it } from "@effect/vitest"
import { Chunk, Data, DateTime, Deferred, Effect, Either, Equal, Exit, Hash, HashMap, Option, Schema } from "effect"
import { Keyspace, ObjectStore } from "effect-aws-cache/S3Store"
import { makeS3CacheService } from "../../src/S3Store/cache/makeS3CacheService.js"
import { makeMemoryObjectStore } from "../../src/S3Store/objects/memoryObjectStore.js"
import { isolate, isolateData } from "../../src/S3Store/options/isolation.js"

const Row = Schema.Struct({ id: Schema.Number, list: Schema.mutable(Schema.Array(Schema.Number)) })
const Rows = Keyspace.make("rows", { key: Schema.String, value: Row })

/** A process over a second level, and another one. */
const processes = (options: Parameters<typeof makeS3CacheService>[1] = {}) =>
  Effect.flatMap(
    ObjectStore,
    (store) => Effect.all([makeS3CacheService(store, options), makeS3CacheService(store, options)])
  )
    .pipe(Effect.provide(ObjectStore.layerMemory()))

describe("isolation of values", () => {
  it.scoped("by default what memory gives is frozen, and the caller's own object is neither frozen nor kept", () =>
    Effect.gen(function*() {
      const [cache] = yield* processes()
      const own = { id: 1, list: [1] }
      yield* cache.set(Rows.key("a"), own)
      own.list.push(2)
      const given = yield* cache.get(Rows.key("a"))
      assert.deepStrictEqual(given, { id: 1, list: [1] })
      assert.throws(() => given.list.push(3), TypeError)
      assert.isFalse(Object.isFrozen(own) || Object.isFrozen(own.list))
      assert.strictEqual(yield* cache.get(Rows.key("a")), given, "all share it: a hit makes nothing")
    }))

  it.scoped("what was computed reaches all callers as later ones get it", () =>
    Effect.gen(function*() {
      const [cache] = yield* processes()
      const own = { id: 1, list: [1], excess: "no field of the schema" }
      const rows = yield* cache.memoize(Rows, () => Effect.as(Effect.yieldNow(), own))
      const given = yield* Effect.all([rows("a"), rows("a"), rows("a")], { concurrency: "unbounded" })
      own.list.push(2)
      for (const each of [...given, yield* rows("a"), yield* cache.get(Rows.key("a"))]) {
        assert.deepStrictEqual(each, { id: 1, list: [1] })
        assert.throws(() => each.list.push(3), TypeError)
      }
      assert.isFalse(Object.isFrozen(own))
    }))

  it.scoped("what memory does not keep is for each caller his own, too, however many have waited for it", () =>
    Effect.gen(function*() {
      const Bytes = Keyspace.make("bytes", { key: Schema.String, value: Schema.Uint8ArrayFromSelf, codec: "raw" })
      const Dates = Keyspace.make("dates", { key: Schema.String, value: Schema.Struct({ at: Schema.Date }) })
      const [cache] = yield* processes({ maxSize: 0 })
      const bytes = new Uint8Array([1, 2, 3])
      yield* cache.set(Bytes.key("a"), bytes)
      yield* cache.set(Dates.key("a"), { at: new Date(5) })
      bytes.fill(0)
      const spoiled = Effect.map(cache.get(Bytes.key("a")), (read) => {
        const seen = [...read]
        read.fill(9)
        return seen
      })
      const moved = Effect.map(cache.get(Dates.key("a")), ({ at }) => {
        const seen = at.getTime()
        at.setTime(9)
        return seen
      })
      for (const callers of [1, 3, 1]) {
        const all = <A, E>(one: Effect.Effect<A, E>) =>
          Effect.all(Array.from({ length: callers }, () => one), { concurrency: "unbounded" })
        for (const seen of yield* all(spoiled)) assert.deepStrictEqual(seen, [1, 2, 3])
        for (const seen of yield* all(moved)) assert.strictEqual(seen, 5)
      }
      const both = yield* Effect.all([spoiled, Effect.option(cache.getOption(Bytes.key("a"))), spoiled], {
        concurrency: "unbounded"
      })
      assert.deepStrictEqual([both[0], both[2]], [[1, 2, 3], [1, 2, 3]])
    }))

  for (const isolation of ["freeze", "copy", "none"] as const) {
    for (const compression of [undefined, { algorithm: "gzip", threshold: 1 }] as const) {
      const how = compression === undefined ? isolation : `${isolation}, compressed`
      it.scoped(`bytes that are decoded in place are written whole, and read as often as one likes (${how})`, () =>
        Effect.gen(function*() {
          // Enciphered, say: whoever does it twice has it wrong.
          const flip = (bytes: Uint8Array) => bytes.forEach((byte, at) => (bytes[at] = byte ^ 0x20))
          const text = "Hello ".repeat(20)
          const previous = <V>(migrate: (bytes: Uint8Array) => V, revert: (value: V) => Uint8Array) =>
            Keyspace.previous({ version: "1", value: Schema.Uint8ArrayFromSelf, codec: "raw", migrate, revert })
          const enciphered = (text: string) => {
            const bytes = new Uint8Array(Buffer.from(text))
            flip(bytes)
            return bytes
          }
          const Texts = Keyspace.make("texts", {
            key: Schema.String,
            value: Schema.String,
            version: "2",
            previous: [previous((bytes) => (flip(bytes), Buffer.from(bytes).toString()), enciphered)]
          })
          const Bytes = Keyspace.make("bytes", {
            key: Schema.String,
            value: Schema.Uint8ArrayFromSelf,
            version: "2",
            codec: "raw",
            previous: [previous((bytes) => (flip(bytes), bytes), (value) => enciphered(Buffer.from(value).toString()))]
          })
          const [own, other] = yield* processes({ isolation, compression })
          yield* own.set(Texts.key("a"), text)
          yield* own.set(Bytes.key("a"), new Uint8Array(Buffer.from(text)))
          for (const cache of [own, other, own, other]) {
            assert.strictEqual(yield* cache.get(Texts.key("a")), text)
            assert.strictEqual(Buffer.from(yield* cache.get(Bytes.key("a"))).toString(), text)
          }
          assert.strictEqual((yield* other.stats).unreadable, 0)
        }))
    }
  }

  it.scoped("what waits to be written is nobody's to change, in memory or not", () =>
    Effect.gen(function*() {
      const Bytes = Keyspace.make("bytes", { key: Schema.String, value: Schema.Uint8ArrayFromSelf, codec: "raw" })
      const store = yield* makeMemoryObjectStore
      for (const maxSize of [0, 100]) {
        const gate = yield* Deferred.make<void>()
        const cache = yield* makeS3CacheService({
          ...store,
          save: (name, body) => Effect.zipRight(Deferred.await(gate), store.save(name, body))
        }, { maxSize, write: "behind" })
        yield* Effect.addFinalizer(() => Deferred.succeed(gate, undefined))
        const key = Bytes.key(`a${maxSize}`)
        const computed = yield* cache.getOrCompute(key, Effect.succeed(new Uint8Array([1, 2, 3])))
        computed.fill(9)
        for (let times = 0; times < 3; times++) {
          const read = yield* cache.get(key)
          assert.deepStrictEqual([...read], [1, 2, 3])
          read.fill(9)
        }
        yield* Deferred.succeed(gate, undefined)
        yield* cache.flush
        assert.deepStrictEqual([...(yield* (yield* makeS3CacheService(store)).get(key))], [1, 2, 3])
      }
    }))

  for (const isolation of ["freeze", "copy", "none"] as const) {
    it.scoped(`bytes are of the same class for all who get them (${isolation})`, () =>
      Effect.gen(function*() {
        const Packed = Keyspace.make("packed", {
          key: Schema.String,
          value: Schema.Struct({ bytes: Schema.Uint8ArrayFromSelf }),
          codec: "msgpack"
        })
        for (const maxSize of [0, 100]) {
          const [own, other] = yield* processes({ maxSize, isolation })
          yield* own.set(Packed.key("a"), { bytes: new Uint8Array([1]) })
          for (const cache of [own, other]) {
            const get = cache.get(Packed.key("a"))
            for (const { bytes } of yield* Effect.all([get, get], { concurrency: "unbounded" })) {
              assert.strictEqual(Object.getPrototypeOf(bytes), Uint8Array.prototype)
            }
            assert.strictEqual(Object.getPrototypeOf((yield* get).bytes), Uint8Array.prototype)
          }
        }
      }))
  }

  for (const write of ["through", "behind"] as const) {
    for (const isolation of ["freeze", "copy"] as const) {
      it.scoped(`memory gives what the second level gives (${isolation}, write ${write})`, () =>
        Effect.gen(function*() {
          const [here, there] = yield* processes({ isolation, write })
          const excess = { id: 1, list: [], more: 2 }
          const hidden = Object.defineProperty({ id: -0, list: [-0] }, "toJSON", { value: () => "no field either" })
          for (const [key, value] of [["excess", excess], ["zero", hidden]] as const) {
            yield* here.set(Rows.key(key), value)
            const waiting = yield* here.get(Rows.key(key))
            yield* here.flush
            const [one, other] = [yield* here.get(Rows.key(key)), yield* there.get(Rows.key(key))]
            assert.deepStrictEqual(Object.keys(one), Object.keys(other))
            assert.isTrue(Object.is(one.id, other.id) && Object.is(waiting.id, other.id))
            assert.deepStrictEqual(one, other)
          }
        }))
    }
  }

  it.scoped("an ambiguous union is decoded as the second level decodes it", () =>
    Effect.gen(function*() {
      const Mixed = Keyspace.make("either", {
        key: Schema.String,
        value: Schema.Union(Schema.NumberFromString, Schema.String)
      })
      const [here, there] = yield* processes()
      yield* here.set(Mixed.key("a"), "12")
      assert.strictEqual(yield* here.get(Mixed.key("a")), yield* there.get(Mixed.key("a")))
    }))

  it.scoped("copy: each caller may change his own", () =>
    Effect.gen(function*() {
      const [cache] = yield* processes({ isolation: "copy" })
      const rows = yield* cache.memoize(Rows, () => Effect.as(Effect.yieldNow(), { id: 1, list: [1] }))
      const all = yield* Effect.all([rows("a"), rows("a"), rows("a")], { concurrency: "unbounded" })
      all.push(yield* rows("a"), yield* cache.get(Rows.key("a")), Option.getOrThrow(yield* cache.peek(Rows.key("a"))))
      for (const [at, each] of all.entries()) {
        assert.deepStrictEqual(each.list, [1], `caller ${at}`)
        each.list.push(9)
      }
    }))

  it.scoped("none: callers share what was given; a keyspace has the last word", () =>
    Effect.gen(function*() {
      const Shared = Keyspace.make("shared", { key: Schema.String, value: Row, isolation: "none" })
      const [cache] = yield* processes({ isolation: "copy" })
      const own = { id: 1, list: [1] }
      yield* cache.set(Shared.key("a"), own)
      assert.strictEqual(yield* cache.get(Shared.key("a")), own)
    }))

  class Point extends Schema.Class<Point>("Point")({ x: Schema.Number }) {}

  const mutable = {
    date: { value: new Date(7), schema: Schema.Date },
    map: { value: new Map([["a", 1]]), schema: Schema.Map({ key: Schema.String, value: Schema.Number }) },
    set: { value: new Set([1]), schema: Schema.Set(Schema.Number) },
    bytes: { value: new Uint8Array([1, 2]), schema: Schema.Uint8Array },
    url: { value: new URL("http://localhost/"), schema: Schema.URL }
  }
  for (const [name, { schema, value }] of Object.entries(mutable)) {
    it.scoped(`freeze: a ${name} cannot be frozen, so each caller gets his own`, () =>
      Effect.gen(function*() {
        // One type for all: what it is does not matter here.
        const Space = Keyspace.make("mutable", {
          key: Schema.String,
          value: Schema.Struct({ part: schema as Schema.Schema<object, unknown> })
        })
        const [cache] = yield* processes()
        yield* cache.set(Space.key("a"), { part: value })
        const [one, other] = [yield* cache.get(Space.key("a")), yield* cache.get(Space.key("a"))]
        assert.notStrictEqual(one.part, other.part)
        assert.notStrictEqual(one.part, value)
        assert.deepStrictEqual(one, other)
      }))
  }

  it.scoped("instances and Effect's data types work when they are frozen", () =>
    Effect.gen(function*() {
      const Value = Schema.Struct({
        point: Point,
        maybe: Schema.Option(Schema.Array(Schema.Number)),
        many: Schema.Chunk(Schema.Number),
        table: Schema.HashMap({ key: Schema.String, value: Schema.Number }),
        at: Schema.DateTimeUtc,
        amount: Schema.BigDecimal,
        data: Schema.Data(Schema.Struct({ a: Schema.Number }))
      })
      const Space = Keyspace.make("data", { key: Schema.String, value: Value })
      const [cache] = yield* processes()
      yield* cache.set(Space.key("a"), {
        point: new Point({ x: 1 }),
        maybe: Option.some([1]),
        many: Chunk.make(1, 2),
        table: HashMap.make(["a", 1]),
        at: DateTime.unsafeMake(0),
        amount: Schema.decodeSync(Schema.BigDecimal)("1.50"),
        data: Data.struct({ a: 1 })
      })
      const given = yield* cache.get(Space.key("a"))
      assert.strictEqual(yield* cache.get(Space.key("a")), given)
      assert.isTrue(Equal.equals(given.point, new Point({ x: 1 })) && Hash.hash(given.point) === Hash.hash(given.point))
      assert.isTrue(Equal.equals(given.data, Data.struct({ a: 1 })))
      assert.deepStrictEqual(Chunk.toReadonlyArray(Chunk.append(given.many, 3)), [1, 2, 3])
      assert.strictEqual(HashMap.size(HashMap.set(given.table, "b", 2)), 2)
      assert.strictEqual(DateTime.toPartsUtc(given.at).year, 1970)
      assert.isTrue(Equal.equals(given.amount, Schema.decodeSync(Schema.BigDecimal)("1.5")))
      assert.throws(() => Object.assign(given.point, { x: 2 }), TypeError)
      assert.throws(() => Object.assign(Option.getOrThrow(given.maybe), [2]), TypeError)
    }))

  it("a value with a cycle, or very deep, is frozen too", () => {
    const cycle: { self?: unknown; inner: object } = { inner: {} }
    cycle.self = cycle
    let deep: object = {}
    for (let at = 0; at < 100_000; at++) deep = { deep }
    for (const value of [cycle, deep]) {
      const isolated = isolate("freeze", value, Either.right)
      assert.isTrue(Either.isRight(isolated) && isolated.right.copy === undefined)
      assert.isTrue(Object.isFrozen(value))
    }
  })

  for (const isolation of ["freeze", "copy", "none"] as const) {
    for (const what of ["too large", "of no JSON", "an instance"] as const) {
      it.scoped(`a computed value that cannot be written, being ${what}, is kept apart, too (${isolation})`, () =>
        Effect.gen(function*() {
          const Anything = Keyspace.make("anything", { key: Schema.String, value: Schema.Any, isolation })
          const cache = yield* makeS3CacheService(yield* makeMemoryObjectStore, { maxEntryBytes: 200 })
          const instance = new (class Counter {
            list = ["a"]
            big = 1n
          })()
          const given = {
            "too large": { list: ["a".repeat(300)] },
            "of no JSON": { list: ["a", 1n], at: new Map([["day", new Date(0)]]) },
            "an instance": instance
          }[what]
          const before = structuredClone(given)
          const compute = cache.getOrCompute(Anything.key("a"), Effect.succeed(given))
          const first = yield* compute
          try {
            first.list.push("changed")
          } catch (error) {
            assert.instanceOf(error, TypeError)
          }
          const second = yield* cache.getOrCompute(Anything.key("a"), Effect.succeed("computed anew"))
          if (isolation === "none" || what === "an instance") {
            assert.strictEqual(second, given, "nobody can copy it")
          } else {
            assert.deepStrictEqual(second, before)
            assert.deepStrictEqual(given, before)
            assert.isFalse(Object.isFrozen(given))
          }
        }))
    }
  }

  it("data that is too deep to be cloned, or has more than data in it, is left as it is", () => {
    let deep: object = {}
    for (let at = 0; at < 100_000; at++) deep = { deep }
    for (
      const value of [
        deep,
        { run: () => 1 },
        {
          get now() {
            return 1
          }
        },
        { [Symbol.for("s")]: 1 },
        Buffer.from("b")
      ]
    ) {
      const content = Exit.succeed(value)
      assert.strictEqual(isolateData("freeze", content, value).value, content)
      assert.isFalse(Object.isFrozen(value))
    }
  })

  it.scoped("what nobody could read again is not written", () =>
    Effect.gen(function*() {
      const OneWay = Keyspace.make("one-way", {
        key: Schema.String,
        value: Schema.transform(Schema.Number, Schema.String, { decode: String, encode: () => 1.5, strict: true }).pipe(
          Schema.filter((text) => text !== "1.5")
        )
      })
      const [cache] = yield* processes()
      const error = yield* Effect.flip(cache.set(OneWay.key("a"), "2"))
      assert.strictEqual(error._tag, "CacheEncodeError")
      const computed = yield* cache.getOrCompute(OneWay.key("b"), Effect.succeed("2"))
      assert.strictEqual(computed, "2", "a computed value reaches its caller all the same")
    }))
})
