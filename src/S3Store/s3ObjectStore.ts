/**
 * An object store in an S3 bucket.
 *
 * @since 0.1.0
 */
import type { GetObjectCommandOutput, S3Client } from "@aws-sdk/client-s3"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type * as Scope from "effect/Scope"
import { randomUUID } from "node:crypto"
import { Readable } from "node:stream"
import { CacheConfigError } from "../Cache/CacheErrors.js"
import { printKey } from "../Cache/printKey.js"
import * as Store from "../Cache/Store.js"
import type { ConditionalOutcome, ObjectStore } from "./ObjectStore.js"
import { isNoSuchObject, nameOf, statusOf, toS3StoreError } from "./s3Failure.js"
import { S3StoreError } from "./S3StoreErrors.js"

/**
 * How an object store uses a bucket.
 *
 * @since 0.1.0
 * @category models
 */
export interface S3ObjectStoreOptions {
  /** The bucket. It must be there. */
  readonly bucket: string
  /** What the names of all objects begin with. Default `"cache/"`. */
  readonly keyPrefix?: string | undefined
  /** How long a single request, retries by the SDK included, may take. Default 10 seconds. */
  readonly requestTimeout?: Duration.DurationInput | undefined
  /**
   * Whether to write on conditions. `"auto"` (default) finds out once, with three requests, whether the store honours
   * them; `"required"` takes it for granted; `"off"` never does. Without them `add` fails with reason
   * `ConditionalWritesUnsupported` instead of pretending.
   */
  readonly conditionalWrites?: "auto" | "required" | "off" | undefined
}

/**
 * Objects in an S3 bucket. The client is used, not owned.
 *
 * Bodies are sent as buffers (streams are signed in chunks, which some stores refuse or garble) and read whole inside
 * the request, so that its socket is free again. Interruption aborts the request.
 *
 * Fails with `CacheConfigError` for a bad option, or when `@aws-sdk/client-s3` is not installed.
 *
 * @since 0.1.0
 * @category constructors
 */
