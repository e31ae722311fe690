/**
 * What has to hold of lists.
 */
import * as Effect from "effect/Effect"
import type { ObjectStore } from "../../S3Store/objects/ObjectStore.js"
import { bytes, failsWith, found, listed, must, namesUnder, type Rule, same, sameTexts } from "./contract.js"

const byPrefix = (store: ObjectStore) =>
  Effect.gen(function*() {
    yield* sameTexts("a list of nothing is empty", [], yield* namesUnder(store, ""))
    const names = Array.from({ length: 23 }, (_, at) => `space/${at % 2 === 0 ? "1" : "10"}/${at}`)
    const save = (name: string) => store.save(name, bytes("x".repeat(name.length)))
    yield* Effect.forEach(names, save, { concurrency: 8, discard: true })
    const prefixes = ["", "space/1/", "space/10/", "space/1", "space/10/2", "spa", "space/2", "x", "space/1/4"]
    for (const prefix of prefixes) {
      const expected = names.filter((name) => name.startsWith(prefix)).sort()
      const contract = `a list has each name that begins with ${JSON.stringify(prefix)} once, and no other`
      yield* sameTexts(contract, expected, yield* namesUnder(store, prefix))
    }
    for (const { etag, modified, name, size } of yield* listed(store, "space/1/")) {
      yield* same("a list says how long an object is", name.length, size)
      const isTime = Number.isFinite(modified) && modified >= 0
      yield* must("a list says when an object was written", isTime, "milliseconds", String(modified))
      if (etag !== "") {
        yield* same("the etag in a list is that of the object", (yield* found(store, name)).etag, etag)
      }
    }
    yield* store.remove("space/1/0")
    const rest = names.filter((name) => name.startsWith("space/1/") && name !== "space/1/0").sort()
    yield* sameTexts("what was removed is in no list", rest, yield* namesUnder(store, "space/1/"))
  })

/** What has to hold where a store lists. */
export const rulesOfLists: ReadonlyArray<Rule> = [
  { name: "lists what is there, by a prefix of the name", check: byPrefix }
]

/** What has to hold where it does not. */
export const rulesWithoutLists: ReadonlyArray<Rule> = [{
  name: "says that it cannot list",
  check: (store) => failsWith("a store that cannot list says so", "ListUnsupported", namesUnder(store, ""))
}]
