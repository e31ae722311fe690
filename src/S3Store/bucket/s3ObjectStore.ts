/**
 * An object store in an S3 bucket.
 */
import type { _Object, ListObjectsV2CommandOutput, S3Client } from "@aws-sdk/client-s3"
import * as Arr from "effect/Array"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import type * as Scope from "effect/Scope"
import { Buffer } from "node:buffer"
import { CacheConfigError } from "../../Cache/errors/CacheErrors.js"
import { rethrow } from "../../Cache/installed/rethrow.js"
import { pages } from "../../effect/streams.js"
import { withSeenSpan } from "../common/seenSpan.js"
import { ConditionalOutcome, type ListedObject, LoadOutcome, type ObjectStore } from "../objects/ObjectStore.js"
import { ObjectStoreError } from "../objects/ObjectStoreErrors.js"
import { repeatConflict } from "./repeatConflict.js"
import { makeRequestTimeouts } from "./RequestTimeouts.js"
import { readBody } from "./s3Body.js"
import { makeS3Conditions, refusable } from "./s3Conditions.js"
import { checkS3Options, type S3ObjectStoreOptions } from "./S3ObjectStoreOptions.js"
import { clientRegionOf } from "./s3Region.js"
import { makeSentOnce, type SentOnce } from "./SentOnce.js"
import { isNoSuchObject, mayBeAbsent, nameOf, statusOf, toObjectStoreError } from "./toObjectStoreError.js"

/**
 * Objects in an S3 bucket. The client is used, not owned.
 *
 * Bodies are sent as buffers (streams are signed in chunks, which some stores refuse or garble) and read whole inside
 * the request, so that its socket is free again. Interruption aborts the request.
 *
 * Fails with `CacheConfigError` for a bad option, or when `@aws-sdk/client-s3` is not installed.
 */
