/**
 * The error of a request.
 *
 * @since 1.0.0
 */
import * as Data from "effect/Data"
import { type ErrorGuard, instanceOfAny } from "../../Cache/errors/errorGuard.js"
import { cutText, longestMessage } from "../../Cache/printing/cutText.js"

/**
 * A class of exceptions of the AWS SDK, such as `NoSuchKey`.
 *
 * @since 1.0.0
 * @category models
 */
export type ExceptionClass = abstract new(...args: never) => Error

/**
 * An exception that a request may fail with: its name, or its class.
 *
 * @since 1.0.0
 * @category models
 */
export type ExceptionSource = string | ExceptionClass

/**
 * The error for an exception that was named: `RequestErrorOf<"NoSuchKey">` is `RequestError<"NoSuchKey">`, and for its
 * class, `cause` is an instance of that.
 *
 * @since 1.0.0
 * @category errors
 */
export type RequestErrorOf<Source> = Source extends string ? RequestError<Source>
  : Source extends abstract new(...args: never) => infer Exception
    ? Exception extends { readonly name: infer Name extends string } ? RequestError<Name, Exception> : never
  : never

/**
 * What the SDK tells of a request that was answered, or tried.
 *
 * @since 1.0.0
 * @category models
 */
export interface RequestMetadata {
  /** The status of the answer, such as `404`. */
  readonly httpStatusCode?: number | undefined
  /** The service's name for the request: what AWS support asks for. */
  readonly requestId?: string | undefined
  /** A second name of the request, which S3 gives. */
  readonly extendedRequestId?: string | undefined
  /** The name that CloudFront gave the request. */
  readonly cfId?: string | undefined
  /** How often it was sent. */
  readonly attempts?: number | undefined
  /** How long the SDK waited between attempts, in milliseconds. */
  readonly totalRetryDelay?: number | undefined
}

/**
 * Why a request failed:
 *
 * - `Throttled`: the service asks to be asked less often;
 * - `Rejected`: the service refused it (any other 4xx, or its own word that it is the client's fault);
 * - `Unavailable`: the service failed itself (5xx, or its own word that it is the server's fault);
 * - `Timeout`: no answer in time;
 * - `Network`: no connection, or one that broke;
 * - `Aborted`: its signal was aborted;
 * - `Unknown`: anything else; see `name` and `cause`.
 *
 * @since 1.0.0
 * @category models
 */
export type RequestReason = "Throttled" | "Rejected" | "Unavailable" | "Timeout" | "Network" | "Aborted" | "Unknown"

/**
 * What a request error tells.
 *
 * @since 1.0.0
 * @category models
 */
export interface RequestFault<out Tag extends string, out Exception> {
  readonly _tag: Tag
  /** The name of the exception, such as `NoSuchKey`. */
  readonly name: string
  /** The cache or session that sent it. */
  readonly cache?: string | undefined
  /** The class of the client, such as `S3Client`. */
  readonly client: string
  /** The command, such as `GetObjectCommand`. */
  readonly command: string
  /** Why it failed. */
  readonly reason: RequestReason
  /** What the service says, without secrets, in at most 300 characters. */
  readonly detail: string
  /** What the SDK notes of the request. */
  readonly $metadata: RequestMetadata
  /** Whose fault it is, as the service sees it. */
  readonly $fault?: "client" | "server" | undefined
  /** Whether it was refused because too much was asked. */
  readonly isThrottling: boolean
  /** Whether the same request may succeed later. */
  readonly isRetryable: boolean
  /** What the client rejected with, as it is: it may show what the message hides. */
  readonly cause: Exception
}

