import { S3Client, type S3ClientConfig } from "@aws-sdk/client-s3"
import { Effect } from "effect"
import type { S3CacheOptions, S3ObjectStoreOptions } from "effect-aws-cache/S3Store"
import { EmbeddedS3, type EmbeddedS3Options } from "effect-aws-cache/testing"
import { finished, Readable } from "node:stream"
import { makeS3ObjectStore } from "../../src/S3Store/bucket/s3ObjectStore.js"
import { statusOf } from "../../src/S3Store/bucket/toObjectStoreError.js"
import { makeS3CacheService } from "../../src/S3Store/cache/makeS3CacheService.js"
import * as FaultProxy from "../servers/FaultProxy.js"
import * as S3Server from "../servers/S3Server.js"
import { turnWhen } from "../support/turnWhen.js"
import { turns } from "../support/until.js"

const { Fault } = FaultProxy

export const bucket = "cache-tests"

export const clientOf = (config: S3ClientConfig) =>
  Effect.acquireRelease(
    Effect.sync(() => new S3Client(config)),
    (client) => Effect.sync(() => client.destroy())
  )

/** What a client needs to reach a server that checks nothing. */
export const anyServer = (endpoint: string): S3ClientConfig => ({
  endpoint,
  region: "us-east-1",
  forcePathStyle: true,
  maxAttempts: 1,
  credentials: { accessKeyId: "embedded", secretAccessKey: "embedded-s3" }
})

/** A request that came to its end, and how. */
interface Request {
  readonly method: string
  /** The object's, without prefix. */
  readonly name: string
  readonly status: number
}

/**
 * Notes the requests of a client: of a server of one's own one cannot ask. Those that probe for conditions are left out.
 * One that fails is sent once more where it may be, and that is not noted.
 */
const noting = (client: S3Client, requests: Array<Request>, keyPrefix: string, mayRepeat: () => () => boolean) =>
  client.middlewareStack.add(
    (next) => async (args) => {
      const { request } = args
      const method = typeof request === "object" && request !== null && "method" in request
        ? String(request.method)
        : ""
      const path = typeof request === "object" && request !== null && "path" in request ? String(request.path) : ""
      const [, , ...key] = decodeURIComponent(path).split("/")
      const note = (status: number) => {
        const name = key.join("/").slice(keyPrefix.length)
        if (!name.startsWith(".probe/")) requests.push({ method, name, status })
      }
      const isAllowed = mayRepeat()
      const sent = (times: number): ReturnType<typeof next> =>
        next(args).catch((error: unknown) => {
          if (times === 3 || (statusOf(error) ?? 500) < 500 || !isAllowed()) throw error
          return sent(times + 1)
        })
      try {
        const result = await sent(1)
        note(200)
        return result
      } catch (error) {
        note(statusOf(error) ?? 0)
        throw error
      }
    },
    { step: "build", priority: "low", name: "noting" }
  )

/** What is asked of a server, and not answered to its end yet. */
const makePending = () => {
  const pending = new Set<object>()
  let begun = 0
  const isQuiet: Effect.Effect<void> = Effect.suspend(() => {
    const before = begun
    // An answer may be what the next request waits for.
    return Effect.flatMap(turns(3), () => pending.size === 0 && begun === before ? Effect.void : isQuiet)
  })
  return {
    isQuiet,
    /** Nobody knows when what is pending ends: it is not waited for. */
    forget: () => pending.clear(),
    watch: (client: S3Client, isAnswered: () => boolean) =>
      client.middlewareStack.add(
        (next) => async (args) => {
          const request = {}
          const end = () => void pending.delete(request)
          begun++
          if (isAnswered()) pending.add(request)
          try {
            const result = await next(args)
            const { output } = result
            const body = "Body" in output ? output.Body : undefined
            if (body instanceof Readable) finished(body, end)
            else end()
            return result
          } catch (error) {
            end()
            throw error
          }
        },
        { step: "initialize", priority: "high", name: "pending" }
      )
  }
}

const embeddedServer = (options: EmbeddedS3Options) =>
  Effect.map(EmbeddedS3.make({ ...options, buckets: [bucket] }), ({ clientConfig }): S3Server.S3ServerService => ({
    clientConfig,
    gateways: [clientConfig],
    bucket,
    keyPrefix: "c/",
    isEmbedded: true
  }))

/**
 * A bucket on a server (`S3Server.ts` says which; with options it is always the embedded one) behind a proxy whose faults
 * a test turns on and off, and caches over it. A `TestClock` turns while nothing is asked of the server that it will
 * answer: however slow it is, it is never late.
 */
export const makeBucket = (options: Partial<S3ObjectStoreOptions> = {}, embedded?: EmbeddedS3Options) =>
  Effect.gen(function*() {
    const server =
      yield* (S3Server.isEmbedded || embedded !== undefined ? embeddedServer(embedded ?? {}) : S3Server.make)
    const { bucket, keyPrefix } = server
    const port = Number(new URL(String(server.clientConfig.endpoint)).port)
    const proxy = yield* FaultProxy.make({ port })
    const requests: Array<Request> = []
    let fault: FaultProxy.Fault = Fault.Pass()
    let isAnswered = true
    const client = yield* clientOf({ ...server.clientConfig, endpoint: proxy.url, maxAttempts: 1 })
    noting(client, requests, keyPrefix, () => {
      // A server that is busy answers 500 at times (Ceph does, to reads beside a removal): no test is about that.
      const before = fault
      return () => !server.isEmbedded && before._tag === "Pass" && fault === before
    })
    const directClient = yield* clientOf({ ...server.clientConfig, maxAttempts: server.isEmbedded ? 1 : 3 })
    const pending = makePending()
    pending.watch(client, () => isAnswered)
    pending.watch(directClient, () => true)
    yield* turnWhen(pending.isQuiet)
    const store = yield* makeS3ObjectStore(client, { bucket, keyPrefix, ...options })
    const direct = yield* makeS3ObjectStore(directClient, { bucket, keyPrefix })
    return {
      server,
      proxy: {
        ...proxy,
        set: (next: FaultProxy.Fault) =>
          Effect.suspend(() => {
            fault = next
            // To the others there is an answer, or an end of the connection.
            isAnswered = next._tag !== "Hang" && next._tag !== "Delay"
            if (!isAnswered) pending.forget()
            return proxy.set(next)
          })
      },
      /** Through the proxy. */
      store,
      /** Past the proxy. */
      direct,
      /** Another process, as far as anybody can tell: a cache of its own over the same bucket. */
      process: (options?: S3CacheOptions) => makeS3CacheService(store, options),
      /** The requests so far, past the proxy left out. */
      requests: (): ReadonlyArray<Request> => [...requests]
    }
  })