export const makeS3ObjectStore = (
  client: Pick<S3Client, "send">,
  options: S3ObjectStoreOptions
): Effect.Effect<ObjectStore, CacheConfigError, Scope.Scope> =>
  Effect.gen(function*() {
    const { bucket, keyPrefix, maxObjectBytes, requestTimeout } = yield* checkS3Options(options)
    const sdk = yield* loadSdk
    const timeouts = yield* makeRequestTimeouts(requestTimeout)

    const request = <A>(operation: string, key: string, send: (abortSignal: AbortSignal) => Promise<A>) => {
      const target = `s3://${bucket}/${key}`
      return timeouts.run(
        send,
        (cause) => toObjectStoreError(operation, target, bucket, cause),
        () =>
          new ObjectStoreError({
            reason: "Timeout",
            operation,
            target,
            detail: `no answer within ${Duration.format(requestTimeout)}`
          })
      ).pipe(
        // Only the client knows where it looks, and tells it later.
        Effect.catchIf(({ reason }) => reason === "WrongRegion", ({ cause }) =>
          Effect.flatMap(
            clientRegionOf(client),
            (region) => Effect.fail(toObjectStoreError(operation, target, bucket, cause, region))
          )),
        withSeenSpan(`effect-aws-cache.S3.${operation}`, () => ({
          kind: "client",
          attributes: { "aws.s3.bucket": bucket, "aws.s3.key": key }
        }))
      )
    }

    // Reading ---------------------------------------------------------------------------------------------------

    const load: ObjectStore["load"] = (name, { firstBytes, ifNoneMatch, isCertain } = {}) => {
      const command = new sdk.GetObjectCommand({
        ...options.getOptions,
        Bucket: bucket,
        Key: keyPrefix + name,
        ...(ifNoneMatch === undefined ? {} : { IfNoneMatch: ifNoneMatch }),
        ...(firstBytes === undefined ? {} : { Range: `bytes=0-${firstBytes - 1}` })
      })
      return request("load", keyPrefix + name, (abortSignal) =>
        client.send(command, { abortSignal }).then(({ Body, ContentLength, ContentRange, ETag, LastModified }) => {
          const etag = strongEtag(ETag)
          return readBody(Body, ContentLength, maxObjectBytes, abortSignal).then((body) =>
            Option.match(body, {
              onNone: () =>
                LoadOutcome.TooLarge({ size: ContentLength ?? maxObjectBytes + 1, etag }),
              onSome: (body) =>
                LoadOutcome.Found({
                  body,
                  size: sizeOf(ContentRange) ?? body.length,
                  etag,
                  modified: endOfSecond(LastModified)
                })
            })
          )
        })).pipe(
          Effect.catchAll((error) => {
            if (isNoSuchObject(error.cause)) {
              return Effect.succeed(LoadOutcome.Absent())
            }
            switch (statusOf(error.cause)) {
              case 304:
                return Effect.succeed(LoadOutcome.Unchanged())
              case 403:
                return options.onAccessDenied === "miss" && isCertain !== true && mayBeAbsent(error)
                  ? Effect.succeed(LoadOutcome.Absent())
                  : Effect.fail(error)
              // There is no first byte of an empty object.
              case 416:
                return firstBytes === undefined ? Effect.fail(error) : load(name, { ifNoneMatch, isCertain })
              default:
                return Effect.fail(error)
            }
          })
        )
    }

    const page = (prefix: string, from: PageStart) =>
      request("list", keyPrefix + prefix, async (abortSignal) => {
        const command = new sdk.ListObjectsV2Command({
          ...options.listOptions,
          Bucket: bucket,
          Prefix: keyPrefix + prefix,
          ...(from.token === undefined ? { StartAfter: from.after } : { ContinuationToken: from.token })
        })
        let isHtml = false
        command.middlewareStack.add(
          (next) => async (args) => {
            const result = await next(args)
            isHtml = isHtmlAnswer(result.response)
            return result
          },
          { step: "deserialize", priority: "low" }
        )
        return { answer: await client.send(command, { abortSignal }), isHtml }
      })

    const unlisted = (prefix: string, detail: string) =>
      new ObjectStoreError({
        reason: "Unavailable",
        operation: "list",
        target: `s3://${bucket}/${keyPrefix}${prefix}`,
        detail
      })

    /**
     * Where the next page begins. A store that says there is more and gives no token is asked for what comes after the
     * last name; one that does not get on fails, rather than to end early or never.
     */
    const nextStart = (
      prefix: string,
      from: PageStart,
      { Contents, IsTruncated, NextContinuationToken: token }: ListObjectsV2CommandOutput
    ): Effect.Effect<Option.Option<PageStart>, ObjectStoreError> => {
      if (IsTruncated !== true && (token === undefined || IsTruncated === false)) {
        return Effect.succeed(Option.none())
      }
      const last = Contents?.findLast(({ Key }) =>
        Key?.startsWith(keyPrefix + prefix)
      )?.Key
      if (token === undefined) {
        return last === undefined || (from.after !== undefined && last <= from.after)
          ? unlisted(prefix, "the list is said to be cut off, but there is no token to go on with")
          : Effect.succeed(Option.some(pageAfter(from, token, last)))
      }
      return [from, from.mark].some((page) => token === page?.token || (last !== undefined && last === page?.after))
        ? unlisted(prefix, "the store gives the same pages of the list again and again")
        : Effect.succeed(Option.some(pageAfter(from, token, last ?? from.after)))
    }

    // Writing ---------------------------------------------------------------------------------------------------

    const put = (
      operation: string,
      key: string,
      body: Uint8Array,
      condition: { readonly IfNoneMatch?: string; readonly IfMatch?: string },
      each?: SentOnce["each"]
    ) =>
      Effect.map(
        request(operation, key, (abortSignal) => {
          const command = new sdk.PutObjectCommand({
            ContentType: "application/octet-stream",
            ...options.putOptions,
            Bucket: bucket,
            Key: key,
            Body: body,
            ...condition
          })
          // After the retries, whose every try comes through it.
          if (each !== undefined) {
            command.middlewareStack.add((next) => (args) => each(() => next(args)), {
              step: "finalizeRequest",
              priority: "low"
            })
          }
          return client.send(command, { abortSignal })
        }),
        ({ ETag }) => Option.map(Option.fromNullable(ETag), strongEtag)
      )

    /**
     * A put that the client does not send again when there was no answer to the first: it may have been done, and
     * something newer may lie there by now.
     */
    const putOnce = (key: string, body: Uint8Array): Effect.Effect<ConditionalOutcome, ObjectStoreError> =>
      repeatConflict(Effect.suspend(() => {
        const sentOnce = makeSentOnce()
        return Effect.matchEffect(put("save", key, body, {}, sentOnce.each), {
          onSuccess: (etag) => Effect.succeed(ConditionalOutcome.Written({ etag })),
          onFailure: (error) => sentOnce.stopped() ? Effect.succeed(ConditionalOutcome.Unknown()) : Effect.fail(error)
        })
      }))

    const putIf = (...[operation, key, body, condition]: Parameters<typeof put>) =>
      Effect.map(
        refusable(put(operation, key, body, condition)),
        (outcome): ConditionalOutcome =>
          outcome._tag === "Written" ? ConditionalOutcome.Written({ etag: outcome.answer }) : outcome
      )

    const removeKey = (key: string, condition: { readonly IfMatch?: string }) =>
      request("remove", key, (abortSignal) =>
        client.send(
          new sdk.DeleteObjectCommand({ ...options.deleteOptions, Bucket: bucket, Key: key, ...condition }),
          { abortSignal }
        ))

    const removeAnyKey = (key: string) => repeatConflict(removeKey(key, {}))

    // To S3 a removal of what is not there is one; some stores answer 404.
    const removeAbsentToo = (name: string) =>
      Effect.catchIf(
        Effect.asVoid(removeAnyKey(keyPrefix + name)),
        (error) => isNoSuchObject(error.cause),
        () => Effect.void
      )

    const removePage = (names: ReadonlyArray<string>) =>
      repeatConflict(request("remove", keyPrefix, (abortSignal) =>
        client.send(
          new sdk.DeleteObjectsCommand({
            ...options.deleteOptions,
            Bucket: bucket,
            Delete: { Quiet: true, Objects: names.map((name) => ({ Key: keyPrefix + name })) }
          }),
          { abortSignal }
        ))).pipe(
          Effect.flatMap(({ Errors = [] }) => {
            const failed = Errors.filter(({ Code }) => !isNoSuchObject({ name: Code }))
            // What failed in passing works on its own; what does not fails with all its store has to say.
            const again = failed.flatMap(({ Key }) => Key?.startsWith(keyPrefix) ? [Key.slice(keyPrefix.length)] : [])
            const nameless = failed.find(({ Key }) => !Key?.startsWith(keyPrefix))
            return nameless === undefined
              ? removeEach(again)
              : Effect.fail(
                toObjectStoreError(
                  "remove",
                  `s3://${bucket}/${keyPrefix}`,
                  bucket,
                  Object.assign(new Error(nameless.Message ?? "no reason given"), { name: nameless.Code ?? "Unknown" })
                )
              )
          })
        )

    const removeEach = (names: ReadonlyArray<string>) =>
      Effect.forEach(names, removeAbsentToo, { concurrency: 16, discard: true })

    // Some stores have no request for many removals, or want it otherwise than the SDK sends it. Known once, it is not
    // tried again.
    let removesPages = true

    const removeNames = (names: ReadonlyArray<string>): Effect.Effect<void, ObjectStoreError> =>
      Effect.suspend(() =>
        removesPages
          ? Effect.catchIf(removePage(names), isRefusedAsSuch, () => {
            removesPages = false
            return removeEach(names)
          })
          : removeEach(names)
      )

    const conditions = yield* makeS3Conditions({ ...options, keyPrefix }, {
      add: (key) => put("probe", key, probe, { IfNoneMatch: "*" }),
      save: (key) => repeatConflict(put("probe", key, probe, {})),
      removeIfMatch: (key, etag) => removeKey(key, { IfMatch: etag }),
      remove: removeAnyKey
    })

    const onlyWithConditions = <A>(operation: string, name: string, write: Effect.Effect<A, ObjectStoreError>) =>
      Effect.flatMap(conditions.onWrites, (honoured) =>
        honoured ? write : new ObjectStoreError({
          reason: "ConditionalWritesUnsupported",
          operation,
          target: `s3://${bucket}/${keyPrefix}${name}`,
          detail: options.conditionalWrites === "off"
            ? "conditional writes are switched off by the option conditionalWrites"
            : "the store ignores conditions on writes, so that nobody can tell who was first"
        }))

    // Ceph's gateway matches an ETag only without its quotes; others want them. Once one form was accepted it is the
    // only one that is sent.
    type EtagForm = (etag: string) => string
    let etagForms: readonly [EtagForm, ...ReadonlyArray<EtagForm>] = [
      (etag) => etag,
      (etag) => etag.replaceAll("\"", "")
    ]

    const replace = (
      name: string,
      body: Uint8Array,
      etag: string
    ): Effect.Effect<ConditionalOutcome, ObjectStoreError> =>
      Effect.suspend(() => {
        const tried = (
          [form, ...others]: ReadonlyArray<EtagForm>
        ): Effect.Effect<ConditionalOutcome, ObjectStoreError> =>
          form === undefined
            ? Effect.succeed(refused)
            : Effect.flatMap(putIf("replace", keyPrefix + name, body, { IfMatch: form(etag) }), (outcome) => {
              if (outcome._tag === "Refused") return tried(others)
              if (outcome._tag === "Written") etagForms = [form]
              return Effect.succeed(outcome)
            })
        return tried(etagForms)
      })

    return {
      description: `s3://${bucket}/${keyPrefix}`,
      place: `s3://${bucket}/${keyPrefix}`,
      maxObjectBytes,
      load,
      save: (name, body) => repeatConflict(put("save", keyPrefix + name, body, {})),
      saveOnce: (name, body) => putOnce(keyPrefix + name, body),
      add: (name, body) => onlyWithConditions("add", name, putIf("add", keyPrefix + name, body, { IfNoneMatch: "*" })),
      replace: (name, body, etag) =>
        etag === ""
          ? new ObjectStoreError({
            reason: "ConditionalWritesUnsupported",
            operation: "replace",
            target: `s3://${bucket}/${keyPrefix}${name}`,
            detail: "the store, or what stands before it, tells no ETags, so that nobody can say which object is meant"
          })
          : onlyWithConditions("replace", name, replace(name, body, etag)),
      remove: removeAbsentToo,
      removeIfMatch: (name, etag) =>
        // Without an etag nobody can say which object is meant.
        Effect.flatMap(etag === "" ? Effect.succeed(false) : conditions.onDeletes, (isSupported) =>
          isSupported
            ? Effect.map(refusable(removeKey(keyPrefix + name, { IfMatch: etagForms[0](etag) })), ({ _tag }) => {
              switch (_tag) {
                case "Written":
                  return "removed"
                case "Refused":
                  return "refused"
                case "Unknown":
                  return "unknown"
              }
            })
            : Effect.succeed("unsupported")),
      removeAll: (names) =>
        Effect.forEach(
          Arr.chunksOf(names, 1000),
          (page) => removeNames(page),
          { concurrency: 4, discard: true }
        ),
      list: (prefix) =>
        pages(firstPage, (from) =>
          Effect.flatMap(page(prefix, from), ({ answer, isHtml }) =>
            isHtml
              ? unlisted(prefix, "the answer is a web page: something before the store has answered in its place")
              : Effect.map(nextStart(prefix, from, answer), (next) => [
                (answer.Contents ?? []).flatMap(listedObject(keyPrefix)).filter(({ name }) => name.startsWith(prefix)),
                next
              ])))
    }
  })

