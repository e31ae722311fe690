import { S3Client } from "@aws-sdk/client-s3"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit, Scope } from "effect"
import { buildClient } from "../../../src/ClientLayer/client/ClientBuilder.js"
import { prepareClient } from "../../../src/ClientLayer/key/ClientCacheKey.js"
import { CommonAgents } from "../../../src/ClientLayer/transport/MadeHandler.js"
import { Transport } from "../../../src/ClientLayer/transport/Transport.js"
import { TransportRegistry } from "../../../src/ClientLayer/transport/TransportRegistry.js"
import { fromEither } from "../../../src/effect/outcomes.js"
import { amount } from "../../support/property.js"
import { until } from "../../support/until.js"
import { garbageCollected } from "../garbageCollected.js"
import { fetchObject, localS3 } from "../localS3.js"

const built = (registry: TransportRegistry, config: object = { region: "us-east-1" }) =>
  Effect.map(fromEither(prepareClient<S3Client>(S3Client, config)), (prepared) => {
    const { client, transport } = buildClient(prepared)
    registry.register(client, transport)
    return client instanceof S3Client ? client : assert.fail("not an S3Client")
  })

describe("TransportRegistry", () => {
  it.scoped("forgets the clients that were dropped, however many there were", () =>
    Effect.gen(function*() {
      const registry = yield* TransportRegistry.make(Effect.succeed(0))
      for (let n = 0; n < 1000; n++) {
        yield* built(registry)
        if (n % amount(250, 100) === 0) yield* garbageCollected
      }
      yield* garbageCollected
      for (let n = 0; n < 64; n++) yield* built(registry)
      assert.isBelow(registry.size, 400)
    }))

  it.scoped("keeps the last 1,000 of HTTP/2 that were handed out and released, and closes them at the end", () =>
    Effect.gen(function*() {
      let destroyed = 0
      const { config, middlewareStack } = new S3Client({ region: "us-east-1" })
      const scope = yield* Scope.make()
      const registry = yield* Scope.extend(TransportRegistry.make(Effect.succeed(0)), scope)
      const handOut = () => {
        const client = {
          config: { ...config, requestHandler: {} },
          middlewareStack,
          send: () => Promise.reject(new Error("not used")),
          destroy: () => {
            destroyed += 1
          }
        }
        const transport = Transport.clientMade(new CommonAgents(undefined))
        transport.attach(client)
        registry.register(client, transport)
        registry.hold(transport)
        transport.handOut()
        registry.release(transport)
        return transport
      }
      const first = handOut()
      for (let n = 0; n < 3000; n++) {
        handOut()
        if (n % amount(1000, 500) === 0) yield* garbageCollected
      }
      yield* garbageCollected
      for (let n = 0; n < 64; n++) handOut()
      assert.isAtLeast(registry.size, 1000)
      assert.isBelow(registry.size, 2500)
      assert.strictEqual(destroyed, 0)
      // One that is used again is one of them again.
      registry.hold(first)
      registry.release(first)
      yield* Scope.close(scope, Exit.void)
      assert.isAtLeast(destroyed, 1000)
      assert.isTrue(first.isDestroyed)
    }))

  it.scoped("keeps those that still have a connection, and closes them at the end", () =>
    Effect.gen(function*() {
      const server = yield* localS3
      yield* Effect.scoped(Effect.gen(function*() {
        const registry = yield* TransportRegistry.make(Effect.succeed(0))
        for (let n = 0; n < 3; n++) {
          yield* Effect.flatMap(built(registry, server.config()), (client) => fetchObject(client, "object"))
        }
        yield* garbageCollected
        assert.strictEqual(registry.figures().openSockets, 3)
        assert.strictEqual(server.openSockets(), 3)
      }))
      yield* until(() => server.openSockets() === 0)
    }))

  it.scoped("a client whose destroy throws does not keep the others open", () =>
    Effect.gen(function*() {
      const server = yield* localS3
      yield* Effect.scoped(Effect.gen(function*() {
        const registry = yield* TransportRegistry.make(Effect.succeed(0))
        for (let n = 0; n < 3; n++) {
          const client = yield* built(registry, server.config())
          yield* fetchObject(client, "object")
          client.destroy = () => {
            throw new Error("no")
          }
        }
        assert.strictEqual(server.openSockets(), 3)
      }))
      yield* until(() => server.openSockets() === 0)
    }))
})
