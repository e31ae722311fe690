/**
 * What an S3 client's rejection means.
 */
import * as Predicate from "effect/Predicate"
import { oneLine } from "../../ClientLayer/secrets/oneLine.js"
import { endpointFault } from "../../ClientLayer/values/endpointFault.js"
import { ObjectStoreError, type ObjectStoreReason } from "../objects/ObjectStoreErrors.js"
import { isDirectoryBucket } from "./directoryBucket.js"
import { maskRejection } from "./maskRejection.js"
import { answerOf, answersByCode, isCode, type S3Answer } from "./s3Answers.js"
import { bucketRegionOf } from "./s3Region.js"

/**
 * The HTTP status of a rejection, if a server answered at all. Judge by it rather than by the name: a 304 and a 403 to
 * a HEAD arrive named `Unknown`, and some stores send a 404 without a code.
 */
export const statusOf = (error: unknown): number | undefined => {
  const metadata = Predicate.hasProperty(error, "$metadata") ? error.$metadata : undefined
  const status = Predicate.hasProperty(metadata, "httpStatusCode") ? metadata.httpStatusCode : undefined
  return typeof status === "number" ? status : undefined
}

/** The name of a rejection: S3's error code where it sent one. */
export const nameOf = (error: unknown): string =>
  Predicate.hasProperty(error, "name") && typeof error.name === "string" ? error.name : "Unknown"

/** Whether a rejection says that there is no such object. `NoSuchBucket` is a 404 too, and is not that. */
export const isNoSuchObject = (error: unknown): boolean => {
  const name = nameOf(error)
  if (answersByCode.get(name)?.isSetup === true) return false
  return name === "NoSuchKey" || name === "NotFound" || statusOf(error) === 404
}

/**
 * Whether a failed load may mean that there is no such object: S3 answers `AccessDenied` when an object is absent and the
 * role has no `s3:ListBucket`. An answer that names another action, such as `kms:Decrypt`, says that there is one.
 */
export const mayBeAbsent = ({ cause, reason }: ObjectStoreError): boolean => {
  const action = actionOf(wordsOf(cause))
  return reason === "AccessDenied" && nameOf(cause) === "AccessDenied" &&
    (action === undefined || /^s3:(GetObject|ListBucket)/.test(action))
}

/**
 * A rejection as an `ObjectStoreError`. What the client's error says is kept as `cause`, masked; no part of the request is.
 *
 * @param clientRegion the region of the client, if it is known
 */
export const toObjectStoreError = (
  operation: string,
  target: string,
  bucket: string,
  rejection: unknown,
  clientRegion?: string
): ObjectStoreError => {
  const cause = maskRejection(rejection)
  const meaning = meaningOf(cause)
  const { reason } = meaning
  const endpoint = reason === "WrongEndpoint" ? endpointFault(rejection, "S3") : undefined
  const hint = endpoint ?? meaning.hint
  const lead = leadOf(reason, operation, bucket, cause, clientRegion)
  const detail = [[lead, hint].filter(Predicate.isNotUndefined).join(": "), saidBy(cause)]
  return new ObjectStoreError({
    reason,
    operation,
    target,
    detail: detail.filter((part) => part !== "").join(". ").replace("?. ", "? "),
    cause
  })
}

const meaningOf = (cause: unknown): S3Answer => {
  const code = nameOf(cause)
  const words = wordsOf(cause)
  // S3 says the same of a header that lacks the access key, STS the same of a role as S3 of an object.
  if (code === "AuthorizationHeaderMalformed" && /access key/i.test(words)) return credentials
  if (actionOf(words)?.startsWith("sts:") === true) return credentials
  if (words.startsWith(noRegion)) return wrongRegion
  return answerOf({ code, status: statusOf(cause), network: networkCodeOf(cause) })
}

/** What the SDK says. */
const noRegion = "Region is missing"

