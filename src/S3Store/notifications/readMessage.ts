/**
 * What a message in a queue says of a bucket.
 */
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { decoder } from "../../effect/schemas.js"

/** An object that was written or removed. */
export interface ObjectChange {
  readonly bucket: string
  /** The key: as it was sent, and decoded where that is another one. Not every sender encodes keys. */
  readonly keys: ReadonlyArray<string>
  /** Of what is there now, as stores tell it; nothing where it was removed, or nobody says. */
  readonly etag: string | undefined
}

/**
 * What a message says:
 *
 * - `changes`: objects that were written or removed. Others of its events, such as of tags of objects, are left out: there
 *   may be none;
 * - `test`: S3 tries whether it may send;
 * - `foreign`: nothing that is known here.
 */
export type ReadMessage =
  | { readonly _tag: "changes"; readonly changes: ReadonlyArray<ObjectChange> }
  | { readonly _tag: "test" }
  | { readonly _tag: "foreign" }

/** The longest message that SQS takes: 1 MiB. Not more is read, whoever sends it. */
const longestMessage = 1_048_576

/**
 * Reads a message: as S3 sends it to a queue, in the envelope of SNS or without, or as EventBridge sends it, with or without
 * that envelope. It never throws.
 */
export const readMessage = (body: string): ReadMessage => {
  const message = body.length > longestMessage ? undefined : parse(body)
  return Option.match(Either.getRight(envelope(message)), {
    onNone: () => readEvents(message),
    onSome: ({ Message }) => readEvents(parse(Message))
  })
}

const readEvents = (message: unknown): ReadMessage => {
  const notification = records(message)
  if (Either.isRight(notification)) {
    const { Records } = notification.right
    const known = Records.flatMap((each) => Option.toArray(Either.getRight(record(each))))
    return known.length === 0 && Records.length > 0
      ? { _tag: "foreign" }
      : { _tag: "changes", changes: known.flatMap(changeOfRecord) }
  }
  const bridged = event(message)
  if (Either.isRight(bridged)) return { _tag: "changes", changes: changeOfEvent(bridged.right) }
  return Either.isRight(test(message)) ? { _tag: "test" } : { _tag: "foreign" }
}

const Bucket = Schema.Struct({ name: Schema.String })

const Record = Schema.Struct({
  eventName: Schema.String,
  s3: Schema.Struct({
    bucket: Bucket,
    object: Schema.Struct({ key: Schema.String, eTag: Schema.optional(Schema.Unknown) })
  })
})

const Event = Schema.Struct({
  source: Schema.Literal("aws.s3"),
  "detail-type": Schema.String,
  detail: Schema.Struct({
    bucket: Bucket,
    object: Schema.Struct({ key: Schema.String, etag: Schema.optional(Schema.Unknown) })
  })
})

const envelope = decoder(Schema.Struct({ Type: Schema.Literal("Notification"), Message: Schema.String }))
const records = decoder(Schema.Struct({ Records: Schema.Array(Schema.Unknown) }))
const record = decoder(Record)
const event = decoder(Event)
const test = decoder(Schema.Struct({ Event: Schema.Literal("s3:TestEvent") }))

/** Ceph and MinIO put `s3:` before the names of events, and have names of their own for two. */
const written = /^(?:s3:)?(?:ObjectCreated|ObjectSynced):/
const removed = /^(?:s3:)?(?:ObjectRemoved|LifecycleExpiration|ObjectLifecycle:Expiration):/

const changeOfRecord = ({ eventName, s3 }: typeof Record.Type): ReadonlyArray<ObjectChange> => {
  const isWritten = written.test(eventName)
  if (!isWritten && !removed.test(eventName)) return []
  const { key } = s3.object
  const decoded = decodeKey(key)
  const keys = decoded === key ? [key] : [decoded, key]
  return [{ bucket: s3.bucket.name, keys, etag: isWritten ? etagOf(s3.object.eTag) : undefined }]
}

/** Here keys are as they are. */
const changeOfEvent = ({ detail, "detail-type": type }: typeof Event.Type): ReadonlyArray<ObjectChange> => {
  const isWritten = type === "Object Created"
  if (!isWritten && type !== "Object Deleted") return []
  const { bucket, object } = detail
  return [{ bucket: bucket.name, keys: [object.key], etag: isWritten ? etagOf(object.etag) : undefined }]
}

/** S3 writes keys as forms are written: a space is `+`. */
const decodeKey = (key: string): string => {
  try {
    return decodeURIComponent(key.replaceAll("+", " "))
  } catch {
    return key
  }
}

/** Stores tell it in quotes, messages do not. */
const etagOf = (etag: unknown): string | undefined =>
  typeof etag !== "string" || etag === "" ? undefined : etag.startsWith("\"") ? etag : `"${etag}"`

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
