/**
 * From what a client rejected with to the error of a request.
 *
 * @since 1.0.0
 */
import * as Predicate from "effect/Predicate"
import { inspect } from "node:util"
import { cutText } from "../../Cache/printing/cutText.js"
import { credentialsFailureOf } from "../credentials/credentialFailures.js"
import type { CredentialsFailure } from "../credentials/CredentialMemo.js"
import { ClientClosedError } from "../errors/ClientErrors.js"
import {
  type ExceptionSource,
  RequestError,
  type RequestErrorOf,
  type RequestMetadata,
  type RequestReason
} from "../errors/RequestError.js"
import { HiddenTexts } from "../secrets/hiddenTexts.js"
import { maskReason } from "../secrets/maskCause.js"
import { oneLine } from "../secrets/oneLine.js"
import { sentSecrets } from "../secrets/sentSecrets.js"
import { endpointFault } from "../values/endpointFault.js"
import { fieldOf } from "../values/fieldOf.js"

/**
 * How a request can fail: with an exception that was named, with another one, because its client was closed, or because
 * its session has no credentials.
 *
 * @since 1.0.0
 * @category errors
 */
export type SendError<Source = never> = RequestError | RequestErrorOf<Source> | ClientClosedError | CredentialsFailure

/** What a request was, for its error. */
export interface RequestOrigin {
  /** The name of the cache. */
  readonly cache?: string | undefined
  /** The key of the client, printed, or the name of its class. */
  readonly client: string
  /** What must not be shown. */
  readonly hidden: HiddenTexts
}

/**
 * The error of a request.
 *
 * @param thrown what the client rejected with
 * @param command what was sent
 * @param errors the exceptions that get a tag of their own
 */
export const requestFailure = <Source extends ExceptionSource = never>(
  thrown: unknown,
  command: object,
  origin: RequestOrigin,
  errors: ReadonlyArray<Source> = []
): SendError<Source> => {
  try {
    return failureOf(thrown, command, origin, errors)
  } catch {
    // Getters and proxies may throw.
    return failureOf(new Error("its error cannot be read"), command, origin, [])
  }
}

const failureOf = <Source extends ExceptionSource = never>(
  thrown: unknown,
  command: object,
  origin: RequestOrigin,
  errors: ReadonlyArray<Source>
): SendError<Source> => {
  if (thrown instanceof ClientClosedError) return thrown
  const credentials = credentialsFailureOf(thrown)
  if (credentials !== undefined) return credentials
  const hidden = HiddenTexts.of(sentSecrets(thrown)).addAll(origin.hidden)
  const given = nameOf(thrown)
  const name = oneLine(hidden.mask(given), 80)
  const words = oneLine(maskReason(thrown, hidden, ""), 300)
  const fault = {
    name,
    cache: origin.cache === undefined ? undefined : cutText(origin.cache, 60),
    client: cutText(origin.client, 120),
    command: cutText(nameOfClass(command).replace(/Command$/, "") || "a command", 60),
    reason: reasonOf(thrown, given),
    detail: [endpointFault(thrown), words === name ? undefined : words].filter(Predicate.isNotUndefined).join(". "),
    $metadata: metadataOf(thrown, hidden),
    $fault: faultOf(thrown),
    isThrottling: isThrottling(thrown, given),
    isRetryable: isRetryable(thrown, given),
    cause: maskedException(thrown, hidden)
  }
  const named: unknown = new RequestError({ ...fault, _tag: given })
  if (isOneOf(named, given, thrown, errors)) return named
  return new RequestError<"RequestError">({ ...fault, _tag: "RequestError" })
}

const isOneOf = <Source extends ExceptionSource>(
  _error: unknown,
  tag: string,
  thrown: unknown,
  errors: ReadonlyArray<Source>
): _error is RequestErrorOf<Source> =>
  errors.some((source: ExceptionSource) =>
    typeof source === "function" ? thrown instanceof source || source.name === tag : source === tag
  )

/** The name of the class of an object, whatever it is. */
export const nameOfClass = (object: object): string => textOf(fieldOf(object, "constructor"), "name") ?? ""

const nameOf = (thrown: unknown): string => {
  const name = textOf(thrown, "name") ?? "UnknownError"
  // These say nothing: the code does.
  return name === "Error" || name === "AggregateError" || name === "TypeError" ? codeOf(thrown) ?? name : name
}

const codeOf = (thrown: unknown): string | undefined =>
  // `fetch` fails with a `TypeError`, whose cause has the code.
  textOf(thrown, "code") ?? textOf(fieldOf(thrown, "cause"), "code")

const textOf = (value: unknown, field: string): string | undefined => {
  const text = fieldOf(value, field)
  return typeof text === "string" ? text : undefined
}

const numberOf = (value: unknown, field: string): number | undefined => {
  const number = fieldOf(value, field)
  return typeof number === "number" ? number : undefined
}

const faultOf = (thrown: unknown): "client" | "server" | undefined => {
  const fault = fieldOf(thrown, "$fault")
  return fault === "client" || fault === "server" ? fault : undefined
}

