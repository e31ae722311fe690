/**
 * What an S3 server has: buckets, objects, uploads in parts.
 */
import { Buffer } from "node:buffer"
import { createHash } from "node:crypto"
import type { EmbeddedS3Change } from "./EmbeddedS3Change.js"

/** What comes and goes with an object. */
export interface S3Content {
  readonly body: Buffer
  /** The headers that a client gave to be told again: type, metadata, checksums. */
  readonly headers: Readonly<Record<string, string>>
}

/** An object. */
export interface S3Object extends S3Content {
  /** With quotes. */
  readonly etag: string
  readonly lastModified: Date
}

/** Parts of an object that is not there yet. */
interface Upload {
  readonly bucket: string
  readonly key: string
  readonly headers: Readonly<Record<string, string>>
  readonly parts: Map<number, S3Object>
}

const md5 = (body: Buffer): Buffer => createHash("md5").update(body).digest()

/** Whether a name is one of a bucket. */
export const isBucketName = (name: string): boolean => /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(name)

/** All that a server has. Everything here is done at once, so that a condition holds when the write is done. */
export class S3Objects {
  readonly buckets = new Map<string, { readonly created: Date; readonly objects: Map<string, S3Object> }>()
  readonly uploads = new Map<string, Upload>()
  private readonly now: () => Date
  private readonly onChange: (change: EmbeddedS3Change) => void
  private made = 0

  constructor(
    now: () => Date,
    buckets: ReadonlyArray<string>,
    onChange: (change: EmbeddedS3Change) => void = () => {}
  ) {
    this.now = now
    this.onChange = onChange
    for (const name of buckets) this.createBucket(name)
  }

  createBucket(name: string): void {
    this.buckets.set(name, { created: this.now(), objects: new Map() })
  }

  find(bucket: string, key: string): S3Object | undefined {
    return this.buckets.get(bucket)?.objects.get(key)
  }

  put(
    bucket: string,
    key: string,
    { body, headers }: S3Content,
    etag = md5(body).toString("hex"),
    event: EmbeddedS3Change["event"] = "ObjectCreated:Put"
  ): S3Object {
    const object: S3Object = { body, headers, etag: `"${etag}"`, lastModified: this.now() }
    this.buckets.get(bucket)?.objects.set(key, object)
    this.onChange({ event, bucket, key, etag: object.etag, size: body.length })
    return object
  }

  remove(bucket: string, key: string): void {
    if (this.buckets.get(bucket)?.objects.delete(key) === true) {
      this.onChange({ event: "ObjectRemoved:Delete", bucket, key, etag: "", size: 0 })
    }
  }

  /** Begins an upload, and tells its id. */
  begin(bucket: string, key: string, headers: S3Content["headers"]): string {
    const id = `upload-${++this.made}`
    this.uploads.set(id, { bucket, key, headers, parts: new Map() })
    return id
  }

  addPart({ parts }: Upload, number: number, { body, headers }: S3Content): S3Object {
    const part: S3Object = { body, headers, etag: `"${md5(body).toString("hex")}"`, lastModified: this.now() }
    parts.set(number, part)
    return part
  }

  /** Makes an object of parts. */
  complete(id: string, { bucket, headers, key }: Upload, parts: ReadonlyArray<S3Object>): S3Object {
    this.uploads.delete(id)
    const sums = md5(Buffer.concat(parts.map(({ body }) => md5(body)))).toString("hex")
    const body = Buffer.concat(parts.map((part) => part.body))
    return this.put(bucket, key, { body, headers }, `${sums}-${parts.length}`, "ObjectCreated:CompleteMultipartUpload")
  }
}