/**
 * A request failed: the service answered with an exception, or no answer came.
 *
 * Its `name` is the exception's: `NoSuchKey`, `ConditionalCheckFailedException`, `TimeoutError`; of an error of Node's
 * that has a code instead, the code: `ECONNREFUSED`. Its `_tag` is the same for the exceptions that were named in the
 * `errors` of the request, so that `Effect.catchTag("NoSuchKey", ...)` handles them, and `"RequestError"` for all
 * others. Why they must be named: the SDK does not say which exceptions a command may fail with, and no list of them is
 * ever complete. So the types are as true as the program needs: what is named can be handled and is gone then, what is
 * not named stays.
 *
 * @example
 * ```ts
 * import { GetObjectCommand, S3Client } from "@aws-sdk/client-s3"
 * import { Effect } from "effect"
 * import { ClientCache, ClientCacheLive } from "effect-aws-cache/ClientLayer"
 * import * as assert from "node:assert/strict"
 *
 * const report = (bucket: string) =>
 *   ClientCache.send(
 *     S3Client,
 *     { region: "us-west-2" },
 *     new GetObjectCommand({ Bucket: bucket, Key: "2026" }),
 *     { errors: ["NoSuchKey"] }
 *   ).pipe(
 *     Effect.flatMap(({ Body }) => Effect.promise(async () => Body?.transformToString())),
 *     Effect.catchTag("NoSuchKey", () => Effect.succeed("nothing to report")),
 *     Effect.catchTag("RequestError", (error) => Effect.succeed(`${error.name}, ${error.$metadata.httpStatusCode}`))
 *   )
 *
 * const program = Effect.all([report("reports"), report("lost")]).pipe(Effect.provide(ClientCacheLive))
 *
 * assert.deepEqual(await Effect.runPromise(program), ["nothing to report", "NoSuchBucket, 404"])
 * ```
 *
 * @since 1.0.0
 * @category errors
 */
export class RequestError<out Tag extends string = "RequestError", out Exception = unknown>
  extends Data.Error<{ readonly message: string; readonly cause: unknown }>
{
  readonly _tag: Tag
  /** What it failed with, by name. */
  override readonly name: string
  /** The name of the cache; none for a client of one's own. */
  readonly cache: string | undefined
  /** The key of the client, printed, or the name of its class. */
  readonly client: string
  /** The command, such as `GetObject`. */
  readonly command: string
  /** Why it failed, whatever the name of the exception is. */
  readonly reason: RequestReason
  /** What was said, in one line of 300 characters at most, without secrets. */
  readonly detail: string
  /** The status, the id of the request, how often it was sent. */
  readonly $metadata: RequestMetadata
  /** Whose fault it is, if the service said so. */
  readonly $fault: "client" | "server" | undefined
  /** Whether the service asks to be asked less often. */
  readonly isThrottling: boolean
  /**
   * Whether the same request may well succeed later: it was throttled, or the server or the network failed. The SDK has
   * tried it again already, as often as `maxAttempts` says.
   */
  readonly isRetryable: boolean
  /** What the client rejected with, as it was; or a copy without the secrets that were found in it. */
  override readonly cause: Exception

  constructor(fault: RequestFault<Tag, Exception>) {
    super({ message: messageOf(fault), cause: fault.cause })
    this._tag = fault._tag
    this.name = fault.name
    this.cache = fault.cache
    this.client = fault.client
    this.command = fault.command
    this.reason = fault.reason
    this.detail = fault.detail
    this.$metadata = fault.$metadata
    this.$fault = fault.$fault
    this.isThrottling = fault.isThrottling
    this.isRetryable = fault.isRetryable
    this.cause = fault.cause
  }
}

/**
 * Whether a value is the error of a request, whatever its tag.
 *
 * @since 1.0.0
 * @category guards
 */
export const isRequestError: ErrorGuard<RequestError<string>> = instanceOfAny(RequestError)

const messageOf = ({ $metadata, cache, client, command, detail, name }: RequestFault<string, unknown>): string => {
  const status = $metadata.httpStatusCode === undefined ? "" : ` (${$metadata.httpStatusCode})`
  const where = cache === undefined ? "" : `${cache}: `
  const said = detail === "" ? "" : `: ${detail}`
  return cutText(`${where}${command} of ${client} failed: ${name}${status}${said}`, longestMessage)
}
