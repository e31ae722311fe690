/**
 * What has to hold of contents, whatever else a store can do.
 */
import * as Effect from "effect/Effect"
import type { ObjectStore } from "../../S3Store/objects/ObjectStore.js"
import { bytes, found, must, type Rule, same, sameEtag, sameTexts, textAt, textOf, written } from "./contract.js"

const times = (count: number): ReadonlyArray<number> => Array.from({ length: count }, (_, at) => at)

const equal = (a: Uint8Array, b: Uint8Array): boolean => a.length === b.length && a.every((byte, at) => byte === b[at])

const fill = (length: number, text: string): Uint8Array => {
  const pattern = bytes(text)
  return Uint8Array.from({ length }, (_, at) => pattern[at % pattern.length] ?? 0)
}

/** More than a store would be asked to read in a test. */
const tooMuch = 4_194_304

const saveAndLoad = (store: ObjectStore) =>
  Effect.gen(function*() {
    const absent = "what was not written is absent"
    yield* same(absent, "Absent", yield* textAt(store, "a/b"))
    const bodies = [new Uint8Array(0), bytes("x"), Uint8Array.from(times(256)), fill(1_000_003, "abc")]
    const whole = bodies.filter(({ length }) => length <= (store.maxObjectBytes ?? Infinity))
    for (const body of whole) {
      yield* store.save("a/b", body)
      const object = yield* found(store, "a/b")
      yield* same("an object has as many bytes as were written", body.length, object.body.length)
      yield* must("an object has the bytes that were written", equal(body, object.body), "these", "others")
      yield* same("an object says how long it is", body.length, object.size)
      const { modified } = object
      const isTime = modified === undefined || (Number.isFinite(modified) && modified >= 0)
      yield* must("an object was written at some time, or does not say", isTime, "milliseconds", String(modified))
    }
    yield* same(absent, "Absent", yield* textAt(store, "a"))
    yield* same(absent, "Absent", yield* textAt(store, "a/b/c"))
  })

const ownBytes = (store: ObjectStore) =>
  Effect.gen(function*() {
    const body = bytes("before")
    yield* store.save("a", body)
    body.fill(0x21)
    yield* same("what was given to save belongs to its caller again", "before", yield* textAt(store, "a"))
    const object = yield* found(store, "a")
    object.body.fill(0x21)
    yield* same("what was loaded belongs to who loaded it", "before", yield* textAt(store, "a"))
  })

const etags = (store: ObjectStore) =>
  Effect.gen(function*() {
    const told = yield* store.save("a", bytes("one"))
    const one = yield* found(store, "a")
    yield* must("an object has an etag", one.etag !== "", "an etag", "none")
    yield* sameEtag(told, one)
    yield* same("an etag stays as long as the content does", one.etag, (yield* found(store, "a")).etag)
    yield* sameEtag(yield* store.save("a", bytes("two")), yield* found(store, "a"))
    const two = yield* found(store, "a")
    yield* must("an etag tells contents apart", two.etag !== one.etag, "another etag", one.etag)
    yield* store.save("b", bytes("one"))
    yield* store.save("b", bytes("two"))
    yield* store.save("a", bytes("six"))
    const six = yield* found(store, "a")
    yield* must("an etag tells contents of one length apart", six.etag !== two.etag, "another etag", two.etag)
  })

const unchanged = (store: ObjectStore) =>
  Effect.gen(function*() {
    const outcome = (etag: string) =>
      Effect.map(
        store.load("a", { ifNoneMatch: etag }),
        (loaded) => loaded._tag === "Found" ? textOf(loaded) : loaded._tag
      )
    yield* store.save("a", bytes("one"))
    const { etag } = yield* found(store, "a")
    yield* same("a load with the etag of the object is Unchanged", "Unchanged", yield* outcome(etag))
    yield* store.save("a", bytes("two"))
    yield* same("a load with an old etag finds what is there", "two", yield* outcome(etag))
    yield* store.remove("a")
    yield* same("a load with an etag of nothing is Absent", "Absent", yield* outcome(etag))
  })

const firstBytes = (store: ObjectStore) =>
  Effect.gen(function*() {
    const size = Math.min(100_000, store.maxObjectBytes ?? Infinity)
    yield* store.save("long", fill(size, "0123456789"))
    const start = yield* found(store, "long", { firstBytes: 12 })
    yield* same("the first bytes are there", "012345678901", textOf(start).slice(0, 12))
    yield* same("size is that of the whole content", size, start.size)
    yield* same("the etag is that of the whole content", (yield* found(store, "long")).etag, start.etag)
    for (const text of ["abc", ""]) {
      yield* store.save("short", bytes(text))
      const all = yield* found(store, "short", { firstBytes: 100 })
      yield* same("fewer bytes than were asked for are all there are", text, textOf(all))
      yield* same("size is that of the whole content", text.length, all.size)
    }
    const { _tag } = yield* store.load("absent", { firstBytes: 100 })
    yield* same("the first bytes of nothing are Absent", "Absent", _tag)
  })

