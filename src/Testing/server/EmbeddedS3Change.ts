/**
 * What an embedded server tells of a change.
 *
 * @since 1.0.0
 */

/**
 * An object of an embedded server was written or removed.
 *
 * @since 1.0.0
 * @category models
 */
export interface EmbeddedS3Change {
  /** What S3 calls it. */
  readonly event: "ObjectCreated:Put" | "ObjectCreated:CompleteMultipartUpload" | "ObjectRemoved:Delete"
  /** The bucket. */
  readonly bucket: string
  /** The key, as it is. */
  readonly key: string
  /** With quotes; empty where it was removed. */
  readonly etag: string
  /** In bytes; 0 where it was removed. */
  readonly size: number
}
