/**
 * Where the demo keeps its entries: an embedded S3 server, or a bucket of yours.
 */
import { DeleteObjectCommand, paginateListObjectsV2, S3Client, type S3ClientConfig } from "@aws-sdk/client-s3"
import { ClientCache } from "effect-aws-cache/ClientLayer"
import { EmbeddedS3 } from "effect-aws-cache/testing"
import * as Config from "effect/Config"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type * as Scope from "effect/Scope"
import { randomUUID } from "node:crypto"
import * as FaultProxy from "../test/servers/FaultProxy.js"

/** A bucket, as options of the layers of `S3Cache`. */
export interface BucketOptions {
  readonly bucket: string
  readonly keyPrefix: string
  readonly clientConfig: S3ClientConfig
}

/** The bucket, as it is seen through a proxy. */
interface UnreliableBucket {
  readonly proxy: FaultProxy.FaultProxy
  readonly options: BucketOptions
}

/** A bucket to use, in words, as options, and as environment variables for another process. */
export interface Bucket {
  readonly description: string
  readonly options: BucketOptions
  readonly environment: Readonly<Record<string, string>>
  /** Puts a proxy that can fail before the bucket, until the scope closes; where one can be put there. */
  readonly unreliable: Option.Option<Effect.Effect<UnreliableBucket, FaultProxy.FaultProxyError, Scope.Scope>>
  /** Removes all that the demo wrote. */
  readonly cleanUp: Effect.Effect<void, unknown, ClientCache>
}

const configOf = (endpoint: Option.Option<string>): S3ClientConfig =>
  Option.match(endpoint, { onNone: () => ({}), onSome: (endpoint) => ({ endpoint, forcePathStyle: true }) })

/** The port of a server on this machine that speaks plain HTTP. */
const localPort = (endpoint: string): Option.Option<number> => {
  const { hostname, port, protocol } = new URL(endpoint)
  return protocol === "http:" && ["127.0.0.1", "localhost"].includes(hostname)
    ? Option.some(Number(port === "" ? 80 : port))
    : Option.none()
}

const makeUnreliable = (options: BucketOptions, endpoint: Option.Option<string>): Bucket["unreliable"] =>
  Option.map(Option.flatMap(endpoint, localPort), (port) =>
    Effect.map(FaultProxy.make({ port }), (proxy) => ({
      proxy,
      options: { ...options, clientConfig: { ...options.clientConfig, endpoint: proxy.url } }
    })))

const removeAll = ({ bucket, clientConfig, keyPrefix }: BucketOptions) =>
  ClientCache.withClient(S3Client, clientConfig, (client) =>
    Effect.tryPromise(async () => {
      for await (const { Contents = [] } of paginateListObjectsV2({ client }, { Bucket: bucket, Prefix: keyPrefix })) {
        await Promise.all(Contents.map(({ Key }) => client.send(new DeleteObjectCommand({ Bucket: bucket, Key }))))
      }
    }))

/**
 * The bucket that `S3_BUCKET` names, at `S3_ENDPOINT` if that is set, below a prefix of the demo's own (after `S3_PREFIX`);
 * or, without `S3_BUCKET`, a bucket on an embedded server that lives as long as the scope. The second process is told
 * all of it, the prefix with `DEMO_PREFIX`.
 */
export const bucket = Effect.gen(function*() {
  const named = yield* Config.option(Config.nonEmptyString("S3_BUCKET"))
  const endpoint = yield* Config.option(Config.nonEmptyString("S3_ENDPOINT"))
  if (Option.isSome(named)) {
    const before = yield* Config.withDefault(Config.string("S3_PREFIX"), "effect-aws-cache-demo/")
    const keyPrefix = yield* Config.withDefault(Config.nonEmptyString("DEMO_PREFIX"), `${before}${randomUUID()}/`)
    const options = { bucket: named.value, keyPrefix, clientConfig: configOf(endpoint) }
    return {
      description: `bucket ${named.value}${
        Option.match(endpoint, { onNone: () => "", onSome: (url) => ` at ${url}` })
      }`,
      options,
      environment: { DEMO_PREFIX: keyPrefix },
      unreliable: makeUnreliable(options, endpoint),
      cleanUp: removeAll(options)
    } satisfies Bucket
  }
  const server = yield* EmbeddedS3.make({ buckets: ["demo"] })
  const options = { bucket: "demo", keyPrefix: "cache/", clientConfig: server.clientConfig }
  return {
    description: `an embedded S3 server at ${server.endpoint}`,
    options,
    environment: {
      S3_BUCKET: "demo",
      DEMO_PREFIX: "cache/",
      S3_ENDPOINT: server.endpoint,
      AWS_REGION: server.region,
      AWS_USE_FIPS_ENDPOINT: "false",
      AWS_USE_DUALSTACK_ENDPOINT: "false",
      AWS_ACCESS_KEY_ID: server.credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: server.credentials.secretAccessKey
    },
    unreliable: makeUnreliable(options, Option.some(server.endpoint)),
    cleanUp: Effect.void
  } satisfies Bucket
})
