/**
 * Asks a bucket all that the cache will ask of it.
 */
import type {
  DeleteObjectCommandOutput,
  PutObjectCommandInput,
  PutObjectCommandOutput,
  S3Client
} from "@aws-sdk/client-s3"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import { Buffer } from "node:buffer"
import { createHash, randomBytes, randomUUID } from "node:crypto"
import { isDirectoryBucket } from "../../S3Store/bucket/directoryBucket.js"
import { consequences } from "../../S3Store/bucket/s3Answers.js"
import { clientRegionOf } from "../../S3Store/bucket/s3Region.js"
import { isNoSuchObject } from "../../S3Store/bucket/toObjectStoreError.js"
import { type Answer, type Asking, detailOf, reasonOf } from "./Answer.js"
import type { ConditionAnswers, Demand, Facts, ListedProbe, ReadObject } from "./Facts.js"
import { seeCredentials } from "./seeCredentials.js"

/** What is examined. */
export interface Examined {
  readonly client: S3Client
  /** The same client, but with checksums only where S3 must have them. */
  readonly plainClient: S3Client
  readonly bucket: string
  readonly keyPrefix: string
  /** Whether its notifications are looked at. Default: they are not. */
  readonly hasNotifications?: boolean
  /** The SDK, which is not imported before it is needed. */
  readonly sdk: typeof import("@aws-sdk/client-s3")
}

type Mutable<A> = { -readonly [K in keyof A]: A[K] }

const content = "what the doctor writes"
const otherContent = "what the doctor writes next"
const wrongEtag = `"${"0".repeat(32)}"`

/**
 * Asks a bucket, one request after the other, and never fails. All that is written are objects `.probe/UUID` under the
 * prefix, and all of it is removed again, also when it is interrupted; with their versions, where the bucket keeps those.
 */
