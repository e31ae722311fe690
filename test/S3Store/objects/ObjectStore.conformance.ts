/**
 * What every object store has to do.
 */
import { assert, describe, it } from "@effect/vitest"
import { Context, Effect, Layer } from "effect"
import { ObjectStore } from "effect-aws-cache/S3Store"
import { objectStoreConformance } from "effect-aws-cache/testing"
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

const textOf = (outcome: { readonly body: Uint8Array }) => Buffer.from(outcome.body).toString()

export const conformance = (
  name: string,
  layer: Layer.Layer<ObjectStore, unknown>,
  { conditions, deletes, lists, modelRuns }: Abilities
): void => {
  describe(`object store: ${name}`, () => {
    const options = { conditionalWrites: conditions, conditionalDeletes: deletes, lists }
    for (const { name, run } of objectStoreConformance(options)) {
      it.effect(name, () => Effect.provide(run, Layer.fresh(layer)))
    }

    it.effect("does what a Map does, whatever it is asked", () =>
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
