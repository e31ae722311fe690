/**
 * Long sequences of requests, compared with a `Map`.
 */
import * as Effect from "effect/Effect"
import type { ObjectStore } from "../../S3Store/objects/ObjectStore.js"
import type { ObjectStoreError } from "../../S3Store/objects/ObjectStoreErrors.js"
import { draw } from "../faults/draw.js"
import { bytes, type Rule, same, textOf, type Violation } from "./contract.js"

type Verb = "save" | "note" | "remove" | "add" | "replace" | "removeIfMatch"

const names = ["a", "a/b", "c"]

/** Does one thing in both, and compares what each tells. `etags` are those that were seen last, and may be out of date. */
const step = (
  store: ObjectStore,
  model: Map<string, string>,
  etags: Map<string, string>,
  verb: Verb,
  name: string,
  text: string
): Effect.Effect<void, Violation | ObjectStoreError> =>
  Effect.gen(function*() {
    const expected = model.get(name)
    const loaded = yield* store.load(name)
    yield* same(
      "a store has what a Map has that was asked for the same",
      expected,
      loaded._tag === "Found" ? textOf(loaded) : undefined
    )
    const current = loaded._tag === "Found" ? loaded.etag : undefined
    const seen = etags.get(name) ?? "\"0\""
    switch (verb) {
      case "note":
        if (current !== undefined) etags.set(name, current)
        return
      case "save":
        yield* store.save(name, bytes(text))
        model.set(name, text)
        return
      case "remove":
        yield* store.remove(name)
        model.delete(name)
        return
      case "add": {
        const { _tag } = yield* store.add(name, bytes(text))
        yield* same("add writes what is not there", expected === undefined ? "Written" : "Refused", _tag)
        if (expected === undefined) model.set(name, text)
        return
      }
      case "replace": {
        const { _tag } = yield* store.replace(name, bytes(text), seen)
        yield* same("replace writes in place of what was seen", seen === current ? "Written" : "Refused", _tag)
        if (seen === current) model.set(name, text)
        return
      }
      case "removeIfMatch": {
        const outcome = yield* store.removeIfMatch(name, seen)
        yield* same("removeIfMatch removes what was seen", seen === current ? "removed" : "refused", outcome)
        if (seen === current) model.delete(name)
      }
    }
  })

/** What has to hold after many requests, one after the other. */
export const rulesOfSequences = (hasConditions: boolean, hasRemovals: boolean, rounds: number): ReadonlyArray<Rule> => {
  const verbs: ReadonlyArray<Verb> = [
    ...["save", "note", "remove"] as const,
    ...(hasConditions ? ["add", "replace"] as const : []),
    ...(hasRemovals ? ["removeIfMatch"] as const : [])
  ]
  const pick = <A>(all: ReadonlyArray<A>, first: A, chance: number): A => all[Math.floor(chance * all.length)] ?? first
  return [{
    name: "does what a Map does",
    check: (store) =>
      Effect.gen(function*() {
        const model = new Map<string, string>()
        const etags = new Map<string, string>()
        for (let at = 0; at < rounds; at++) {
          const chance = (what: number) => draw(1, at, what)
          const text = at.toString(36).slice(0, Math.floor(chance(3) * 4))
          yield* step(store, model, etags, pick(verbs, "save", chance(1)), pick(names, "a", chance(2)), text)
        }
      })
  }]
}
