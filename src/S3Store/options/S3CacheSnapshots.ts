/**
 * How the memory of an `S3Cache` is written to a file, and brought back.
 *
 * @since 1.0.0
 */
import type * as Duration from "effect/Duration"

/**
 * How memory is written to a file.
 *
 * @since 1.0.0
 * @category models
 */
export interface S3CacheSnapshotOptions {
  /**
   * How long it may take: the file may be in a file system that hangs. What has been written by then is removed as soon as
   * that can be. Default one minute.
   */
  readonly timeout?: Duration.DurationInput | undefined
}

/**
 * How memory is brought back.
 *
 * @since 1.0.0
 * @category models
 */
export interface S3CacheRestoreOptions {
  /** How long it may take: the file may be in a file system that hangs. Default one minute. */
  readonly timeout?: Duration.DurationInput | undefined
  /**
   * Whether what comes back is given out without asking the second level whether it is still the same. Default `false`: the
   * first lookup of each entry asks, by a request that transfers nothing when it is (a 304).
   */
  readonly trust?: boolean | undefined
}

/**
 * What a snapshot of memory took.
 *
 * @since 1.0.0
 * @category models
 */
export interface S3CacheSnapshotReport {
  /** How many entries are in it. */
  readonly entries: number
  /** How many are not, since they could not be encoded, or have expired meanwhile. */
  readonly skipped: number
}

/**
 * What a snapshot of memory brought back. `outcome` is `restored`, or `missing` (there was no file). Every entry of the file
 * is counted once.
 *
 * @since 1.0.0
 * @category models
 */
export interface S3CacheRestoreReport {
  /** `missing`: there was no file. */
  readonly outcome: "restored" | "missing"
  /** How many entries are back. */
  readonly entries: number
  /** How many had expired meanwhile. */
  readonly expired: number
  /**
   * How many were left out: of keyspaces that were not named, without room in memory, there already, or written or removed
   * by this process since it began.
   */
  readonly skipped: number
  /** How many could not be read, or the schemas do not accept them. A warning tells of them. */
  readonly refused: number
}
