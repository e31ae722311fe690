import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Layer, Option, Schema, Stream, TestClock } from "effect"
import { CacheConfigError } from "effect-aws-cache/Cache"
import { Keyspace, LoadOutcome, ObjectStore, type ObjectStoreChainPolicy, S3Cache } from "effect-aws-cache/S3Store"
import { Fault, Faults } from "effect-aws-cache/testing"
import { makeS3CacheService } from "../../../src/S3Store/cache/makeS3CacheService.js"
import { makeChainedObjectStore } from "../../../src/S3Store/levels/chainedObjectStore.js"
import { decodeCopy, encodeCopy } from "../../../src/S3Store/levels/nearCopy.js"
import { withWarnings } from "../../support/warningsOf.js"
import { conformance } from "../objects/ObjectStore.conformance.js"
import { asEntries, entryName } from "./asEntries.js"

const bytes = (text: string) => new TextEncoder().encode(text)

const Names = Keyspace.make("names", { key: Schema.Number, value: Schema.String, timeToLive: "1 hour" })

const anyContent = { isWhole: () => true, endOf: () => Number.POSITIVE_INFINITY }

const limits = { revalidateAfter: 60_000, timeout: 1000, resetAfter: 30_000 }

const one = entryName("one")

const textIn = (store: ObjectStore, name: string) =>
  Effect.map(
    store.load(name),
    (loaded) => loaded._tag === "Found" ? new TextDecoder().decode(loaded.body) : loaded._tag
  )

/** Two stores with faults, and the chain of them, for contents of any kind. */
const chained = Effect.gen(function*() {
  const memories = { near: yield* ObjectStore.makeMemory, far: yield* ObjectStore.makeMemory }
  const near = yield* Faults.make(memories.near)
  const far = yield* Faults.make(memories.far)
  return { memories, near, far, chain: makeChainedObjectStore(near.store, far.store, limits, anyContent) }
})

/** The same for entries, with a cache over it. */
const cached = (policy: ObjectStoreChainPolicy = {}) =>
  Effect.gen(function*() {
    const near = yield* Faults.make(yield* ObjectStore.makeMemory)
    const far = yield* Faults.make(yield* ObjectStore.makeMemory)
    const chain = yield* ObjectStore.makeChain({ near: near.store, far: far.store, ...policy })
    // Each has memory of its own, as a process has that starts later.
    const process = makeS3CacheService(chain)
    return { near, far, chain, process, other: yield* makeS3CacheService(far.store) }
  })

const chainOfEntries = Layer.effect(ObjectStore, Effect.map(chained, ({ chain }) => asEntries(chain)))
const chainOfOthers = Layer.effect(ObjectStore, Effect.map(chained, ({ chain }) => chain))
const abilities = { conditions: true, deletes: true, lists: true, modelRuns: 100 }

conformance("a chain, of entries", chainOfEntries, abilities)
conformance("a chain, of what is no entry", chainOfOthers, abilities)

