/**
 * What has to hold of writes and removals on a condition.
 */
import * as Effect from "effect/Effect"
import type { ObjectStore } from "../../S3Store/objects/ObjectStore.js"
import type { ObjectStoreError } from "../../S3Store/objects/ObjectStoreErrors.js"
import { bytes, failsWith, found, must, type Rule, same, textAt, textOf, type Violation, written } from "./contract.js"

const times = (count: number): ReadonlyArray<number> => Array.from({ length: count }, (_, at) => at)

const add = (store: ObjectStore) =>
  Effect.gen(function*() {
    yield* written(store, "a", "add writes what is not there", yield* store.add("a", bytes("one")))
    const refused = yield* store.add("a", bytes("two"))
    yield* same("add leaves what is there", "one", yield* textAt(store, "a"))
    yield* same("add is refused where an object is", "Refused", refused._tag)
    yield* store.remove("a")
    yield* written(store, "a", "add writes what is not there any more", yield* store.add("a", bytes("two")))
    yield* same("what was added is loaded", "two", yield* textAt(store, "a"))
    for (const round of times(5)) {
      yield* store.remove("a")
      yield* written(store, "a", "add and remove can be repeated", yield* store.add("a", bytes(round)))
      yield* same("what was added is loaded", String(round), yield* textAt(store, "a"))
    }
  })

const addRace = (store: ObjectStore) =>
  Effect.gen(function*() {
    const outcomes = yield* Effect.forEach(times(100), (at) => store.add("race", bytes(at)), {
      concurrency: "unbounded"
    })
    const winners = outcomes.flatMap(({ _tag }, at) => _tag === "Written" ? [String(at)] : [])
    yield* same("of all that add at the same time exactly one writes", 1, winners.length)
    yield* same("what the one has added is there", winners[0], yield* textAt(store, "race"))
  })

const replace = (store: ObjectStore) =>
  Effect.gen(function*() {
    const none = yield* store.replace("a", bytes("none"), "\"0\"")
    yield* same("replace is refused where nothing is", "Refused", none._tag)
    yield* same("replace writes nothing where nothing is", "Absent", yield* textAt(store, "a"))
    yield* store.save("a", bytes("one"))
    const { etag } = yield* found(store, "a")
    const replaced = yield* store.replace("a", bytes("two"), etag)
    yield* written(store, "a", "replace writes in place of what was seen", replaced)
    yield* same("what was replaced is loaded", "two", yield* textAt(store, "a"))
    const two = yield* found(store, "a")
    const stale = yield* store.replace("a", bytes("three"), etag)
    yield* same("replace leaves what was not seen", "two", yield* textAt(store, "a"))
    yield* same("replace is refused where another content is", "Refused", stale._tag)
    yield* store.remove("a")
    const gone = yield* store.replace("a", bytes("four"), two.etag)
    yield* same("replace is refused where nothing is any more", "Refused", gone._tag)
    yield* same("replace writes nothing where nothing is any more", "Absent", yield* textAt(store, "a"))
  })

const replaceRace = (store: ObjectStore) =>
  Effect.gen(function*() {
    for (const round of times(3)) {
      yield* store.save("race", bytes("start ", round))
      const { etag } = yield* found(store, "race")
      const outcomes = yield* Effect.forEach(
        times(20),
        (at) => store.replace("race", bytes(round, " by ", at), etag),
        { concurrency: "unbounded" }
      )
      const winner = yield* textAt(store, "race")
      const by = (tag: string) => outcomes.flatMap(({ _tag }, at) => _tag === tag ? [`${round} by ${at}`] : [])
      const wrote = by("Written")
      yield* must(
        "of all that replace one content at most one writes",
        wrote.length <= 1,
        "one Written at most",
        `${wrote.length}`
      )
      const may = wrote.length === 0 ? by("Unknown") : wrote
      const expected = may.length === 0 ? "one Written" : may.join(" or ")
      yield* must("what is there was written by who was told so", may.includes(winner), expected, winner)
    }
  })

