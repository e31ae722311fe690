/**
 * What a rejection of a DynamoDB client means.
 */
import * as Predicate from "effect/Predicate"
import { oneLine } from "../../ClientLayer/secrets/oneLine.js"
import { maskRejection } from "../bucket/maskRejection.js"
import { answerOf } from "../bucket/s3Answers.js"
import { nameOf, statusOf } from "../bucket/toObjectStoreError.js"
import { ObjectStoreError, type ObjectStoreReason } from "../objects/ObjectStoreErrors.js"

/** What DynamoDB calls otherwise than S3. */
const reasons: Readonly<Record<string, ObjectStoreReason>> = {
  ResourceNotFoundException: "NoSuchBucket",
  AccessDeniedException: "AccessDenied",
  UnrecognizedClientException: "Credentials",
  InvalidSignatureException: "Credentials",
  IncompleteSignatureException: "Credentials",
  MissingAuthenticationTokenException: "Credentials",
  ExpiredTokenException: "Credentials",
  CredentialsProviderError: "Credentials",
  ProvisionedThroughputExceededException: "Throttled",
  ThrottlingException: "Throttled",
  RequestLimitExceeded: "Throttled",
  LimitExceededException: "Throttled",
  InternalServerError: "Unavailable",
  ValidationException: "Rejected",
  ItemCollectionSizeLimitExceededException: "Rejected",
  // Another Region, or a transaction, is writing the item.
  ReplicatedWriteConflictException: "Conflict",
  TransactionConflictException: "Conflict"
}

/** What DynamoDB calls a key of KMS that cannot be used. */
const isAboutEncryption = /^KMS|EncryptionCredentials/

/** Whether the condition of a write did not hold. */
export const isConditionFailed = (cause: unknown): boolean => nameOf(cause) === "ConditionalCheckFailedException"

/** A rejection as an `ObjectStoreError`. What the client's error says is kept as `cause`, masked. */
export const toTableError = (
  operation: string,
  target: string,
  table: string,
  rejection: unknown
): ObjectStoreError => {
  const cause = maskRejection(rejection)
  const code = nameOf(cause)
  const status = statusOf(cause)
  const network = Predicate.hasProperty(cause, "code") && typeof cause.code === "string" ? cause.code : undefined
  const reason = isAboutEncryption.test(code)
    ? "Encryption"
    : reasons[code] ?? answerOf({ code, status, network }).reason
  const said = `${status === undefined ? "" : `DynamoDB answered ${status} `}${oneLine(code, 80)}: ${
    oneLine(cause.message, 200)
  }`
  const lead = leadOf(reason, operation, table, code, cause.message)
  return new ObjectStoreError({
    reason,
    operation,
    target,
    detail: lead === undefined ? said : `${lead}. ${said}`,
    cause
  })
}

const leadOf = (
  reason: ObjectStoreReason,
  operation: string,
  table: string,
  code: string,
  said: string
): string | undefined => {
  switch (reason) {
    case "NoSuchBucket":
      return `there is no table ${table}`
    case "AccessDenied":
      return `access denied. The role needs ${actions[operation] ?? "dynamodb:PutItem"} on table ${table}`
    case "Credentials":
      return "the credentials are not accepted"
    case "Encryption":
      return `the key that DynamoDB encrypts table ${table} with cannot be used`
    case "Rejected":
      if (code === "ItemCollectionSizeLimitExceededException") {
        return `table ${table} has a local secondary index, and so 10 GB at most for each partition key: take one without`
      }
      return code === "ValidationException" && isAboutKeys.test(said)
        ? `the request was refused: has table ${table} the partition key pk and the sort key sk, both strings`
        : "the request was refused"
    default:
      return undefined
  }
}

/** What DynamoDB says of a table that has other keys: of one in a request that has none, too many, or of another type. */
const isAboutKeys = /key element|key schema|missing the key|type mismatch for key/i

const actions: Readonly<Record<string, string>> = {
  load: "dynamodb:GetItem",
  remove: "dynamodb:DeleteItem and dynamodb:BatchWriteItem",
  list: "dynamodb:Query"
}
