import { GetObjectCommand, S3Client, type S3ClientConfig } from "@aws-sdk/client-s3"
import { assert, describe, it } from "@effect/vitest"
import { Context, Effect, Layer, type Scope } from "effect"
import { ClientCache, Session } from "effect-aws-cache/ClientLayer"
import { AsyncLocalStorage } from "node:async_hooks"
import { Readable } from "node:stream"
import { eventually, turns, until } from "../support/until.js"
import { garbageCollected } from "./garbageCollected.js"
import { fetchObject, type LocalS3, localS3, localS3Tls } from "./localS3.js"
import { sessionEnvironment } from "./sessionEnvironment.js"

const request = new AsyncLocalStorage<number>()

/** Gets an object in the context of a request, and gives all contexts that are seen while its body is read. */
const seen = (s3: S3Client, id: number, key: string): Promise<ReadonlySet<number | undefined>> =>
  request.run(id, async () => {
    const contexts = new Set<number | undefined>()
    const { Body } = await s3.send(new GetObjectCommand({ Bucket: "bucket", Key: key }))
    contexts.add(request.getStore())
    if (Body instanceof Readable) {
      const end = new Promise((resolve) => Body.once("end", resolve))
      for (const event of ["data", "end"]) Body.on(event, () => contexts.add(request.getStore()))
      await end
    }
    return contexts
  })

const limits = { maxSockets: 3 }

const inCache = (config: S3ClientConfig) =>
  Effect.flatMap(
    Layer.build(ClientCache.layer()),
    (context) => Effect.provide(ClientCache.client(S3Client, config), context)
  )

interface Way {
  readonly server: Effect.Effect<LocalS3 & { readonly ca?: string }, unknown, Scope.Scope>
  readonly client: (server: LocalS3 & { readonly ca?: string }) => Effect.Effect<S3Client, unknown, Scope.Scope>
}

const ways: Readonly<Record<string, Way>> = {
  "a cache": {
    server: localS3,
    client: (server) => inCache(server.config({ requestHandler: { httpAgent: limits } }))
  },
  "a cache, over TLS": {
    server: localS3Tls,
    client: (server) => inCache(server.config({ requestHandler: { httpsAgent: { ...limits, ca: server.ca } } }))
  },
  "a session whose pool is small": {
    server: localS3,
    client: (server) =>
      Effect.flatMap(
        Session.make({ region: "us-east-1", maxSockets: 3 }),
        (session) => session.lease(S3Client, server.config())
      )
  },
  "a session whose clients get little of its pool": {
    server: localS3,
    client: (server) =>
      Effect.flatMap(
        Session.make({ region: "us-east-1", maxSocketsPerClient: 3 }),
        (session) => session.lease(S3Client, server.config())
      )
  }
}

describe("a request goes on in the asynchronous context that it was sent in", () => {
  for (const [name, { client, server }] of Object.entries(ways)) {
    it.scopedLive(`whatever it waited for, on whichever connection it is: ${name}`, () =>
      Effect.gen(function*() {
        yield* sessionEnvironment()
        const s3s = yield* server
        const s3 = yield* client(s3s)
        // First connections are made, then idle ones are used; and each time most requests wait for those before them.
        for (const round of [0, 1, 2]) {
          const ids = Array.from({ length: 10 }, (_, n) => 10 * round + n)
          const answers = yield* Effect.promise(() => Promise.all(ids.map((id) => seen(s3, id, `slow-${id}`))))
          assert.deepStrictEqual(answers, ids.map((id) => new Set([id])))
          yield* turns(3)
        }
        yield* until(() => s3s.connections() <= 3)
      }))
  }
})

describe("the asynchronous context of whoever lets a client leave", () => {
  it.scopedLive("is not held for the drainTimeout when the client has nothing to end", () =>
    Effect.gen(function*() {
      const server = yield* localS3
      const clients = Context.get(
        yield* Layer.build(ClientCache.layer({ maxSize: 1, drainTimeout: "1 hour", gracePeriod: 0 })),
        ClientCache
      )
      const holder = new AsyncLocalStorage<object>()
      const contexts: Array<WeakRef<object>> = []
      const inContext = (n: number) => {
        const store = { n }
        contexts.push(new WeakRef(store))
        return holder.run(store, () =>
          Effect.runPromise(Effect.asVoid(Effect.flatMap(
            clients.client(S3Client, server.config({ region: `r-${n}` })),
            (s3) => fetchObject(s3, "object")
          ))))
      }
      for (let n = 0; n < 20; n++) yield* Effect.promise(() => inContext(n))
      yield* until(() => server.openSockets() === 1)
      yield* garbageCollected
      yield* eventually(
        Effect.map(garbageCollected, () => contexts.filter((ref) => ref.deref() !== undefined).length < 5)
      )
    }))
})