describe("a chain of stores", () => {
  it.effect("asks near, then far, and keeps near what far had", () =>
    Effect.gen(function*() {
      const { chain, far, memories, near } = yield* chained
      yield* memories.far.save(one, bytes("one"))
      const fromFar = yield* chain.load(one)
      const fromNear = yield* chain.load(one)
      assert.deepStrictEqual(fromNear, fromFar)
      assert.strictEqual((yield* far.faults.counts).operations.load, 1)
      assert.deepStrictEqual((yield* near.faults.requests).map(({ operation }) => operation), ["load", "save", "load"])
    }))

  it.effect("writes and removes far first, then near", () =>
    Effect.gen(function*() {
      const { chain, far, memories, near } = yield* chained
      yield* chain.save(one, bytes("one"))
      assert.strictEqual(yield* textIn(chain, one), "one")
      assert.strictEqual((yield* far.faults.counts).operations.load, 0)
      yield* far.faults.down()
      yield* Effect.exit(chain.save(one, bytes("two")))
      yield* far.faults.up
      assert.strictEqual((yield* memories.near.load(one))._tag, "Absent")
      assert.strictEqual(yield* textIn(chain, one), "one")
      yield* chain.remove(one)
      assert.strictEqual((yield* memories.near.load(one))._tag, "Absent")
      assert.strictEqual(yield* textIn(chain, one), "Absent")
      yield* chain.save(one, bytes("three"))
      yield* chain.removeAll([one])
      assert.strictEqual(yield* textIn(chain, one), "Absent")
      assert.strictEqual((yield* near.faults.counts).operations.removeAll, 0)
    }))

  it.effect("asks far alone what must be certain", () =>
    Effect.gen(function*() {
      const { chain, memories } = yield* chained
      yield* chain.save(one, bytes("one"))
      const loaded = yield* chain.load(one)
      const etag = loaded._tag === "Found" ? loaded.etag : ""
      yield* memories.far.save(one, bytes("another"))
      assert.strictEqual(yield* textIn(chain, one), "one")
      const first = yield* chain.load(one, { firstBytes: 3 })
      assert.strictEqual(first._tag === "Found" && first.size, 7)
      assert.strictEqual((yield* chain.load(one, { ifNoneMatch: etag }))._tag, "Found")
      // What it learned of it by the way is near now.
      assert.strictEqual(yield* textIn(chain, one), "another")
      yield* memories.far.remove(one)
      assert.deepStrictEqual(yield* chain.load(one, { isCertain: true }), LoadOutcome.Absent())
      assert.strictEqual(yield* textIn(chain, one), "Absent")
    }))

  it.effect("keeps leases, markers and what else is no entry far alone", () =>
    Effect.gen(function*() {
      const { chain, near } = yield* chained
      for (const name of [`${one}.run`, `.tags/${one.slice(-64)}`, ".probe/1", "a/b"]) {
        yield* chain.save(name, bytes("x"))
        assert.strictEqual(yield* textIn(chain, name), "x")
        yield* chain.remove(name)
      }
      assert.strictEqual((yield* near.faults.counts).requests, 0)
    }))

  it.effect("believes near for as long as it is told, then asks far without the content", () =>
    Effect.gen(function*() {
      const { chain, far, memories } = yield* chained
      yield* chain.save(one, bytes("one"))
      yield* memories.far.save(one, bytes("two"))
      yield* TestClock.adjust(59_999)
      assert.strictEqual(yield* textIn(chain, one), "one")
      yield* TestClock.adjust(1)
      assert.strictEqual(yield* textIn(chain, one), "two")
      yield* TestClock.adjust(60_000)
      assert.strictEqual(yield* textIn(chain, one), "two")
      assert.strictEqual(yield* textIn(chain, one), "two")
      assert.strictEqual((yield* far.faults.counts).operations.load, 2)
      yield* memories.far.remove(one)
      yield* TestClock.adjust(60_000)
      assert.strictEqual(yield* textIn(chain, one), "Absent")
      assert.strictEqual((yield* memories.near.load(one))._tag, "Absent")
    }))

  it.effect("asks far whenever somebody was at the lease of an entry", () =>
    Effect.gen(function*() {
      const { chain, memories } = yield* chained
      yield* chain.save(one, bytes("one"))
      yield* memories.far.save(one, bytes("two"))
      yield* TestClock.adjust(1)
      yield* chain.load(`${one}.run`)
      assert.strictEqual(yield* textIn(chain, one), "two")
    }))

  it.effect("does without near while that fails, and tells it once", () =>
    withWarnings((warnings) =>
      Effect.gen(function*() {
        const { chain, near } = yield* chained
        yield* near.faults.down("Network")
        for (let round = 0; round < 5; round++) {
          yield* chain.save(one, bytes(`${round}`))
          assert.strictEqual(yield* textIn(chain, one), `${round}`)
        }
        assert.strictEqual((yield* near.faults.counts).requests, 1)
        yield* TestClock.adjust("30 seconds")
        yield* chain.save(one, bytes("more"))
        assert.strictEqual((yield* near.faults.counts).requests, 2)
        assert.deepStrictEqual(warnings(), [
          "the near store memory/ counts as if it were not there where it fails: " +
          `save of memory/${one}: an outage of the test (Network)`
        ])
      })
    ))

  it.effect("believes nothing of what near was not told", () =>
    Effect.gen(function*() {
      const { chain, near } = yield* chained
      yield* chain.save(one, bytes("one"))
      yield* TestClock.adjust(1)
      yield* near.faults.down()
      yield* chain.remove(one)
      yield* near.faults.up
      yield* TestClock.adjust("30 seconds")
      assert.strictEqual(yield* textIn(chain, one), "Absent")
    }))

  it.effect("waits for a near store that hangs no longer than it is told", () =>
    Effect.gen(function*() {
      const { chain, memories, near } = yield* chained
      yield* memories.far.save(one, bytes("one"))
      yield* near.faults.hold
      const fiber = yield* Effect.fork(textIn(chain, one))
      yield* TestClock.adjust("1 second")
      yield* TestClock.adjust("1 second")
      assert.strictEqual(yield* Fiber.join(fiber), "one")
    }))

  it.effect("takes a near store that dies for one that fails", () =>
    Effect.gen(function*() {
      const { chain, near } = yield* chained
      yield* near.faults.set([() => Fault.Die({ defect: new Error("near") })])
      yield* chain.save(one, bytes("one"))
      assert.strictEqual(yield* textIn(chain, one), "one")
    }))

  it.effect("answers from near while far is out of reach, but not where it may have changed that", () =>
    Effect.gen(function*() {
      const { chain, far, near } = yield* chained
      yield* chain.save(one, bytes("one"))
      yield* far.faults.down()
      yield* TestClock.adjust("2 minutes")
      assert.strictEqual(yield* textIn(chain, one), "one")
      yield* near.faults.down()
      yield* Effect.exit(chain.remove(one))
      yield* near.faults.up
      yield* TestClock.adjust("30 seconds")
      assert.strictEqual((yield* Effect.flip(chain.load(one))).reason, "Unavailable")
      yield* far.faults.up
      assert.strictEqual(yield* textIn(chain, one), "one")
      yield* far.faults.down("AccessDenied")
      yield* TestClock.adjust("2 minutes")
      assert.strictEqual((yield* Effect.flip(chain.load(one))).reason, "AccessDenied")
    }))

  it.effect("keeps near what is small enough to be loaded from there", () =>
    Effect.gen(function*() {
      const memory = yield* ObjectStore.makeMemory
      const far = yield* ObjectStore.makeMemory
      const chain = makeChainedObjectStore({ ...memory, maxObjectBytes: 2000 }, far, limits, anyContent)
      yield* chain.save(one, bytes("small"))
      assert.strictEqual((yield* memory.load(one))._tag, "Found")
      yield* chain.save(one, new Uint8Array(1500))
      assert.strictEqual((yield* memory.load(one))._tag, "Absent")
      assert.strictEqual((yield* chain.load(one))._tag, "Found")
      assert.strictEqual((yield* memory.load(one))._tag, "Absent")
    }))

  it.effect("takes a damaged copy, and what is none, for nothing", () =>
    Effect.gen(function*() {
      const { chain, memories } = yield* chained
      yield* chain.save(one, bytes("one"))
      const copy = yield* memories.near.load(one)
      const whole = copy._tag === "Found" ? copy.body : new Uint8Array(0)
      assert.strictEqual(new TextDecoder().decode(decodeCopy(whole)?.body), "one")
      for (let at = 0; at < whole.length; at++) {
        const body = whole.map((byte, index) => index === at ? byte ^ 4 : byte)
        assert.isUndefined(decodeCopy(body))
        assert.isUndefined(decodeCopy(whole.subarray(0, at)))
      }
      for (const [text, etag] of [["", ""], ["entry", "\"1\""]] as const) {
        const again = { body: bytes(text), etag, modified: 5, confirmed: 7 }
        const { body = new Uint8Array(0), ...said } = decodeCopy(new Uint8Array(encodeCopy(again))) ?? {}
        assert.deepStrictEqual({ body, ...said }, again)
      }
      yield* memories.near.save(one, bytes("something else"))
      assert.strictEqual(yield* textIn(chain, one), "one")
    }))

  for (
    const [option, value] of [["revalidateAfter", -1], ["nearTimeout", 0], ["nearResetAfter", "soon"], [
      "near",
      1
    ]] as const
  ) {
    it.effect(`does not take ${String(value)} for ${option}`, () =>
      Effect.gen(function*() {
        const store = yield* ObjectStore.makeMemory
        const options = { near: store, far: store, [option]: value }
        const error = yield* Effect.flip(ObjectStore.makeChain(options))
        assert.instanceOf(error, CacheConfigError)
        assert.strictEqual(error.option, option)
      }))
  }
})

