import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Option, Schema, Stream } from "effect"
import { ConditionalOutcome, Keyspace, LoadOutcome, ObjectStore, S3Cache } from "effect-aws-cache/S3Store"

const Numbers = Keyspace.make("numbers", { key: Schema.Number, value: Schema.Number })

/** A store as a class, whose methods need their object, and which says nothing of itself. */
class Counting implements ObjectStore {
  private readonly objects = new Map<string, Uint8Array>()
  saved = 0

  load(name: string) {
    const body = this.objects.get(name)
    return Effect.succeed(
      body === undefined ? LoadOutcome.Absent() : LoadOutcome.Found({ body, size: body.length, etag: "\"e\"" })
    )
  }
  save(name: string, body: Uint8Array) {
    this.saved += 1
    this.objects.set(name, body)
    return Effect.succeed(Option.none<string>())
  }
  saveOnce(name: string, body: Uint8Array) {
    return Effect.map(this.save(name, body), (etag) => ConditionalOutcome.Written({ etag }))
  }
  add(name: string, body: Uint8Array) {
    return this.saveOnce(name, body)
  }
  replace(name: string, body: Uint8Array) {
    return this.saveOnce(name, body)
  }
  remove(name: string) {
    return Effect.sync(() => void this.objects.delete(name))
  }
  removeIfMatch(name: string) {
    return Effect.as(this.remove(name), "removed" as const)
  }
  removeAll(names: ReadonlyArray<string>) {
    return Effect.forEach(names, (name) => this.remove(name), { discard: true })
  }
  list() {
    return Stream.fromIterable(
      Array.from(this.objects, ([name, body]) => ({ name, size: body.length, etag: "\"e\"", modified: 0 }))
    )
  }
}

describe("a second level of one's own", () => {
  it.effect("can be an object of a class, without a description", () => {
    const store = new Counting()
    return Effect.gen(function*() {
      yield* S3Cache.set(Numbers.key(1), 10)
      yield* S3Cache.add(Numbers.key(2), 20)
      assert.strictEqual(store.saved, 2)
      assert.strictEqual(yield* S3Cache.get(Numbers.key(1)), 10)
      assert.strictEqual(yield* S3Cache.pop(Numbers.key(2)), 20)
      assert.strictEqual(yield* Stream.runCount(yield* Effect.map(S3Cache, (it) => it.list(Numbers))), 1)
      assert.include((yield* S3Cache.check).target, "second level/")
    }).pipe(Effect.provide(Layer.provide(S3Cache.layer({ maxSize: 0 }), Layer.succeed(ObjectStore, store))))
  })
})
