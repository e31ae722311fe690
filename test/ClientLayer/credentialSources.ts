import { HeadBucketCommand, type S3Client } from "@aws-sdk/client-s3"
import { Effect } from "effect"
import * as LocalHttp from "../servers/LocalHttp.js"

/** Until when credentials of these stand-ins are valid; never when it is undefined. */
export type Life = { readonly seconds: number | undefined }

/**
 * A stand-in for STS: assumes every role, and counts. The access key id tells the role and how often it was assumed, such
 * as `alpha-1`.
 */
export const localSts = (life: Life = { seconds: 3600 }) =>
  Effect.gen(function*() {
    const clock = yield* Effect.clock
    const assumed = new Map<string, number>()
    const signers: Array<string> = []
    const regions: Array<string> = []
    const server = yield* LocalHttp.make((request, response, body) => {
      const parameters = new URLSearchParams(body.toString("utf8"))
      const arn = parameters.get("RoleArn") ?? ""
      const role = arn.replace(/^.*\//, "")
      signers.push(signerOf(request.headers.authorization))
      regions.push(/Credential=[^/]+\/\d+\/([^/]+)\//.exec(request.headers.authorization ?? "")?.[1] ?? "nowhere")
      if (role === "forbidden") {
        response.writeHead(403, { "content-type": "text/xml" }).end(
          `<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type><Code>AccessDenied</Code>`
            + `<Message>not authorized to assume ${arn}</Message></Error><RequestId>1</RequestId></ErrorResponse>`
        )
        return
      }
      const count = (assumed.get(role) ?? 0) + 1
      assumed.set(role, count)
      const expiration = new Date(clock.unsafeCurrentTimeMillis() + (life.seconds ?? 3600) * 1000).toISOString()
      response.writeHead(200, { "content-type": "text/xml" }).end(
        `<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult><AssumedRoleUser>`
          + `<Arn>arn:aws:sts::123456789012:assumed-role/${role}/test</Arn><AssumedRoleId>AROA:test</AssumedRoleId>`
          + `</AssumedRoleUser><Credentials><AccessKeyId>${role}-${count}</AccessKeyId>`
          + `<SecretAccessKey>secret-of-${role}-${count}</SecretAccessKey><SessionToken>token-of-${role}-${count}`
          + `</SessionToken><Expiration>${expiration}</Expiration></Credentials></AssumeRoleResult>`
          + `<ResponseMetadata><RequestId>1</RequestId></ResponseMetadata></AssumeRoleResponse>`
      )
    })
    return {
      ...server,
      /** How often a role was assumed. */
      assumed: (role: string) => assumed.get(role) ?? 0,
      /** The access key ids that asked. */
      signers,
      /** For which regions they asked. */
      regions
    }
  })

/** A stand-in for the endpoint that gives containers their credentials. */
export const localContainerEndpoint = (life: Life = { seconds: 3600 }) =>
  Effect.gen(function*() {
    const clock = yield* Effect.clock
    let calls = 0
    const server = yield* LocalHttp.make((_request, response) => {
      calls += 1
      response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify({
        AccessKeyId: `container-${calls}`,
        SecretAccessKey: `secret-of-container-${calls}`,
        Token: `token-of-container-${calls}`,
        ...(life.seconds === undefined
          ? {}
          : { Expiration: new Date(clock.unsafeCurrentTimeMillis() + life.seconds * 1000).toISOString() })
      }))
    })
    return { ...server, variables: { AWS_CONTAINER_CREDENTIALS_FULL_URI: `${server.url}/credentials` } }
  })

const signerOf = (authorization: string | undefined) =>
  /Credential=([^/]+)\//.exec(authorization ?? "")?.[1] ?? "nobody"

/** A stand-in for S3 that answers everything and remembers who asked. */
export const localBucket = Effect.gen(function*() {
  const signers: Array<string> = []
  const server = yield* LocalHttp.make((request, response) => {
    signers.push(signerOf(request.headers.authorization))
    response.writeHead(200).end()
  })
  return {
    ...server,
    /** The access key ids of the requests, in order. */
    signers,
    config: { endpoint: server.url, forcePathStyle: true }
  }
})

/** One request; the access key id it was signed with is in the bucket's `signers`. */
export const ask = (client: S3Client) =>
  Effect.tryPromise({
    try: () => client.send(new HeadBucketCommand({ Bucket: "bucket" })),
    catch: (cause) => cause instanceof Error ? cause : new Error("no Error")
  })