const isHtmlAnswer = (response: unknown): boolean =>
  Predicate.hasProperty(response, "headers") && Predicate.hasProperty(response.headers, "content-type") &&
  String(response.headers["content-type"]).startsWith("text/html")

const refused: ConditionalOutcome = ConditionalOutcome.Refused()
const probe = Buffer.from("probe")

const loadSdk = Effect.tryPromise({
  try: async () => {
    try {
      return await import("@aws-sdk/client-s3")
    } catch (cause) {
      return rethrow(cause)
    }
  },
  catch: (cause) =>
    new CacheConfigError({
      cache: "S3 object store",
      option: "@aws-sdk/client-s3",
      value: "not installed",
      accepted: "installed next to effect-aws-cache: npm install @aws-sdk/client-s3",
      cause
    })
})

/** `Last-Modified` counts in whole seconds. */
const endOfSecond = (date: Date | undefined): number | undefined => {
  const millis = date?.getTime()
  return millis === undefined || Number.isNaN(millis) ? undefined : Math.floor(millis / 1000) * 1000 + 999
}

/** The size of the whole object, from `bytes 0-99/1234`. */
const sizeOf = (contentRange: string | undefined): number | undefined => {
  const size = contentRange === undefined ? undefined : /\/(\d+)$/.exec(contentRange)?.[1]
  return size === undefined ? undefined : Number(size)
}