const metadataOf = (thrown: unknown, hidden: HiddenTexts): RequestMetadata => {
  const metadata = fieldOf(thrown, "$metadata")
  // They are headers of the answer, in which a server may say back what it was sent.
  const idOf = (field: string) => {
    const id = textOf(metadata, field)
    return id === undefined || !hidden.isComplete ? undefined : hidden.mask(id.slice(0, longestHeader)).slice(0, 120)
  }
  const given = {
    httpStatusCode: numberOf(metadata, "httpStatusCode"),
    requestId: idOf("requestId"),
    extendedRequestId: idOf("extendedRequestId"),
    cfId: idOf("cfId"),
    attempts: numberOf(metadata, "attempts"),
    totalRetryDelay: numberOf(metadata, "totalRetryDelay")
  }
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined))
}

const longestHeader = 16_384

// What the SDK itself takes for it (@smithy/core/retry), which is a package that may not be there.
const throttling = new Set([
  "BandwidthLimitExceeded",
  "EC2ThrottledException",
  "LimitExceededException",
  "PriorRequestNotComplete",
  "ProvisionedThroughputExceededException",
  "RequestLimitExceeded",
  "RequestThrottled",
  "RequestThrottledException",
  "SlowDown",
  "ThrottledException",
  "Throttling",
  "ThrottlingException",
  "TooManyRequestsException",
  "TransactionInProgressException"
])
const timeouts = new Set(["TimeoutError", "RequestTimeout", "RequestTimeoutException", "ETIMEDOUT"])
const network = new Set([
  "ECONNRESET",
  "ECONNREFUSED",
  "EPIPE",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "ENOTFOUND",
  "EAI_AGAIN"
])

const isIn = (names: ReadonlySet<string>, thrown: unknown, name: string): boolean =>
  names.has(name) || names.has(codeOf(thrown) ?? "")

const reasonOf = (thrown: unknown, name: string): RequestReason => {
  if (isThrottling(thrown, name)) return "Throttled"
  if (name === "AbortError") return "Aborted"
  if (isIn(timeouts, thrown, name)) return "Timeout"
  if (isIn(network, thrown, name)) return "Network"
  const status = numberOf(fieldOf(thrown, "$metadata"), "httpStatusCode") ?? 0
  if (status >= 500) return "Unavailable"
  if (status >= 400) return "Rejected"
  const fault = faultOf(thrown)
  return fault === undefined ? "Unknown" : fault === "client" ? "Rejected" : "Unavailable"
}

const isThrottling = (thrown: unknown, name: string): boolean =>
  throttling.has(name) || numberOf(fieldOf(thrown, "$metadata"), "httpStatusCode") === 429
  || fieldOf(fieldOf(thrown, "$retryable"), "throttling") === true

const isRetryable = (thrown: unknown, name: string): boolean =>
  isThrottling(thrown, name) || isIn(timeouts, thrown, name) || isIn(network, thrown, name)
  || fieldOf(thrown, "$retryable") !== undefined
  || [500, 502, 503, 504].includes(numberOf(fieldOf(thrown, "$metadata"), "httpStatusCode") ?? 0)

/**
 * An exception as it was thrown; or, if a secret shows in it, a copy without it, which is an instance of the same class.
 * A server may say back what it was sent.
 */
const maskedException = (thrown: unknown, hidden: HiddenTexts): unknown => {
  if (!shows(thrown, hidden)) return thrown
  return thrown instanceof Error
    ? copyOf(thrown, hidden, 0)
    : new Error("a value that is not shown, because it holds a secret")
}

const copyOf = (thrown: Error, hidden: HiddenTexts, depth: number): object => {
  const copy: object = Object.create(Object.getPrototypeOf(thrown))
  const put = (field: string, value: unknown, enumerable: boolean) =>
    Object.defineProperty(copy, field, { value, enumerable, writable: true, configurable: true })
  put("message", masked(thrown.message, hidden, depth), false)
  put("stack", masked(thrown.stack, hidden, depth), false)
  for (const [field, value] of Object.entries(thrown)) put(field, masked(value, hidden, depth + 1), true)
  if (thrown.cause !== undefined) put("cause", masked(thrown.cause, hidden, depth + 1), false)
  return copy
}

const deepest = 5

const masked = (value: unknown, hidden: HiddenTexts, depth: number): unknown => {
  if (typeof value === "string") return hidden.isComplete ? hidden.mask(value) : "(not shown)"
  if (typeof value !== "object" || value === null) return typeof value === "function" ? undefined : value
  if (value instanceof Date) return value
  if (depth >= deepest) return undefined
  if (Array.isArray(value)) return value.map((item) => masked(item, hidden, depth + 1))
  if (value instanceof Error) return copyOf(value, hidden, depth)
  return Object.fromEntries(
    Object.entries(value).map(([field, inner]) => [hidden.mask(field), masked(inner, hidden, depth + 1)])
  )
}

// What is printed of an error: its fields that are enumerable. The answer itself, which the SDK adds, is not.
const shows = (thrown: unknown, hidden: HiddenTexts): boolean => {
  if (hidden.isEmpty) return false
  if (!hidden.isComplete) return true
  try {
    const shown = inspect(thrown, { depth: deepest, customInspect: false, maxStringLength: null })
      + (thrown instanceof Error ? `${thrown.message}\n${thrown.stack}` : "")
    return hidden.isIn(shown)
  } catch {
    // What cannot be looked at cannot be trusted either.
    return true
  }
}
