/**
 * The errors all stores of this library share.
 *
 * @since 1.0.0
 */
import { TaggedError } from "../../effect/TaggedError.js"
import { cutText, longestMessage } from "../printing/cutText.js"

/**
 * There is an entry under this key already. `add` fails with it; `set` does not.
 *
 * @example
 * ```ts
 * import { Effect } from "effect"
 * import { TtlDict, TtlDictLive } from "effect-aws-cache/Ttl"
 * import * as assert from "node:assert/strict"
 *
 * const take = TtlDict.add("lock", "mine").pipe(
 *   Effect.as("taken"),
 *   Effect.catchTag("CacheExistsError", () => Effect.succeed("somebody has it"))
 * )
 *
 * const program = Effect.all([take, take]).pipe(Effect.provide(TtlDictLive))
 *
 * assert.deepEqual(await Effect.runPromise(program), ["taken", "somebody has it"])
 * ```
 *
 * @since 1.0.0
 * @category errors
 */
export class CacheExistsError extends TaggedError("CacheExistsError")<{
  /** The name of the cache. */
  readonly cache: string
  /** The key, printed. */
  readonly key: string
}> {
  override get message(): string {
    return cutText(`${this.cache}: there is an entry under ${this.key} already`, longestMessage)
  }
}

/**
 * There is no entry under this key, or it has expired.
 *
 * @since 1.0.0
 * @category errors
 */
export class CacheNotFoundError extends /* @__PURE__ */ TaggedError("CacheNotFoundError")<{
  /** The name of the cache. */
  readonly cache: string
  /** The key, printed. */
  readonly key: string
  /** What lay there instead, if something did. */
  readonly detail?: string
}> {
  override get message(): string {
    return cutText(
      `${this.cache}: there is no entry under ${this.key}${this.detail === undefined ? "" : `: ${this.detail}`}`,
      longestMessage
    )
  }
}

/**
 * A key, or a field of it, is not acceptable.
 *
 * @since 1.0.0
 * @category errors
 */
export class CacheKeyError extends /* @__PURE__ */ TaggedError("CacheKeyError")<{
  /** The name of the cache or of the kind of key. */
  readonly cache: string
  /** The field that is wrong, or `"key"` for the key as a whole. */
  readonly field: string
  /** What it is, printed; secrets are masked. */
  readonly value: string
  /** What is accepted. */
  readonly accepted: string
  readonly cause?: unknown
}> {
  override get message(): string {
    return cutText(`${this.cache}: ${this.field} is ${this.value}, but must be ${this.accepted}`, longestMessage)
  }
}

/**
 * An option is not acceptable; the cache was not made, or not changed.
 *
 * @since 1.0.0
 * @category errors
 */
export class CacheConfigError extends TaggedError("CacheConfigError")<{
  /** The name of the cache. */
  readonly cache: string
  /** The option that is wrong. */
  readonly option: string
  /** What it is, printed; secrets are masked. */
  readonly value: string
  /** What is accepted. */
  readonly accepted: string
  readonly cause?: unknown
}> {
  override get message(): string {
    return cutText(`${this.cache}: ${this.option} is ${this.value}, but must be ${this.accepted}`, longestMessage)
  }
}

/**
 * An entry is heavier than all entries together may be, or than each may be in an `S3Cache`. Nothing has changed: no other entry was evicted for it, and
 * what was there under its key still is.
 *
 * @since 1.0.0
 * @category errors
 */
export class EntryTooLargeError extends TaggedError("EntryTooLargeError")<{
  /** The name of the cache. */
  readonly cache: string
  /** The key, printed. */
  readonly key: string
  /** The weight of the entry, in the unit of the weigher (bytes, in a `TtlDict`). */
  readonly weight: number
  /** The most it may weigh. */
  readonly maxWeight: number
  /** The option that says so, where it limits each entry: `"maxEntryBytes"` of an `S3Cache`. */
  readonly option?: string
}> {
  override get message(): string {
    const limit = `the limit of ${this.maxWeight}${this.option === undefined ? "" : ` (${this.option})`}`
    return cutText(`${this.cache}: the entry under ${this.key} weighs ${this.weight}, over ${limit}`, longestMessage)
  }
}

/**
 * A computation asked its own store, directly or through other computations, for the key it is computing: it would
 * wait for itself for ever. A defect, since it is a mistake in the program.
 *
 * @since 1.0.0
 * @category errors
 */
export class CacheReentryError extends TaggedError("CacheReentryError")<{
  /** The name of the cache. */
  readonly cache: string
  /** The key, printed. */
  readonly key: string
}> {
  override get message(): string {
    return cutText(`${this.cache}: the computation for ${this.key} waits for its own result`, longestMessage)
  }
}
