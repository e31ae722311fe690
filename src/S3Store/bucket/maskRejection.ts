/**
 * What an S3 client rejected with, without the secrets it was given.
 */
import * as Predicate from "effect/Predicate"
import { maskSecrets } from "../../ClientLayer/secrets/hiddenTexts.js"
import { oneLine } from "../../ClientLayer/secrets/oneLine.js"
import { sentSecrets } from "../../ClientLayer/secrets/sentSecrets.js"

/**
 * A rejection of an S3 client as what others may see: an `Error` with its name, message and stack, the metadata and the
 * few fields that tell what S3 means. A client's own error carries the whole answer and by it the request with its
 * credentials, and a server may say back what it was sent: so everything else is left out, and texts are masked.
 */
export const maskRejection = (cause: unknown): Error => {
  if (isMasked(cause)) return cause
  const secrets = sentSecrets(cause)
  const shown = (text: string, longest: number) => oneLine(maskSecrets(text.slice(0, 20_000), secrets), longest)
  const words = Predicate.hasProperty(cause, "message") ? cause.message : cause
  const error = new MaskedRejection(typeof words === "string" ? wordsOf(words, shown) : "")
  const name = textOf(cause, "name")
  if (name !== undefined) error.name = shown(name, 80)
  const stack = textOf(cause, "stack") ?? ""
  const frames = stack.slice(0, 20_000).split("\n").filter((line) => /^ {4}at /.test(line)).slice(0, 10)
  error.stack = [`${error.name}: ${error.message}`, ...frames.map((line) => `    ${shown(line, 300)}`)].join("\n")
  const kept: Record<string, unknown> = {
    code: networkCodeOf(cause),
    ...textsOf(cause, ["$fault", "$service", "Code", "Region", "Endpoint", "ServerTime", "syscall"]),
    $metadata: metadataOf(cause, shown),
    $response: responseOf(cause)
  }
  const time = Predicate.hasProperty(cause, "ServerTime") ? cause.ServerTime : undefined
  if (time instanceof Date && !Number.isNaN(time.getTime())) kept["ServerTime"] = time.toISOString()
  for (const [field, value] of Object.entries(kept)) {
    if (value !== undefined) Object.assign(error, { [field]: typeof value === "string" ? shown(value, 200) : value })
  }
  return error
}

/** What is not allowed stays, however far behind it stands: it tells whether an object may be absent. */
const wordsOf = (words: string, shown: (text: string, longest: number) => string): string => {
  const all = shown(words, 450)
  const denied = /not authorized to perform:? [a-z0-9-]{1,40}:[a-zA-Z*]{1,60}/.exec(words.slice(0, 2000))?.[0]
  return denied === undefined || all.includes(denied) ? all : `${shown(words, 320)} ${denied}`
}

class MaskedRejection extends Error {
  override name = "Unknown"
}

const isMasked = (cause: unknown): cause is MaskedRejection => cause instanceof MaskedRejection

const textOf = (cause: unknown, field: string): string | undefined => {
  const text = Predicate.hasProperty(cause, field) ? cause[field] : undefined
  return typeof text === "string" ? text : undefined
}

const textsOf = (cause: unknown, fields: ReadonlyArray<string>): Readonly<Record<string, string>> =>
  Object.fromEntries(fields.flatMap((field) => {
    const text = textOf(cause, field)
    return text === undefined ? [] : [[field, text]]
  }))

const networkCodeOf = (cause: unknown): string | undefined =>
  // `fetch` fails with a `TypeError`, whose cause has the code.
  textOf(cause, "code") ?? (Predicate.hasProperty(cause, "cause") ? textOf(cause.cause, "code") : undefined)

const metadataOf = (cause: unknown, shown: (text: string, longest: number) => string) => {
  const metadata = Predicate.hasProperty(cause, "$metadata") ? cause.$metadata : undefined
  if (!Predicate.isRecord(metadata)) return undefined
  const counts = ["httpStatusCode", "attempts", "totalRetryDelay"].flatMap((field) =>
    typeof metadata[field] === "number" ? [[field, metadata[field]]] : []
  )
  const ids = Object.entries(textsOf(metadata, ["requestId", "extendedRequestId", "cfId"]))
    .map(([field, text]) => [field, shown(text, 120)])
  return Object.fromEntries([...counts, ...ids])
}

const regionHeader = "x-amz-bucket-region"

/** Of the answer, where the bucket is. */
const responseOf = (cause: unknown): unknown => {
  const response = Predicate.hasProperty(cause, "$response") ? cause.$response : undefined
  const headers = Predicate.hasProperty(response, "headers") ? response.headers : undefined
  const region = textOf(headers, regionHeader)
  return region === undefined || !/^[a-z]{2}(?:-[a-z]{2,20}){1,3}-\d{1,2}$/i.test(region)
    ? undefined
    : { headers: { [regionHeader]: region } }
}