export const examineBucket = (
  { bucket, client, hasNotifications = false, keyPrefix, plainClient, sdk }: Examined,
  { ask }: Asking
): Effect.Effect<Facts> =>
  Effect.gen(function*() {
    const facts: Mutable<Facts> = {
      place: { bucket, keyPrefix, region: yield* clientRegionOf(client) },
      credentials: yield* seeCredentials(client),
      left: 0
    }
    if (!facts.credentials.isDone) return facts
    const folder = `${keyPrefix}.probe/`
    const name = `${folder}${randomUUID()}`
    const Bucket = bucket
    const written: Array<{ readonly Key: string; readonly VersionId?: string | undefined }> = []

    // What later requests say besides, once it is known that the bucket wants it.
    let payer: { readonly RequestPayer?: "requester" } = {}
    let puts: Partial<PutObjectCommandInput> = {}
    let gets: { readonly SSECustomerAlgorithm?: string; readonly SSECustomerKey?: string } = {}
    let writer = client

    const get = (Key: string, more: { readonly Range?: string; readonly IfNoneMatch?: string } = {}) => {
      const command = new sdk.GetObjectCommand({ ...payer, ...gets, Bucket, Key, ...more })
      return ask("load", Key, async (abortSignal): Promise<ReadObject> => {
        const { Body, ETag = "" } = await client.send(command, { abortSignal })
        return { body: await Body?.transformToString() ?? "", etag: ETag }
      })
    }

    const put = (Key: string, body: string, more: Partial<PutObjectCommandInput> = {}, operation = "save") =>
      Effect.suspend(() => {
        const command = new sdk.PutObjectCommand({ ...payer, ...puts, Bucket, Key, Body: Buffer.from(body), ...more })
        const sent = ask(operation, Key, (abortSignal) => writer.send(command, { abortSignal }))
        // Whatever was answered, it may have been written; and who interrupts waits for the answer, so that nothing is
        // written after it was removed.
        return Effect.uninterruptible(Effect.map(toItsEnd(sent), (answer): Answer<PutObjectCommandOutput> => {
          if (answer.isDone || answer.status === undefined || answer.status >= 500) {
            written.push({ Key, VersionId: answer.isDone ? answer.output.VersionId : undefined })
          }
          return answer
        }))
      })

    const remove = (Key: string, more: { readonly IfMatch?: string } = {}) => {
      const command = new sdk.DeleteObjectCommand({ ...payer, Bucket, Key, ...more })
      return Effect.map(
        toItsEnd(ask("remove", Key, (abortSignal) => client.send(command, { abortSignal }))),
        (answer): Answer<DeleteObjectCommandOutput> => {
          if (answer.isDone && answer.output.VersionId !== undefined) {
            written.push({ Key, VersionId: answer.output.VersionId })
          }
          return answer
        }
      )
    }

    /** Removes what was written, and the versions that are left of it. How many could not be removed. */
    const cleanUp = Effect.gen(function*() {
      let left = 0
      for (const Key of new Set(written.map(({ Key }) => Key))) {
        const answer = yield* remove(Key)
        if (!answer.isDone && !isNoSuchObject(answer.error.cause)) left++
      }
      for (const { Key, VersionId } of written) {
        if (VersionId === undefined || VersionId === "null") continue
        const command = new sdk.DeleteObjectCommand({ ...payer, Bucket, Key, VersionId })
        const answer = yield* toItsEnd(ask("remove", Key, (abortSignal) => client.send(command, { abortSignal })))
        if (!answer.isDone && !isNoSuchObject(answer.error.cause)) left++
      }
      written.length = 0
      return left
    })

    /** The first answer that is done, or else the last. */
    const firstDone = <A>(tries: ReadonlyArray<Effect.Effect<Answer<A>>>, otherwise: Answer<A>) =>
      Effect.gen(function*() {
        let answer = otherwise
        for (const next of tries) if (!answer.isDone) answer = yield* next
        return answer
      })

    /** An ETag with its quotes, and as Ceph's gateway wants it. */
    const formsOf = (etag: string) => [...new Set([etag, etag.replaceAll("\"", "")])]

    const examination = Effect.gen(function*() {
      let absent = yield* get(`${name}.absent`)
      if (reasonOf(absent) === "AccessDenied" && !isDirectoryBucket(bucket)) {
        payer = { RequestPayer: "requester" }
        const paid = yield* get(`${name}.absent`)
        facts.wantsPayer = paid.isDone || isNoSuchObject(paid.error.cause)
        if (facts.wantsPayer) absent = paid
        else payer = {}
      }
      facts.absent = absent
      // Without a session nothing is allowed.
      if (isHopeless(absent) || (isDirectoryBucket(bucket) && reasonOf(absent) === "AccessDenied")) return

      // How the bucket is set up.
      const lifecycle = new sdk.GetBucketLifecycleConfigurationCommand({ Bucket })
      facts.lifecycle = yield* ask("look", "", (abortSignal) => client.send(lifecycle, { abortSignal }))
      const encryption = new sdk.GetBucketEncryptionCommand({ Bucket })
      facts.encryption = yield* ask("look", "", (abortSignal) => client.send(encryption, { abortSignal }))
      if (!isDirectoryBucket(bucket)) {
        const versioning = new sdk.GetBucketVersioningCommand({ Bucket })
        facts.versioning = yield* ask("look", "", (abortSignal) => client.send(versioning, { abortSignal }))
        const lock = new sdk.GetObjectLockConfigurationCommand({ Bucket })
        facts.objectLock = yield* ask("look", "", (abortSignal) => client.send(lock, { abortSignal }))
        if (hasNotifications) {
          const sent = new sdk.GetBucketNotificationConfigurationCommand({ Bucket })
          facts.notifications = yield* ask("look", "", (abortSignal) => client.send(sent, { abortSignal }))
        }
      }
      const retention = facts.objectLock?.isDone === true
        ? facts.objectLock.output.ObjectLockConfiguration?.Rule?.DefaultRetention
        : undefined

      // A list needs no object.
      const listCommand = new sdk.ListObjectsV2Command({ ...payer, Bucket, Prefix: folder })
      const listed = ask("list", folder, async (abortSignal): Promise<ListedProbe | undefined> => {
        const { Contents = [] } = await client.send(listCommand, { abortSignal })
        const there = Contents.find(({ Key }) => Key === name)
        return there === undefined ? undefined : { etag: there.ETag ?? "", size: there.Size }
      })

      facts.remove = yield* remove(`${name}.absent`)
      const isRemovable = facts.remove.isDone || isNoSuchObject(facts.remove.error.cause)
      if (!isRemovable || retention !== undefined) {
        // What is written could not be removed: only what cannot succeed is tried.
        facts.isDryWrite = true
        const dry = yield* put(name, content, { IfMatch: wrongEtag })
        facts.write = dry.isDone ? { ...dry, output: writtenOf(dry.output) } : dry
        facts.list = yield* listed
        return
      }

      const first = yield* put(name, content)
      const { answer, demand } = yield* untilAccepted(first)
      facts.write = answer.isDone ? { ...answer, output: writtenOf(answer.output) } : answer
      if (demand !== undefined) facts.demand = demand
      if (!answer.isDone) {
        facts.list = yield* listed
        return
      }

      // Reading.
      facts.list = yield* listed
      const read = yield* get(name)
      facts.read = read
      if (read.isDone) {
        facts.ranged = yield* get(name, { Range: "bytes=0-3" })
        if (read.output.etag !== "") facts.unchanged = yield* get(name, { IfNoneMatch: read.output.etag })
      }

      // Conditions.
      const rewrite = yield* put(name, otherContent)
      facts.rewrite = rewrite.isDone ? { ...rewrite, output: writtenOf(rewrite.output) } : rewrite
      facts.addToExisting = yield* put(name, otherContent, { IfNoneMatch: "*" }, "add")
      const wrong = yield* put(name, otherContent, { IfMatch: wrongEtag }, "replace")
      const etag = wrong.isDone ? wrong.output.ETag : rewrite.isDone ? rewrite.output.ETag : undefined
      if (etag === undefined) return
      const right = yield* firstDone(
        formsOf(etag).map((IfMatch) => put(name, otherContent, { IfMatch }, "replace")),
        wrong
      )
      facts.replace = { wrong, right }
      facts.removeIfMatch = yield* removals(right.isDone ? right.output.ETag ?? etag : etag)
    })

    const removals = (etag: string): Effect.Effect<ConditionAnswers> =>
      Effect.gen(function*() {
        const wrong = yield* remove(name, { IfMatch: wrongEtag })
        // Where it is gone, there is nothing more to find out.
        if (wrong.isDone) return { wrong, right: wrong }
        return { wrong, right: yield* firstDone(formsOf(etag).map((IfMatch) => remove(name, { IfMatch })), wrong) }
      })

    /** Says more and more of what a bucket may want to be told, until it takes the object. */
    const untilAccepted = (first: Answer<PutObjectCommandOutput>) =>
      Effect.gen(function*() {
        const reason = reasonOf(first)
        // A key of KMS that may not be used is no demand.
        const isOver = reason === undefined || reason === "Encryption" || consequences[reason].isSetup ||
          /\bkms:[A-Z]/.test(detailOf(first))
        if (isOver) return { answer: first, demand: undefined }
        for (const demand of demandsAfter(first)) {
          const before = { gets, puts, writer }
          switch (demand) {
            case "no-checksums":
              writer = plainClient
              break
            case "SSE-C": {
              const key = randomBytes(32)
              gets = {
                SSECustomerAlgorithm: "AES256",
                SSECustomerKey: key.toString("base64")
              }
              puts = { ...gets, SSECustomerKeyMD5: createHash("md5").update(key).digest("base64") }
              break
            }
            default:
              puts = { ServerSideEncryption: demand }
          }
          const answer = yield* put(name, content)
          if (answer.isDone) return { answer, demand }
          gets = before.gets
          puts = before.puts
          writer = before.writer
        }
        return { answer: first, demand: undefined }
      })

    yield* examination.pipe(Effect.onInterrupt(() => cleanUp))
    facts.left = yield* Effect.uninterruptible(cleanUp)
    return facts
  })

/** A request in a fiber of its own, which ends by its limit of time: where nobody may interrupt, it is waited for. */
const toItsEnd = <A>(request: Effect.Effect<A>): Effect.Effect<A> =>
  Effect.flatMap(Effect.forkDaemon(Effect.interruptible(request)), Fiber.join)

const writtenOf = ({ ETag = "", VersionId }: PutObjectCommandOutput) => ({ etag: ETag, versionId: VersionId })

/** What to say besides after a write was refused, one after the other. */
const demandsAfter = (answer: Answer<unknown>): ReadonlyArray<Demand> =>
  reasonOf(answer) === "AccessDenied"
    ? ["AES256", "aws:kms", "SSE-C"]
    : ["no-checksums", "AES256", "aws:kms", "SSE-C"]

/** Whether every other request would fail for the same reason. */
const isHopeless = (answer: Answer<unknown>): boolean => {
  const reason = reasonOf(answer)
  return reason !== undefined && !isAbsent(answer) && (consequences[reason].isSetup || consequences[reason].counts)
}

/** Whether an answer says that there is no object. */
export const isAbsent = (answer: Answer<unknown>): boolean => !answer.isDone && isNoSuchObject(answer.error.cause)
