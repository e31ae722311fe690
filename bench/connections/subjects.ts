/**
 * What is compared: ways to keep clients while more configurations are in use than there is room for, and ways to come
 * by a client for a request.
 */
import { GetObjectCommand, S3Client, type S3ClientConfig } from "@aws-sdk/client-s3"
import { ClientCache, type ClientCacheService } from "effect-aws-cache/ClientLayer"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import * as Https from "node:https"

/** How an object was fetched. */
interface Fetched {
  readonly failed: boolean
  readonly attempts: number
}

/** Fetches an object, and reads its body whole. */
const fetchObject = async (client: S3Client, key: string): Promise<Fetched> => {
  let attempts = 1
  try {
    const { $metadata, Body } = await client.send(new GetObjectCommand({ Bucket: "bucket", Key: key }))
    attempts = $metadata.attempts ?? 1
    await Body?.transformToByteArray()
    return { failed: false, attempts }
  } catch {
    return { failed: true, attempts }
  }
}

type Fetch = (config: S3ClientConfig, key: string) => Effect.Effect<Fetched, unknown>

const capacity = 4

/** A way to keep clients; what it keeps is closed with the scope. */
export interface ChurnSubject {
  readonly name: string
  readonly ours: boolean
  readonly make: Effect.Effect<Fetch, unknown, Scope.Scope>
}

/** What ordinary code does: a `Map` in the order of use, by region. */
const plainLru = (onEvicted: (client: S3Client) => void): ChurnSubject["make"] =>
  Effect.map(
    Effect.acquireRelease(
      Effect.sync(() => new Map<string, S3Client>()),
      (clients) =>
        Effect.sync(() => {
          for (const client of clients.values()) client.destroy()
        })
    ),
    (clients) => (config, key) => {
      const region = String(config.region)
      const client = clients.get(region) ?? new S3Client(config)
      clients.delete(region)
      clients.set(region, client)
      if (clients.size > capacity) {
        for (const [oldest, evicted] of clients) {
          clients.delete(oldest)
          onEvicted(evicted)
          break
        }
      }
      return Effect.promise(() => fetchObject(client, key))
    }
  )

const ourCache = (
  fetch: (cache: ClientCacheService, config: S3ClientConfig, key: string) => ReturnType<Fetch>
): ChurnSubject["make"] =>
  Effect.map(Layer.build(ClientCache.layer({ maxSize: capacity })), (context) => {
    const cache = Context.get(context, ClientCache)
    return (config, key) => fetch(cache, config, key)
  })

/** The ways to keep clients, in the order of the table. */
export const churnSubjects: ReadonlyArray<ChurnSubject> = [
  { name: "LRU, destroy() when evicted", ours: false, make: plainLru((client) => client.destroy()) },
  { name: "LRU, dropped when evicted", ours: false, make: plainLru(() => {}) },
  {
    name: "ClientCache.client",
    ours: true,
    make: ourCache((cache, config, key) =>
      Effect.flatMap(cache.client(S3Client, config), (client) => Effect.promise(() => fetchObject(client, key)))
    )
  },
  {
    name: "ClientCache.withClient",
    ours: true,
    make: ourCache((cache, config, key) =>
      cache.withClient(S3Client, config, (client) => Effect.promise(() => fetchObject(client, key)))
    )
  }
]

/** A way to come by a client for a request. */
export interface RequestSubject {
  readonly name: string
  readonly ours: boolean
  /** Given the certificate of the server. */
  readonly make: (ca: string) => Effect.Effect<Fetch, unknown, Scope.Scope>
}

/** The ways to come by a client, in the order of the table. */
export const requestSubjects: ReadonlyArray<RequestSubject> = [
  {
    name: "a fresh client",
    ours: false,
    make: (ca) =>
      Effect.succeed((config, key) =>
        Effect.acquireUseRelease(
          Effect.sync(() => new S3Client({ ...config, requestHandler: { httpsAgent: { ca } } })),
          (client) => Effect.promise(() => fetchObject(client, key)),
          (client) => Effect.sync(() => client.destroy())
        )
      )
  },
  {
    name: "a fresh client on shared connections",
    ours: false,
    make: (ca) =>
      Effect.map(
        Effect.acquireRelease(
          Effect.sync(() => new Https.Agent({ keepAlive: true, maxSockets: 50, ca })),
          (agent) => Effect.sync(() => agent.destroy())
        ),
        (httpsAgent) => (config, key) =>
          Effect.promise(() => fetchObject(new S3Client({ ...config, requestHandler: { httpsAgent } }), key))
      )
  },
  {
    name: "ClientCache.withClient",
    ours: true,
    make: (ca) =>
      ourCache((cache, config, key) =>
        cache.withClient(
          S3Client,
          { ...config, requestHandler: { httpsAgent: { ca } } },
          (client) => Effect.promise(() => fetchObject(client, key))
        )
      )
  }
]