const credentials = answerOf({ code: "CredentialsNotSupported", status: undefined, network: undefined })
const wrongRegion = answerOf({ code: "PermanentRedirect", status: undefined, network: undefined })

const networkCodeOf = (error: unknown): string | undefined => {
  const code = Predicate.hasProperty(error, "code") ? error.code : undefined
  return typeof code === "string" ? code : undefined
}

const leadOf = (
  reason: ObjectStoreReason,
  operation: string,
  bucket: string,
  cause: unknown,
  clientRegion: string | undefined
): string | undefined => {
  switch (reason) {
    case "AccessDenied": {
      const action = actionOf(wordsOf(cause))
      const need = neededFor(operation, bucket)
      return `access denied. The role needs ${
        action === undefined || need.includes(action) ? need : `${action}, besides ${need}`
      }`
    }
    case "NoSuchBucket":
      return `there is no bucket ${bucket}`
    case "Credentials":
      return nameOf(cause) === "CredentialsProviderError" ? undefined : "the credentials are not accepted"
    case "WrongRegion": {
      if (wordsOf(cause).startsWith(noRegion)) {
        return "the client has no region: name one in its configuration (clientConfig), in AWS_REGION or in the profile"
      }
      const region = bucketRegionOf(cause)
      const client = clientRegion === undefined ? "the client looks elsewhere" : `the client in ${clientRegion}`
      return region === undefined
        ? `the bucket ${bucket} is not where the client looks for it` +
          (clientRegion === undefined ? "" : `, which is ${clientRegion}`) + ": make the client for the bucket's region"
        : region === clientRegion
        ? `the bucket ${bucket} is in ${region}, as the client is: check the endpoint of the client`
        : `the bucket ${bucket} is in ${region}, ${client}: make the client with region "${region}"`
    }
    case "ClockSkew": {
      const server = Predicate.hasProperty(cause, "ServerTime") ? cause.ServerTime : undefined
      const time = typeof server === "string" ? oneLine(server, 40) : undefined
      return `the clock of this machine is wrong${
        time === undefined ? "" : `: S3's says ${time}`
      }. Set it, or keep it by NTP`
    }
    case "Encryption":
      return "the key that S3 encrypts with cannot be used"
    case "Rejected":
      return "the request was refused"
    default:
      return undefined
  }
}

const neededFor = (operation: string, bucket: string): string => {
  // The session allows everything, or only to read.
  if (isDirectoryBucket(bucket)) return `s3express:CreateSession on bucket ${bucket}`
  switch (operation) {
    case "load":
      return `s3:GetObject on the objects, and s3:ListBucket on bucket ${bucket}: without that, S3 answers 403 instead of ` +
        "404 when an object is absent"
    case "remove":
      return "s3:DeleteObject on the objects"
    case "list":
      return `s3:ListBucket on bucket ${bucket}`
    default:
      return "s3:PutObject on the objects"
  }
}

/** What S3, or else the client, said. */
const saidBy = (cause: unknown): string => {
  const status = statusOf(cause)
  const name = nameOf(cause)
  const words = oneLine(wordsOf(cause), 200)
  if (status !== undefined && !isCode(name)) return `S3 answered ${status} without a code`
  const said = words === "" || words === name ? oneLine(name, 80) : `${oneLine(name, 80)}: ${words}`
  return status === undefined ? said : `S3 answered ${status} ${said}`
}

const wordsOf = (cause: unknown): string => {
  if (Predicate.hasProperty(cause, "message")) return typeof cause.message === "string" ? cause.message : ""
  return typeof cause === "string" ? cause : ""
}

/** The action that S3 says is not allowed, such as `kms:Decrypt`. */
const actionOf = (words: string): string | undefined =>
  /not authorized to perform:? ([a-z0-9-]{1,40}:[a-zA-Z*]{1,60})/.exec(words.slice(0, 2000))?.[1] ??
    // What S3 says of a key of KMS that the role may not use to read.
    (/ciphertext refers to a customer master key/i.test(words) ? "kms:Decrypt" : undefined)
