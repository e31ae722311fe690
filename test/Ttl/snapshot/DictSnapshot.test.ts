import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import * as FileSystem from "@effect/platform/FileSystem"
import { assert, describe, it } from "@effect/vitest"
import { DictSnapshot, TtlDict } from "effect-aws-cache/Ttl"
import * as Data from "effect/Data"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import * as TestClock from "effect/TestClock"
import { Buffer } from "node:buffer"
import { warnings } from "../../support/warnings.js"

/** A path in a folder that is gone when the scope closes. */
const somewhere = Effect.flatMap(
  FileSystem.FileSystem,
  (fs) => Effect.map(fs.makeTempDirectoryScoped(), (folder) => `${folder}/dict.snapshot`)
)

const form = { name: "numbers", key: Schema.String, value: Schema.Number }
const weighed = { maxBytes: 100, weigher: () => 10 }

class Account extends Schema.Class<Account>("Account")({
  owner: Schema.String,
  opened: Schema.Date,
  limit: Schema.BigInt,
  alias: Schema.Option(Schema.String),
  token: Schema.Redacted(Schema.String)
}) {}

class Accounts extends TtlDict.Service<Accounts>()("app/Accounts", {
  key: Schema.Struct({ bank: Schema.String, number: Schema.NumberFromString }),
  value: Account,
  maxBytes: "1M"
}) {}

const account = (owner: string) =>
  new Account({
    owner,
    opened: new Date(86_400_000),
    limit: 2n ** 70n,
    alias: Option.some("ada"),
    token: Redacted.make("secret")
  })