const counter = (store: ObjectStore) =>
  Effect.gen(function*() {
    const contract = "a counter that is only replaced counts every step"
    yield* store.save("counter", bytes("nobody"))
    const step = (who: string, tries = 1): Effect.Effect<void, Violation | ObjectStoreError> =>
      Effect.gen(function*() {
        // Each refusal is a step of another, or of nobody.
        yield* must(contract, tries <= 100, "a step after some tries", "no step after 100 tries")
        const object = yield* found(store, "counter")
        const counted = textOf(object).split(" ")
        // What became of a write is not always told: whoever is among them has counted.
        if (counted.includes(who)) return
        const outcome = yield* store.replace("counter", bytes([...counted, who].join(" ")), object.etag)
        if (outcome._tag !== "Written") yield* step(who, tries + 1)
      })
    yield* Effect.forEach(
      times(4),
      (who) => Effect.forEach(times(5), (nth) => step(`${who}.${nth}`), { discard: true }),
      { concurrency: "unbounded", discard: true }
    )
    const [, ...counted] = (yield* textAt(store, "counter")).split(" ")
    yield* same(contract, 20, new Set(counted).size)
    yield* same("no step is counted twice", 20, counted.length)
  })

/** What has to hold where a store writes on conditions. */
export const rulesOfConditions: ReadonlyArray<Rule> = [
  { name: "add writes only what is not there", check: add },
  { name: "of 100 that add at the same time exactly one writes", check: addRace },
  { name: "replace writes only in place of what was seen", check: replace },
  { name: "of those that replace the same content at most one does, and nothing is lost", check: replaceRace },
  { name: "a counter that is only replaced counts every step", check: counter }
]

const unsupported = (store: ObjectStore) =>
  Effect.gen(function*() {
    const says = "a store that ignores conditions says so"
    yield* failsWith(says, "ConditionalWritesUnsupported", store.add("a", bytes("one")))
    yield* same("add writes nothing then", "Absent", yield* textAt(store, "a"))
    yield* store.save("a", bytes("one"))
    const { etag } = yield* found(store, "a")
    yield* failsWith(says, "ConditionalWritesUnsupported", store.replace("a", bytes("two"), etag))
    yield* same("replace writes nothing then", "one", yield* textAt(store, "a"))
  })

/** What has to hold where it does not. */
export const rulesWithoutConditions: ReadonlyArray<Rule> = [
  { name: "says that it cannot write on conditions, and writes nothing", check: unsupported }
]

/**
 * What has to hold of removals on a condition.
 *
 * @param works whether the store honours them; `undefined` when it is for the store to say
 */
export const rulesOfRemovals = (works: boolean | undefined): ReadonlyArray<Rule> => [{
  name: "removes only what was seen, or says that it cannot",
  check: (store) =>
    Effect.gen(function*() {
      yield* store.save("a", bytes("old"))
      const { etag } = yield* found(store, "a")
      yield* store.save("a", bytes("fresh"))
      const stale = yield* store.removeIfMatch("a", etag)
      yield* same("removeIfMatch leaves what was not seen", "fresh", yield* textAt(store, "a"))
      const isDone = works ?? stale !== "unsupported"
      yield* same("removeIfMatch of another content says so", isDone ? "refused" : "unsupported", stale)
      const fresh = yield* found(store, "a")
      const outcome = yield* store.removeIfMatch("a", fresh.etag)
      yield* same("removeIfMatch of what was seen says so", isDone ? "removed" : "unsupported", outcome)
      const left = yield* textAt(store, "a")
      yield* same("removeIfMatch removes what was seen", isDone ? "Absent" : "fresh", left)
      yield* store.remove("a")
      const gone = yield* store.removeIfMatch("a", fresh.etag)
      yield* same("removeIfMatch of nothing says so", isDone ? "refused" : "unsupported", gone)
    })
}]