export const makeS3ObjectStore = (
  client: Pick<S3Client, "send">,
  options: S3ObjectStoreOptions
): Effect.Effect<ObjectStore, CacheConfigError, Scope.Scope> =>
  Effect.gen(function*() {
    const { bucket } = options
    if (bucket.trim() === "") return yield* badOption("bucket", bucket, "the name of a bucket")
    const keyPrefix = options.keyPrefix ?? "cache/"
    if (keyPrefix.length > 700 || !/^[\x20-\x7e]*$/.test(keyPrefix)) {
      return yield* badOption("keyPrefix", keyPrefix, "at most 700 printable ASCII characters")
    }
    const timeout = Option.filter(
      Duration.decodeUnknown(options.requestTimeout ?? "10 seconds"),
      (timeout) => Duration.greaterThan(timeout, Duration.zero)
    )
    if (Option.isNone(timeout)) {
      return yield* badOption("requestTimeout", String(options.requestTimeout), "a duration above zero")
    }
    const mode = options.conditionalWrites ?? "auto"
    const sdk = yield* Effect.tryPromise({
      try: () => import("@aws-sdk/client-s3"),
      catch: (cause) =>
        new CacheConfigError({
          cache: "S3 object store",
          option: "@aws-sdk/client-s3",
          value: "not installed",
          accepted: "installed next to effect-aws-cache: npm install @aws-sdk/client-s3",
          cause
        })
    })

    const request = <A>(operation: string, key: string, send: (abortSignal: AbortSignal) => Promise<A>) => {
      const target = `s3://${bucket}/${key}`
      return Effect.tryPromise({
        try: send,
        catch: (cause) => toS3StoreError(operation, target, bucket, cause)
      }).pipe(
        Effect.timeoutFail({
          duration: timeout.value,
          onTimeout: () =>
            new S3StoreError({
              reason: "Timeout",
              operation,
              target,
              detail: `no answer within ${Duration.format(timeout.value)}`
            })
        }),
        Effect.withSpan(`effect-aws-cache.S3.${operation}`, {
          kind: "client",
          attributes: { "aws.s3.bucket": bucket, "aws.s3.key": key },
          captureStackTrace: false
        })
      )
    }

    const put = (
      operation: string,
      key: string,
      body: Uint8Array,
      condition: { readonly IfNoneMatch?: string; readonly IfMatch?: string }
    ) =>
      request(operation, key, (abortSignal) =>
        client.send(
          new sdk.PutObjectCommand({
            Bucket: bucket,
            Key: key,
            Body: body,
            ContentType: "application/octet-stream",
            ...condition
          }),
          { abortSignal }
        ))

    const conditionally = (
      write: Effect.Effect<unknown, S3StoreError>
    ): Effect.Effect<ConditionalOutcome, S3StoreError> =>
      Effect.matchEffect(write, {
        onSuccess: () => Effect.succeed<ConditionalOutcome>("written"),
        onFailure: (error) => {
          const outcome = outcomeOf(error.cause)
          return outcome === undefined ? Effect.fail(error) : Effect.succeed(outcome)
        }
      })

    const removeKey = (key: string) =>
      Effect.asVoid(request("remove", key, (abortSignal) =>
        client.send(new sdk.DeleteObjectCommand({ Bucket: bucket, Key: key }), { abortSignal })))

    // Two writes of one new name, both only if absent: a store that lets both through ignores the condition.
    const probe = Effect.suspend(() => {
      const key = `${keyPrefix}.probe/${randomUUID()}`
      const write = conditionally(put("probe", key, Buffer.from("probe"), { IfNoneMatch: "*" }))
      return Effect.ensuring(
        Effect.flatMap(write, () =>
          Effect.map(write, (outcome) => outcome !== "written")),
        Effect.ignore(removeKey(key))
      ).pipe(
        Effect.catchIf((error) =>
          statusOf(error.cause) === 501 || nameOf(error.cause) === "NotImplemented", () =>
          Effect.succeed(false))
      )
    })
    const findings = yield* Store.make<"conditional writes", boolean, S3StoreError>({ name: `s3://${bucket}` })
    const honoursConditions = mode === "auto"
      ? findings.getOrCompute("conditional writes", probe)
      : Effect.succeed(mode === "required")

    const onlyWithConditions = <A>(operation: string, name: string, write: Effect.Effect<A, S3StoreError>) =>
      Effect.flatMap(honoursConditions, (honoured) =>
        honoured ? write : Effect.fail(
          new S3StoreError({
            reason: "ConditionalWritesUnsupported",
            operation,
            target: `s3://${bucket}/${keyPrefix}${name}`,
            detail: mode === "off"
              ? "conditional writes are switched off by the option conditionalWrites"
              : "the store ignores conditions on writes, so that nobody can tell who was first"
          })
        ))

    return {
      description: `s3://${bucket}/${keyPrefix}`,
      load: (name) =>
        request("load", keyPrefix + name, (abortSignal) =>
          client.send(new sdk.GetObjectCommand({ Bucket: bucket, Key: keyPrefix + name }), { abortSignal }).then(
            ({ Body, ETag }) =>
              wholeBody(Body, abortSignal).then((body) =>
                Option.some({ body, etag: ETag ?? "" })
              )
          )).pipe(
            Effect.catchIf((error) =>
              isNoSuchObject(error.cause), () =>
              Effect.succeed(Option.none()))
          ),
      save: (name, body) => Effect.asVoid(put("save", keyPrefix + name, body, {})),
      add: (name, body) =>
        onlyWithConditions("add", name, conditionally(put("add", keyPrefix + name, body, { IfNoneMatch: "*" }))),
      replace: (name, body, etag) =>
        onlyWithConditions(
          "replace",
          name,
          Effect.flatMap(
            conditionally(put("replace", keyPrefix + name, body, { IfMatch: etag })),
            // Ceph's gateway matches an ETag only without its quotes. Where quotes are right, this is refused again.
            (outcome) =>
              outcome === "refused" && etag.startsWith("\"")
                ? conditionally(put("replace", keyPrefix + name, body, { IfMatch: etag.replaceAll("\"", "") }))
                : Effect.succeed(outcome)
          )
        ),
      remove: (name) => removeKey(keyPrefix + name),
      removeIfMatch: (name, etag) =>
        request("remove", keyPrefix + name, (abortSignal) =>
          client.send(
            new sdk.DeleteObjectCommand({ Bucket: bucket, Key: keyPrefix + name, IfMatch: etag }),
            { abortSignal }
          )).pipe(
            Effect.asVoid,
            Effect.catchIf(
              (error) => isNoSuchObject(error.cause) || outcomeOf(error.cause) === "refused",
              () => Effect.void
            )
          )
    }
  })

// The SDK's abort signal ends with the head of the answer: a body that stalls is given up here.
const wholeBody = (body: GetObjectCommandOutput["Body"], abortSignal: AbortSignal): Promise<Uint8Array> => {
  if (body === undefined) return Promise.resolve(new Uint8Array(0))
  const giveUp = () => {
    if (body instanceof Readable) body.destroy()
  }
  abortSignal.addEventListener("abort", giveUp, { once: true })
  return body.transformToByteArray().finally(() => abortSignal.removeEventListener("abort", giveUp))
}

// AWS answers 412 when the condition does not hold, 404 to If-Match on an absent object, 409 when writers race.
const outcomeOf = (cause: unknown): ConditionalOutcome | undefined => {
  if (isNoSuchObject(cause)) return "refused"
  switch (statusOf(cause)) {
    case 412:
      return "refused"
    case 409:
    case 500:
      return "unknown"
    default:
      return undefined
  }
}

const badOption = (option: string, value: string, accepted: string) =>
  new CacheConfigError({ cache: "S3 object store", option, value: printKey(value), accepted })