describe("snapshots", () => {
  it.layer(NodeFileSystem.layer)((it) => {
    it.scoped("bring back order, values and moments of expiry", () =>
      Effect.gen(function*() {
        const path = yield* somewhere
        const dict = yield* TtlDict.make<string, number>({ timeToLive: "1 minute" })
        yield* dict.set("default", 1)
        yield* dict.set("long", 2, { timeToLive: "1 hour" })
        yield* dict.set("for ever", 3, { timeToLive: Duration.infinity })
        yield* dict.get("default")
        yield* TestClock.adjust("10 seconds")
        assert.deepStrictEqual(yield* DictSnapshot.snapshot(dict, form, path), { entries: 3, skipped: 0 })

        yield* TestClock.adjust("20 seconds")
        const again = yield* TtlDict.make<string, number>({ timeToLive: "2 seconds" })
        assert.deepStrictEqual(yield* DictSnapshot.restore(again, form, path), {
          outcome: "restored",
          entries: 3,
          expired: 0,
          skipped: 0,
          refused: 0
        })
        assert.deepStrictEqual(yield* again.entriesWithExpiry, [
          ["long", 2, 3_600_000],
          ["for ever", 3, Number.POSITIVE_INFINITY],
          ["default", 1, 60_000]
        ])
        yield* again.set("new", 4)
        assert.deepStrictEqual(yield* again.timeToLive("new"), Duration.seconds(2))
      }))

    it.scoped("drop what has expired meanwhile, to the millisecond", () =>
      Effect.gen(function*() {
        const path = yield* somewhere
        const dict = yield* TtlDict.make<string, number>()
        yield* dict.setMany([["a", 1, { timeToLive: 1000 }], ["b", 2, { timeToLive: 1001 }], ["c", 3]])
        yield* DictSnapshot.snapshot(dict, form, path)
        yield* TestClock.adjust(1000)
        const again = yield* TtlDict.make<string, number>()
        const report = yield* DictSnapshot.restore(again, form, path)
        assert.deepStrictEqual(report, { outcome: "restored", entries: 2, expired: 1, skipped: 0, refused: 0 })
        assert.deepStrictEqual(yield* again.keys, ["b", "c"])
      }))

    it.scoped("leave out what had expired when they were taken", () =>
      Effect.gen(function*() {
        const path = yield* somewhere
        const dict = yield* TtlDict.make<string, number>({ timeToLive: "1 second" })
        yield* dict.set("a", 1)
        yield* TestClock.adjust("1 second")
        assert.deepStrictEqual(yield* DictSnapshot.snapshot(dict, form, path), { entries: 0, skipped: 0 })
        const report = yield* DictSnapshot.restore(dict, form, path)
        assert.deepStrictEqual(report, { outcome: "restored", entries: 0, expired: 0, skipped: 0, refused: 0 })
      }))

    it.scoped("keep the limits of the dictionary they are brought back into: the oldest do not fit", () =>
      Effect.gen(function*() {
        const path = yield* somewhere
        const dict = yield* TtlDict.make<string, number>(weighed)
        for (let at = 0; at < 10; at++) yield* dict.set(`${at}`, at)
        yield* DictSnapshot.snapshot(dict, form, path)

        const smaller = yield* TtlDict.make<string, number>({ ...weighed, maxBytes: 30 })
        yield* DictSnapshot.restore(smaller, form, path)
        assert.deepStrictEqual(yield* smaller.keys, ["7", "8", "9"])
        const { maxBytes } = yield* smaller.limits
        assert.strictEqual(maxBytes, 30)
      }))

    it.scoped("count as back only what is in the dictionary afterwards", () =>
      Effect.gen(function*() {
        const path = yield* somewhere
        const dict = yield* TtlDict.make<string, number>()
        for (let at = 0; at < 5; at++) yield* dict.set(`${at}`, at)
        yield* DictSnapshot.snapshot(dict, form, path)
        for (const maxSize of [5, 2, 0]) {
          const again = yield* TtlDict.make<string, number>({ maxSize })
          const report = yield* DictSnapshot.restore(again, form, path)
          assert.deepStrictEqual(report, {
            outcome: "restored",
            entries: maxSize,
            expired: 0,
            skipped: 5 - maxSize,
            refused: 0
          })
          assert.strictEqual(yield* again.size, maxSize)
        }
      }))

    it.scoped("count what expires while they are brought back as expired", () =>
      Effect.gen(function*() {
        const path = yield* somewhere
        const dict = yield* TtlDict.make<string, number>()
        yield* dict.setMany([["a", 1, { timeToLive: 1000 }], ["b", 2]])
        yield* DictSnapshot.snapshot(dict, form, path)
        const again = yield* TtlDict.make<string, number>()
        const slow = {
          ...again,
          add: (key: string, value: number, options: { readonly expiresAt: number }) =>
            Effect.zipRight(TestClock.adjust(600), again.add(key, value, options))
        }
        const report = yield* DictSnapshot.restore(slow, form, path)
        assert.deepStrictEqual(report, { outcome: "restored", entries: 1, expired: 1, skipped: 0, refused: 0 })
        assert.deepStrictEqual(yield* again.keys, ["b"])
      }))

    it.scoped("take the limits with them when asked to", () =>
      Effect.gen(function*() {
        const path = yield* somewhere
        const limits = { maxBytes: 1000, maxSize: 12, timeToLive: 5000 }
        const dict = yield* TtlDict.make<string, number>({ ...weighed, ...limits })
        for (let at = 0; at < 20; at++) yield* dict.set(`${at}`, at)
        yield* DictSnapshot.snapshot(dict, form, path)

        const other = yield* TtlDict.make<string, number>({ ...weighed, maxSize: 3 })
        yield* DictSnapshot.restore(other, form, path, { limits: "restore" })
        assert.deepStrictEqual(yield* other.limits, limits)
        assert.deepStrictEqual(yield* other.keys, yield* dict.keys)

        const unlimited = yield* TtlDict.make<string, number>({ ...weighed, maxBytes: Infinity })
        yield* DictSnapshot.snapshot(unlimited, form, path)
        yield* DictSnapshot.restore(other, form, path, { limits: "restore" })
        assert.deepStrictEqual(yield* other.limits, yield* unlimited.limits)
      }))

    it.scoped("leave entries alone that are there already", () =>
      Effect.gen(function*() {
        const path = yield* somewhere
        const dict = yield* TtlDict.make<string, number>()
        yield* dict.setMany([["a", 1], ["b", 2]])
        yield* DictSnapshot.snapshot(dict, form, path)
        yield* dict.set("a", 100, { timeToLive: "1 minute" })
        yield* dict.remove("b")
        const report = yield* DictSnapshot.restore(dict, form, path)
        assert.deepStrictEqual(report, { outcome: "restored", entries: 1, expired: 0, skipped: 1, refused: 0 })
        assert.deepStrictEqual(yield* dict.entries, [["a", 100], ["b", 2]])
        assert.deepStrictEqual(yield* dict.timeToLive("a"), Duration.minutes(1))
      }))

    it.scoped("leave out what is too large, or cannot be weighed, where they are brought back", () =>
      Effect.gen(function*() {
        const path = yield* somewhere
        const dict = yield* TtlDict.make<string, number>()
        yield* dict.setMany([["a", 5], ["b", 50], ["c", 13], ["d", 6]])
        yield* DictSnapshot.snapshot(dict, form, path)
        const small = yield* TtlDict.make<string, number>({
          maxBytes: 20,
          weigher: (_, value) => value === 13 ? Number.NaN : value
        })
        const report = yield* DictSnapshot.restore(small, form, path)
        assert.deepStrictEqual(report, { outcome: "restored", entries: 2, expired: 0, skipped: 2, refused: 0 })
        assert.deepStrictEqual(yield* small.entries, [["a", 5], ["d", 6]])
      }))

    it.scoped("hold as many entries as there are, of any size", () =>
      Effect.gen(function*() {
        const path = yield* somewhere
        const texts = { name: "texts", key: Schema.Number, value: Schema.String }
        const dict = yield* TtlDict.make<number, string>({ maxBytes: "64M" })
        for (let at = 0; at < 5000; at++) yield* dict.set(at, "x".repeat(at % 500 === 0 ? 1_000_000 : at % 50))
        assert.deepStrictEqual(yield* DictSnapshot.snapshot(dict, texts, path), { entries: 5000, skipped: 0 })
        const again = yield* TtlDict.make<number, string>({ maxBytes: "64M" })
        yield* DictSnapshot.restore(again, texts, path)
        assert.deepStrictEqual(yield* again.entries, yield* dict.entries)
        assert.strictEqual(yield* again.byteSize, yield* dict.byteSize)
      }))

    it.scoped("of dictionaries with schemas hold what the schemas encode", () =>
      Effect.gen(function*() {
        const path = yield* somewhere
        yield* Effect.gen(function*() {
          yield* Accounts.set({ bank: "first", number: 1 }, account("Ada"))
          yield* Accounts.set({ bank: "first", number: 2 }, account("Grace"), { timeToLive: "1 hour" })
          assert.deepStrictEqual(yield* Accounts.snapshot(path), { entries: 2, skipped: 0 })
        }).pipe(Effect.provide(Accounts.layer()))

        yield* Effect.gen(function*() {
          const report = yield* Accounts.restore(path)
          assert.strictEqual(report.entries, 2)
          const ada = yield* Accounts.get({ number: 1, bank: "first" })
          assert.instanceOf(ada, Account)
          assert.deepStrictEqual(ada, account("Ada"))
          assert.strictEqual(Redacted.value(ada.token), "secret")
          assert.deepStrictEqual(yield* Accounts.timeToLive({ bank: "first", number: 2 }), Duration.hours(1))
          // Written under the same key, not beside it.
          yield* Accounts.set({ bank: "first", number: 1 }, account("Alan"))
          assert.strictEqual(yield* Accounts.size, 2)
        }).pipe(Effect.provide(Accounts.layer()))
      }))

    it.scoped("of the default dictionary hold what a structured clone brings back", () =>
      Effect.gen(function*() {
        const path = yield* somewhere
        const shared = { text: "shared" }
        const values: ReadonlyArray<unknown> = [
          undefined,
          null,
          Number.NaN,
          -0,
          2n ** 100n,
          "\u4e2d",
          new Date(5),
          new Map([[1, new Set(["a"])]]),
          Buffer.from("bytes"),
          new Float64Array([1.5]),
          { nested: [shared, shared] }
        ]
        yield* Effect.gen(function*() {
          for (const [at, value] of values.entries()) yield* TtlDict.set(`${at}`, value)
          assert.deepStrictEqual(yield* TtlDict.snapshot(path), { entries: values.length, skipped: 0 })
        }).pipe(Effect.provide(TtlDict.layer({ maxBytes: "1M" })))
        yield* Effect.gen(function*() {
          yield* TtlDict.restore(path)
          assert.deepStrictEqual(yield* TtlDict.values, values)
        }).pipe(Effect.provide(TtlDict.layer({ maxBytes: "1M" })))
      }))

    it.scoped("leave out what cannot be brought back as it was, with a warning that shows nothing of it", () =>
      Effect.gen(function*() {
        const path = yield* somewhere
        const detached = new ArrayBuffer(8)
        structuredClone(detached, { transfer: [detached] })
        const { logger, messages } = warnings()
        yield* Effect.gen(function*() {
          yield* TtlDict.setMany([
            ["a", 1],
            ["function", () => "secret"],
            ["instance", Data.struct({ password: "secret" })],
            ["option", Option.some("secret")],
            ["b", 2],
            ["detached", detached],
            ["accessor", Object.defineProperty({}, "x", { get: () => assert.fail("it ran"), enumerable: true })],
            ["c", 3]
          ])
          assert.deepStrictEqual(yield* TtlDict.snapshot(path), { entries: 3, skipped: 5 })
          yield* TtlDict.clear
          yield* TtlDict.restore(path)
          assert.deepStrictEqual(yield* TtlDict.entries, [["a", 1], ["b", 2], ["c", 3]])
        }).pipe(Effect.provide(Layer.merge(TtlDict.layer({ maxBytes: "1M" }), logger)))
        assert.deepStrictEqual(messages(), [
          "effect-aws-cache/TtlDict: 5 of 8 entries cannot be kept in a snapshot, and are left out"
        ])
      }))

    it.scoped("take what is there at one moment", () =>
      Effect.gen(function*() {
        const path = yield* somewhere
        const dict = yield* TtlDict.make<string, number>({ maxSize: 5000 })
        for (let at = 0; at < 5000; at++) yield* dict.set(`old ${at}`, at)
        const change = Effect.gen(function*() {
          for (let at = 0; at < 5000; at++) yield* dict.set(`new ${at}`, at)
        })
        yield* Effect.all([DictSnapshot.snapshot(dict, form, path), change], { concurrency: "unbounded" })
        yield* dict.clear
        yield* DictSnapshot.restore(dict, form, path)
        const keys = yield* dict.keys
        assert.lengthOf(keys, 5000)
        // Those that were new then are the last ones, and there is no gap before them.
        const firstNew = keys.findIndex((key) => key.startsWith("new"))
        assert.isTrue(keys.slice(firstNew < 0 ? 5000 : firstNew).every((key, at) => key === `new ${at}`))
      }))
  })
})