/**
 * An etag as the store itself made it: a front that changes answers on their way, by compressing them for instance, makes
 * it weak (`W/"..."`, RFC 9110, 8.8.1), and conditions on weak etags never hold.
 */
const strongEtag = (etag = ""): string => etag.startsWith("W/") ? etag.slice(2) : etag

const listedObject = (keyPrefix: string) => ({ ETag, Key, LastModified, Size }: _Object): Array<ListedObject> =>
  Key === undefined || !Key.startsWith(keyPrefix) ? [] : [{
    name: Key.slice(keyPrefix.length),
    size: Size ?? 0,
    etag: strongEtag(ETag),
    modified: LastModified?.getTime() ?? 0
  }]

/** Where a page of a list begins: at a token, or after a name, the last one of the page before. */
interface PageStart {
  readonly token: string | undefined
  readonly after: string | undefined
  readonly count: number
  /**
   * The start that is looked out for: the latest whose count is a power of two, by which every cycle is found (R. P. Brent,
   * "An improved Monte Carlo factorization algorithm", 1980).
   */
  readonly mark: PageStart | undefined
}

const firstPage: PageStart = { token: undefined, after: undefined, count: 1, mark: undefined }

const pageAfter = (from: PageStart, token: string | undefined, after: string | undefined): PageStart => ({
  token,
  after,
  count: from.count + 1,
  // One mark is enough: those before it would never be forgotten.
  mark: Number.isInteger(Math.log2(from.count)) ? { ...from, mark: undefined } : from.mark
})

/** Whether a store refuses the request for many removals as such, be it in this form: single ones may do. */
const isRefusedAsSuch = ({ cause, reason }: ObjectStoreError): boolean =>
  nameOf(cause) === "NotImplemented" || (reason === "Rejected" && (statusOf(cause) ?? 0) >= 400) ||
  [404, 405, 411, 415, 501].includes(statusOf(cause) ?? 0) && reason !== "NoSuchBucket"
