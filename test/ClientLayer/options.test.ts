import { assert, describe, it } from "@effect/vitest"
import { CacheConfigError } from "effect-aws-cache/Cache"
import { ClientCache, ResourceCache, Session } from "effect-aws-cache/ClientLayer"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"

// What types would not allow.
const untyped = (options: unknown): never => options as never

const built = <A, E>(layer: Layer.Layer<A, E>) => Effect.flip(Effect.scoped(Layer.build(layer)))

describe("options of caches of clients and resources, and of sessions", () => {
  const makers: Readonly<Record<string, (options: unknown) => Effect.Effect<unknown, unknown>>> = {
    ClientCache: (options) => built(ClientCache.layer(untyped(options))),
    ResourceCache: (options) => built(Layer.provide(ResourceCache.layer(untyped(options)), ClientCache.layer())),
    Session: (options) => built(Session.layer(untyped(options)))
  }
  const table: ReadonlyArray<readonly [options: object | number | null, message: string]> = [
    [{ ttl: 5 }, "ttl is no option, but must be one of the options: did you mean timeToLive?"],
    [{ maxItems: 5 }, "did you mean maxSize?"],
    [{ gracePeriods: "private" }, "did you mean gracePeriod?"],
    [{ metrics: "yes" }, "metrics is \"yes\", but must be true or false"],
    [{ name: 5 }, "name is 5, but must be a text"],
    [5, "options is 5, but must be an object with options"]
  ]
  for (const [what, make] of Object.entries(makers)) {
    it.effect(`${what}: what there is not, or of another kind, is refused by name`, () =>
      Effect.gen(function*() {
        for (const [options, message] of table) {
          const error = yield* make(options)
          assert.instanceOf(error, CacheConfigError)
          assert.include(error.message, `${what}: `)
          assert.include(error.message, message)
          assert.notInclude(error.message, "private")
          assert.isAtMost(error.message.length, 500)
        }
      }))
  }
})