describe("a cache over a chain", () => {
  it.scoped("finds near what a process before it has loaded or written", () =>
    Effect.gen(function*() {
      const { far, other, process } = yield* cached()
      yield* other.set(Names.key(1), "Ada")
      const first = yield* process
      assert.strictEqual(yield* first.get(Names.key(1)), "Ada")
      yield* first.set(Names.key(2), "Grace")
      yield* far.faults.clear
      const second = yield* process
      assert.strictEqual(yield* second.get(Names.key(1)), "Ada")
      assert.strictEqual(yield* second.get(Names.key(2)), "Grace")
      assert.strictEqual((yield* far.faults.counts).operations.load, 0)
    }))

  it.scoped("sees at once what tags say", () =>
    Effect.gen(function*() {
      const { other, process } = yield* cached()
      const first = yield* process
      yield* first.set(Names.key(1), "Ada", { tags: ["people"] })
      yield* TestClock.adjust(10)
      yield* other.invalidateTag("people")
      const second = yield* process
      assert.deepStrictEqual(yield* second.getOption(Names.key(1)), Option.none())
    }))

  it.scoped("asks far for what is over near", () =>
    Effect.gen(function*() {
      const { other, process } = yield* cached({ revalidateAfter: "1 day" })
      const first = yield* process
      yield* first.set(Names.key(1), "Ada")
      yield* TestClock.adjust("61 minutes")
      yield* other.set(Names.key(1), "Grace")
      const second = yield* process
      assert.strictEqual(yield* second.get(Names.key(1)), "Grace")
    }))

  it.scoped("keeps nothing near that came damaged", () =>
    Effect.gen(function*() {
      const { far, near, other, process } = yield* cached()
      yield* other.set(Names.key(1), "Ada")
      yield* far.faults.set([{ fault: Fault.Corrupt({ at: 200 }), operations: ["load"], nth: 1 }])
      const first = yield* process
      assert.deepStrictEqual(yield* first.getOption(Names.key(1)), Option.none())
      assert.strictEqual((yield* near.faults.counts).operations.save, 0)
      assert.strictEqual(yield* first.get(Names.key(1)), "Ada")
    }))

  it.scoped("waits for a lease, and takes the result of who had it", () =>
    Effect.gen(function*() {
      const { chain, far } = yield* cached()
      const mine = yield* makeS3CacheService(chain, { coordination: "lease" })
      const theirs = yield* makeS3CacheService(far.store, { coordination: "lease" })
      yield* mine.set(Names.key(1), "old", { timeToLive: "1 second" })
      yield* TestClock.adjust("2 seconds")
      let computed = 0
      const slow = Effect.delay(Effect.sync(() => `new ${++computed}`), "1 second")
      const both = yield* Effect.fork(
        Effect.all([theirs.getOrCompute(Names.key(1), slow), mine.getOrCompute(Names.key(1), slow)], { concurrency: 2 })
      )
      for (let step = 0; step < 40; step++) yield* TestClock.adjust(100)
      assert.deepStrictEqual(yield* Fiber.join(both), ["new 1", "new 1"])
    }))

  it.effect("is a layer over two others", () =>
    Effect.gen(function*() {
      yield* S3Cache.set(Names.key(1), "Ada")
      assert.strictEqual(yield* S3Cache.get(Names.key(1)), "Ada")
      const check = yield* S3Cache.check
      assert.isTrue(check.isFine, String(check))
      assert.strictEqual(yield* Stream.runCount(S3Cache.list(Names)), 1)
    }).pipe(
      Effect.provide(S3Cache.layer()),
      Effect.provide(ObjectStore.layerChain({ near: ObjectStore.layerMemory(), far: ObjectStore.layerMemory() }))
    ))
})
