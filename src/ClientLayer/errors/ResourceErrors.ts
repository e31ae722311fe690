/**
 * The errors of resource caches.
 *
 * @since 1.0.0
 */
import * as Data from "effect/Data"
import { cutText } from "../../Cache/printing/cutText.js"

/**
 * Why a resource could not be built:
 *
 * - `Make`: its `make` failed or threw;
 * - `NotAResource`: what its `make` gave is no such resource;
 * - `OwnClient`: its `ownClient` threw;
 * - `ConfigChanged`: the configuration of its client reads differently from one moment to the next.
 *
 * @since 1.0.0
 * @category models
 */
export type ResourceBuildReason = "Make" | "NotAResource" | "OwnClient" | "ConfigChanged"

/**
 * A resource could not be built although its client could: its `make` failed or threw, or what came of it is no such
 * resource. Nothing was cached; the next call tries again.
 *
 * @since 1.0.0
 * @category errors
 */
export class ResourceBuildError extends Data.TaggedError("ResourceBuildError")<{
  /** The name of the cache. */
  readonly cache: string
  /** The key, printed. */
  readonly key: string
  /** Which step of it failed. */
  readonly reason: ResourceBuildReason
  /** What went wrong, in 250 characters at the most. What the key does not show of configuration and options is masked. */
  readonly detail: string
  /** What `make` failed with, or threw; or a masked copy, if something was found in it that the key does not show. */
  readonly cause?: unknown
}> {
  override get message(): string {
    // What went wrong is to be seen whatever the key is.
    return `${cutText(this.cache, 60)}: ${cutText(this.key, 160)} could not be built: ${cutText(this.detail, 250)}`
  }
}

/**
 * What was to be put into a cache is no resource of the key's definition. The cache has not changed.
 *
 * @since 1.0.0
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
    const value = `the value for ${cutText(this.key, 160)} is ${cutText(this.value, 200)}`
    return `${cutText(this.cache, 60)}: ${value}, which its definition does not take for one`
  }
}