const tooLarge = (store: ObjectStore) =>
  Effect.gen(function*() {
    const { maxObjectBytes = Infinity } = store
    if (maxObjectBytes >= tooMuch) return
    yield* store.save("large", fill(maxObjectBytes + 1, "large "))
    const large = yield* store.load("large")
    yield* same("an object of more than maxObjectBytes is TooLarge", "TooLarge", large._tag)
    const start = yield* found(store, "large", { firstBytes: 5 })
    yield* same("the first bytes of an object are never TooLarge", "large", textOf(start).slice(0, 5))
    yield* same("size is that of the whole content", maxObjectBytes + 1, start.size)
    if (large._tag !== "TooLarge") return
    yield* same("TooLarge says the size", maxObjectBytes + 1, large.size)
    yield* same("TooLarge says the etag", start.etag, large.etag)
  })

const removal = (store: ObjectStore) =>
  Effect.gen(function*() {
    yield* store.save("a", bytes("one"))
    yield* store.remove("a")
    yield* same("what was removed is absent", "Absent", yield* textAt(store, "a"))
    yield* store.remove("a")
    yield* store.remove("never/was")
    yield* store.save("a", bytes("two"))
    yield* same("what was removed can be written again", "two", yield* textAt(store, "a"))
  })

const removalOfMany = (store: ObjectStore) =>
  Effect.gen(function*() {
    const names = times(25).map((at) => `many/${at}`)
    yield* Effect.forEach(names, (name) => store.save(name, bytes(name)), { concurrency: 8, discard: true })
    yield* store.removeAll([...names.slice(0, 20), "many/absent", "elsewhere"])
    const left = yield* Effect.filter(names, (name) => Effect.map(store.load(name), ({ _tag }) => _tag === "Found"))
    yield* sameTexts("removeAll removes what it is told, and nothing else", names.slice(20), left)
    yield* store.removeAll([])
    yield* same("removeAll of nothing removes nothing", "many/24", yield* textAt(store, "many/24"))
  })

/** Names that are a part of another, or look like what a store may make of one for itself. */
const likeNames = [
  ...["a", "a/b", "a/b/c", "a.d", "a.d/b", "a.1", "a.1.1", "a/1/1", "a.2", "b/a", "A", "-", "_", "0", "a-", "..."],
  ...["e", "f"].map((end) => `${"k".repeat(180)}/1/${"f".repeat(63)}${end}`),
  ...["x", "y"].map((end) => `long/${"x".repeat(239)}${end}`)
]

const names = (store: ObjectStore) =>
  Effect.gen(function*() {
    const contract = "names do not get in each other's way"
    for (const name of likeNames) yield* store.save(name, bytes("first of ", name))
    for (const name of likeNames) yield* store.save(name, bytes(name))
    for (const name of likeNames) yield* same(contract, name, yield* textAt(store, name))
    yield* store.remove("a")
    for (const name of likeNames.slice(1)) yield* same(contract, name, yield* textAt(store, name))
  })

const wholeBodies = (store: ObjectStore) =>
  Effect.gen(function*() {
    const size = Math.min(200_000, store.maxObjectBytes ?? Infinity)
    const body = (at: number) => new Uint8Array(size).fill(97 + at % 26)
    yield* store.save("torn", body(0))
    const write = Effect.forEach(times(9).slice(1), (at) => store.save("torn", body(at)), { discard: true })
    const read = Effect.forEach(times(10), () =>
      Effect.flatMap(found(store, "torn"), ({ body }) => {
        const isOne = body.length === size && body.every((byte) => byte === body[0])
        return must("a reader sees an old content or the new one, whole", isOne, "one of them", "a part, or a mixture")
      }), { discard: true })
    yield* Effect.all([write, write, read, read, read], { concurrency: "unbounded", discard: true })
  })

const onlyOnce = (store: ObjectStore) =>
  Effect.gen(function*() {
    if (store.saveOnce === undefined) return
    for (const text of ["one", "two"]) {
      const outcome = yield* store.saveOnce("a", bytes(text))
      yield* must("saveOnce refuses nothing", outcome._tag !== "Refused", "Written or Unknown", outcome._tag)
      if (outcome._tag !== "Written") continue
      yield* written(store, "a", "saveOnce writes", outcome)
      yield* same("what was written is loaded", text, yield* textAt(store, "a"))
    }
  })

/** What has to hold of every store. */
export const rulesOfContents: ReadonlyArray<Rule> = [
  { name: "what was saved is loaded, whole; what was not is absent", check: saveAndLoad },
  { name: "bytes belong to whoever has them", check: ownBytes },
  { name: "an etag tells contents apart, and a write tells it", check: etags },
  { name: "a load on a condition transfers only what has changed", check: unchanged },
  { name: "the first bytes of an object are enough, where asked for", check: firstBytes },
  { name: "what is too large is told, and not transferred", check: tooLarge },
  { name: "removing takes an object away; without one nothing happens", check: removal },
  { name: "many are removed at once, some of them absent", check: removalOfMany },
  { name: "names do not get in each other's way", check: names },
  { name: "a reader sees an old content or the new one, whole", check: wholeBodies },
  { name: "what is saved once is saved", check: onlyOnce }
]
