/**
 * Where the demo keeps its entries: an embedded S3 server, or a bucket of yours.
 */
import type { S3ClientConfig } from "@aws-sdk/client-s3"
import type { ObjectStoreS3Options } from "effect-aws-cache/S3Store"
import * as Config from "effect/Config"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { randomUUID } from "node:crypto"
import * as EmbeddedS3 from "../test/servers/EmbeddedS3.js"

/** A bucket to use, in words, as options, and as environment variables for another process. */
export interface Bucket {
  readonly description: string
  readonly isEmbedded: boolean
  readonly options: ObjectStoreS3Options
  readonly environment: Readonly<Record<string, string>>
}

const optionsOf = (bucket: string, keyPrefix: string, endpoint: Option.Option<string>): ObjectStoreS3Options => {
  const clientConfig: S3ClientConfig = Option.match(endpoint, {
    onNone: () => ({}),
    onSome: (endpoint) => ({ endpoint, forcePathStyle: true })
  })
  return { bucket, keyPrefix, clientConfig }
}

/**
 * The bucket that `S3_BUCKET` names, at `S3_ENDPOINT` if that is set, with a prefix (`S3_PREFIX`) below which nothing
 * else is; or, without `S3_BUCKET`, a bucket on an embedded server that lives as long as the scope.
 */
export const bucket = Effect.gen(function*() {
  const named = yield* Config.option(Config.nonEmptyString("S3_BUCKET"))
  const endpoint = yield* Config.option(Config.nonEmptyString("S3_ENDPOINT"))
  if (Option.isSome(named)) {
    const keyPrefix = yield* Config.withDefault(
      Config.nonEmptyString("S3_PREFIX"),
      `effect-aws-cache-demo/${randomUUID()}/`
    )
    return {
      description: `bucket ${named.value}${
        Option.match(endpoint, { onNone: () => "", onSome: (url) => ` at ${url}` })
      }`,
      isEmbedded: false,
      options: optionsOf(named.value, keyPrefix, endpoint),
      environment: { S3_PREFIX: keyPrefix }
    } satisfies Bucket
  }
  const server = yield* EmbeddedS3.make({ buckets: ["demo"] })
  return {
    description: `an embedded S3 server at ${server.endpoint}`,
    isEmbedded: true,
    options: { ...optionsOf("demo", "cache/", Option.some(server.endpoint)), clientConfig: server.clientConfig },
    environment: {
      S3_BUCKET: "demo",
      S3_PREFIX: "cache/",
      S3_ENDPOINT: server.endpoint,
      AWS_REGION: server.region,
      AWS_ACCESS_KEY_ID: server.credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: server.credentials.secretAccessKey
    }
  } satisfies Bucket
})
