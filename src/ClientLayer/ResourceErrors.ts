/**
 * The errors of resource caches.
 *
 * @since 0.1.0
 */
import * as Data from "effect/Data"

/**
 * A resource could not be built although its client could: its `make` failed or threw, or what came of it is no such
 * resource. Nothing was cached; the next call tries again.
 *
 * @since 0.1.0
 * @category errors
 */
export class ResourceBuildError extends Data.TaggedError("ResourceBuildError")<{
  /** The name of the cache. */
  readonly cache: string
  /** The key, printed. */
  readonly key: string
  /** What went wrong, with the secrets of configuration and options masked. */
  readonly reason: string
  /** What `make` failed with, or threw; or a masked copy of its message and stack, if a secret was found in it. */
  readonly cause?: unknown
}> {
  override get message(): string {
    return `${this.cache}: ${this.key} could not be built: ${this.reason}`
  }
}

/**
 * What was to be put into a cache is no resource of the key's definition. The cache has not changed.
 *
 * @since 0.1.0
 * @category errors
 */
export class ResourceValueError extends Data.TaggedError("ResourceValueError")<{
  /** The name of the cache. */
  readonly cache: string
  /** The key, printed. */
  readonly key: string
  /** What the value is. */
  readonly value: string
}> {
  override get message(): string {
    return `${this.cache}: the value for ${this.key} is ${this.value}, which its definition does not take for one`
  }
}
