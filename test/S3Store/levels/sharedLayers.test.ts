import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Option, Schema } from "effect"
import { CacheConfigError } from "effect-aws-cache/Cache"
import { Keyspace, ObjectStore, S3Cache } from "effect-aws-cache/S3Store"
import { Faults } from "effect-aws-cache/testing"

const Names = Keyspace.make("names", { key: Schema.Number, value: Schema.String, timeToLive: "1 hour" })

class Here extends S3Cache.Service<Here>()("test/Here") {}
class There extends S3Cache.Service<There>()("test/There") {}

const memory = ObjectStore.layerMemory

type Memory = Layer.Layer<ObjectStore, CacheConfigError>

/** What is made of two layers, of which the given one decides. */
const kinds = {
  "a chain": (far: Memory) => ObjectStore.layerChain({ near: memory(), far }),
  "two stores by size": (small: Memory) => ObjectStore.layerBySize({ small, large: memory() })
}

/** A store that notes when it is opened and closed. */
const noting = (name: string, notes: Array<string>): Memory =>
  Layer.scoped(
    ObjectStore,
    Effect.zipRight(
      Effect.acquireRelease(
        Effect.sync(() => notes.push(`open ${name}`)),
        () => Effect.sync(() => notes.push(`close ${name}`))
      ),
      ObjectStore.makeMemory
    )
  )

describe.each(Object.entries(kinds))("the layers of %s", (_, layerOver) => {
  it.effect("are shared with whoever is given the same", () => {
    const notes: Array<string> = []
    const bucket = noting("bucket", notes)
    const two = Layer.merge(
      Layer.provide(Here.layer(), layerOver(bucket)),
      Layer.provide(There.layer(), layerOver(bucket))
    )
    return Effect.gen(function*() {
      yield* Here.set(Names.key(1), "Ada")
      assert.deepStrictEqual(yield* There.getOption(Names.key(1)), Option.some("Ada"))
    }).pipe(
      Effect.provide(two),
      Effect.tap(() => Effect.sync(() => assert.deepStrictEqual(notes, ["open bucket", "close bucket"])))
    )
  })

  it.effect("are those whose faults a test sets", () => {
    const faulty = Layer.provide(Faults.layer(), memory())
    const live = Layer.provideMerge(Layer.provide(S3Cache.layer(), layerOver(faulty)), faulty)
    return Effect.gen(function*() {
      yield* Faults.down()
      const error = yield* Effect.flip(S3Cache.set(Names.key(1), "Ada"))
      assert.strictEqual(error._tag, "ObjectStoreError")
    }).pipe(Effect.provide(live))
  })
})

describe("layers of two stores", () => {
  it.effect("are built one after the other, and closed once, the other way round", () =>
    Effect.gen(function*() {
      for (
        const make of [
          (near: Memory, far: Memory) => ObjectStore.layerChain({ near, far }),
          (small: Memory, large: Memory) => ObjectStore.layerBySize({ small, large })
        ]
      ) {
        const notes: Array<string> = []
        yield* Effect.scoped(Layer.build(make(noting("one", notes), noting("other", notes))))
        assert.deepStrictEqual(notes, ["open one", "open other", "close other", "close one"])
      }
    }))

  it.effect("may be one by size, and may not be one in a chain", () =>
    Effect.gen(function*() {
      const one = memory()
      yield* Effect.gen(function*() {
        yield* S3Cache.set(Names.key(1), "long ".repeat(10_000))
        assert.strictEqual((yield* S3Cache.get(Names.key(1))).length, 50_000)
      }).pipe(
        Effect.provide(S3Cache.layer({ maxSize: 0 })),
        Effect.provide(ObjectStore.layerBySize({ small: one, large: one }))
      )
      const error = yield* Effect.flip(Effect.scoped(Layer.build(ObjectStore.layerChain({ near: one, far: one }))))
      assert.instanceOf(error, CacheConfigError)
      assert.include(error.message, "another store than `far`")
    }))

  it.effect("are refused by name where one is missing, or is no layer", () =>
    Effect.gen(function*() {
      const given = (options: object): never => options as never
      const built = (layer: Layer.Layer<ObjectStore, CacheConfigError>) =>
        Effect.asVoid(Effect.scoped(Layer.build(layer)))
      const store = yield* ObjectStore.makeMemory
      const tries: ReadonlyArray<readonly [string, Effect.Effect<unknown, CacheConfigError>]> = [
        ["far", built(ObjectStore.layerChain(given({ near: memory() })))],
        ["near", built(ObjectStore.layerChain(given({ far: memory() })))],
        ["near", built(ObjectStore.layerChain(given({ near: store, far: memory() })))],
        ["large", built(ObjectStore.layerBySize(given({ small: memory() })))],
        ["small", built(ObjectStore.layerBySize(given({ large: memory() })))],
        ["large", built(ObjectStore.layerBySize(given({ small: memory(), large: store })))],
        ["far", ObjectStore.makeChain(given({ near: store }))],
        ["near", ObjectStore.makeChain(given({ far: store }))],
        ["large", ObjectStore.makeBySize(given({ small: store }))],
        ["small", ObjectStore.makeBySize(given({ large: store }))]
      ]
      for (const [option, tried] of tries) {
        const error = yield* Effect.flip(tried)
        assert.instanceOf(error, CacheConfigError)
        assert.strictEqual(error.option, option)
      }
    }))
})
