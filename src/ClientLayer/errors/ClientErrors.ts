/**
 * The errors of client caches.
 *
 * @since 1.0.0
 */
import * as Data from "effect/Data"
import { cutText } from "../../Cache/printing/cutText.js"

/**
 * Why a client could not be built:
 *
 * - `Loader`: the function that loads its class failed;
 * - `Constructor`: its constructor threw;
 * - `NotAClient`: what came of its constructor is no client;
 * - `Customization`: its `ClientCustomization` failed;
 * - `Check`: it was built, and turned out to be of no use;
 * - `ConfigChanged`: its configuration reads differently from one moment to the next.
 *
 * @since 1.0.0
 * @category models
 */
export type ClientBuildReason =
  | "Loader"
  | "Constructor"
  | "NotAClient"
  | "Customization"
  | "Check"
  | "ConfigChanged"

/**
 * A client could not be built: its module could not be loaded, its constructor threw, or what came of it is no client.
 * Nothing was cached; the next call tries again.
 *
 * @since 1.0.0
 * @category errors
 */
export class ClientBuildError extends Data.TaggedError("ClientBuildError")<{
  /** The name of the cache. */
  readonly cache: string
  /** The key, printed; `"a client class"` when it was not even loaded. */
  readonly key: string
  /** Which step of it failed. */
  readonly reason: ClientBuildReason
  /** What went wrong, in 250 characters at the most. Whatever the key does not show of the configuration is masked. */
  readonly detail: string
  /** What was thrown, as it was thrown; or a masked copy, if something was found in it that the key does not show. */
  readonly cause?: unknown
}> {
  override get message(): string {
    // What went wrong is to be seen whatever the key is.
    return `${cutText(this.cache, 60)}: ${cutText(this.key, 160)} could not be built: ${cutText(this.detail, 250)}`
  }
}

/**
 * What was to be put into a cache is no client. The cache has not changed.
 *
 * @since 1.0.0
 * @category errors
 */
export class ClientValueError extends Data.TaggedError("ClientValueError")<{
  /** The name of the cache. */
  readonly cache: string
  /** The key, printed. */
  readonly key: string
  /** What the value is. */
  readonly value: string
}> {
  override get message(): string {
    const value = `the value for ${cutText(this.key, 160)} is ${cutText(this.value, 120)}`
    return `${cutText(this.cache, 60)}: ${value}, but must be an AWS SDK v3 client `
      + "(an object with send, destroy, config and middlewareStack)"
  }
}

/**
 * Why a request was cut off:
 *
 * - `Closed`: the cache that built its client was closed;
 * - `DrainTimeout`: the client had left the cache, and the time to end what it had begun is over.
 *
 * @since 1.0.0
 * @category models
 */
export type ClientClosedReason = "Closed" | "DrainTimeout"

/**
 * A request was cut off, because the cache that built its client was closed, or because the client had left the cache
 * and the cache's `drainTimeout` was over. This is what `client.send` rejects with; the SDK does not send such a request
 * again. A body that is being read at that moment fails with Node's own error instead (`aborted`, `ECONNRESET`).
 *
 * @since 1.0.0
 * @category errors
 */
export class ClientClosedError extends Data.TaggedError("ClientClosedError")<{
  /** Why it was. */
  readonly reason: ClientClosedReason
}> {
  override get message(): string {
    return `the request was cut off: ${
      this.reason === "Closed"
        ? "the cache that built its client was closed"
        : "its client left the cache, and the time to end what it had begun is over"
    }`
  }
}
