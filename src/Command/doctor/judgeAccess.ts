/**
 * Whether a role may do with a bucket what the cache does.
 */
import * as Duration from "effect/Duration"
import { isDirectoryBucket } from "../../S3Store/bucket/directoryBucket.js"
import type { ObjectStoreReason } from "../../S3Store/objects/ObjectStoreErrors.js"
import { type Answer, detailOf, reasonOf, saidOf } from "./Answer.js"
import { isAbsent } from "./examineBucket.js"
import type { Demand, Facts } from "./Facts.js"
import { found, good, type Judgement, note, untried } from "./Finding.js"
import { statementFor } from "./policyStatements.js"

const minute = 60_000

/** The credentials: whether there are some, and for how long. */
export const judgeCredentials = ({ absent, credentials }: Pick<Facts, "absent" | "credentials">): Judgement => {
  if (!credentials.isDone) {
    return found(
      credentials.detail,
      "set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or run where a role is given (--profile names one)"
    )
  }
  const { accessKey, expiresAt, now, source } = credentials
  const from = `${accessKey}${source === undefined ? "" : `, from ${source}`}`
  if (reasonOf(absent) === "Credentials") {
    return found(
      `${from}: ${detailOf(absent)}`,
      "give it credentials that are accepted; sign in anew where they have expired"
    )
  }
  if (expiresAt === undefined) return good(from)
  const left = expiresAt - now
  const wait = Duration.format(Duration.millis(Math.abs(left) - Math.abs(left) % minute))
  return left <= 0
    ? found(`${from}: expired ${wait} ago`, "sign in anew, or renew them")
    : good(`${from}, for another ${wait}`)
}

/** Faults of the bucket and the way to it. */
const placeFaults: Partial<Record<ObjectStoreReason, string>> = {
  NoSuchBucket: "make the bucket, or correct the name",
  WrongRegion: "say the region of the bucket: --region here, region in clientConfig or AWS_REGION in your program",
  WrongEndpoint: "look at --endpoint, AWS_ENDPOINT_URL and AWS_ENDPOINT_URL_S3",
  Network: "look at the endpoint, proxies and security groups; in a VPC without internet S3 needs a gateway endpoint",
  Timeout: "look at the endpoint, proxies and security groups; in a VPC without internet S3 needs a gateway endpoint",
  Unavailable: "wait, and try again",
  Throttled: "wait, and try again; spread load over time, or over prefixes",
  Unknown: "is it S3 that answers there?"
}

/** Whether the bucket is where the client looks for it. */
export const judgeBucket = ({ absent, place }: Facts): Judgement => {
  if (absent === undefined) return untried
  const reason = reasonOf(absent)
  // Whether it is there is not told to who is not known.
  if (reason === "Credentials" || reason === "ClockSkew") return untried
  if (reason === "AccessDenied" && isDirectoryBucket(place.bucket)) {
    return found(detailOf(absent), "add this to the policy of the role", statementFor("s3:GetObject", place))
  }
  const todo = reason === undefined || isAbsent(absent) ? undefined : placeFaults[reason]
  return todo === undefined
    ? good(`it is there${place.region === undefined ? "" : `, asked for in ${place.region}`}`)
    : found(detailOf(absent), todo)
}

/** From which difference on the cache calls a clock wrong. */
const mostSkew = 5000

/** The clock of this machine against the one of the server, which each of its answers tells. */
export const judgeClock = ({ absent }: Pick<Facts, "absent">): Judgement => {
  if (absent === undefined) return untried
  const todo = "set the clock of this machine, or keep it by NTP: when tags were invalidated is compared by clocks"
  if (reasonOf(absent) === "ClockSkew") return found(detailOf(absent), todo)
  const told = Date.parse(absent.headers["date"] ?? "")
  if (Number.isNaN(told)) return { outcome: "unseen", says: "the server does not tell its time" }
  // It tells whole seconds.
  const skew = told + 1000 < absent.sentAt ? told + 1000 - absent.sentAt : Math.max(0, told - absent.answeredAt)
  const size = Duration.format(Duration.millis(Math.abs(skew)))
  return Math.abs(skew) > mostSkew
    ? found(`this machine's clock is ${size} ${skew > 0 ? "behind" : "ahead of"} the server's`, todo)
    : good(skew === 0 ? "agrees with the server's" : `within ${size} of the server's`)
}

const give = ({ place }: Facts) =>
  isDirectoryBucket(place.bucket)
    ? "let the policy of the role allow this without a condition on s3express:SessionMode"
    : "add this to the policy of the role"

/** `s3:DeleteObject`. */
export const judgeRemove = (facts: Facts): Judgement => {
  const { place, remove } = facts
  if (remove === undefined) return untried
  if (remove.isDone || isAbsent(remove)) return good("objects can be removed")
  return reasonOf(remove) === "AccessDenied"
    ? found(`removing is denied. ${saidOf(remove)}`, give(facts), statementFor("s3:DeleteObject", place))
    : found(`nothing can be removed. ${detailOf(remove)}`, "look at what the server says")
}

const demands: Readonly<Record<Exclude<Demand, "no-checksums">, string>> = {
  AES256: "say putOptions: { ServerSideEncryption: \"AES256\" }",
  "aws:kms": "say putOptions: { ServerSideEncryption: \"aws:kms\" }, with SSEKMSKeyId where the policy names a key",
  "SSE-C": "say SSECustomerAlgorithm and SSECustomerKey in putOptions and getOptions"
}

/** `s3:PutObject`. */
export const judgeWrite = (facts: Facts): Judgement => {
  const { demand, isDryWrite, place, write } = facts
  if (write === undefined) return untried
  if (write.isDone || (isDryWrite === true && (write.status === 412 || isAbsent(write)))) {
    return demand === undefined || demand === "no-checksums"
      ? good(
        isDryWrite === true
          ? "may be done; nothing was written, since it could not be removed"
          : "objects can be written"
      )
      : found(`the bucket takes objects only with ${demand} encryption asked for in each write`, demands[demand])
  }
  switch (reasonOf(write)) {
    case "AccessDenied":
      return namesKey(write) ? good("denied for the key of KMS only: see encryption") : found(
        `writing is denied. ${saidOf(write)}`,
        give(facts),
        statementFor("s3:PutObject", place)
      )
    case "Encryption":
      return good("denied for the key of KMS only: see encryption")
    default:
      return found(`nothing can be written. ${detailOf(write)}`, "look at what the server says")
  }
}

const namesKey = (answer: Answer<unknown> | undefined) => /\bkms:[A-Z]/.test(detailOf(answer))

/** `s3:GetObject`, and whether what comes back is what was written. */
export const judgeRead = (facts: Facts): Judgement => {
  const { absent, list, place, read } = facts
  if (read === undefined) {
    // Who may list and is denied what is absent may not read.
    return reasonOf(absent) === "AccessDenied" && list?.isDone === true
      ? found(`reading is denied. ${saidOf(absent)}`, give(facts), statementFor("s3:GetObject", place))
      : untried
  }
  if (read.isDone) {
    return read.output.body === "what the doctor writes"
      ? good("what was written comes back")
      : found(
        "what comes back is not what was written",
        "look for a proxy that changes bodies, or a server that stores the SDK's chunks as they are: try requestChecksumCalculation: \"WHEN_REQUIRED\" in clientConfig"
      )
  }
  if (reasonOf(read) === "AccessDenied") {
    return namesKey(read)
      ? good("denied for the key of KMS only: see encryption")
      : found(`reading is denied. ${saidOf(read)}`, give(facts), statementFor("s3:GetObject", place))
  }
  return reasonOf(read) === "Encryption"
    ? good("refused for the key of KMS only: see encryption")
    : found(`what was written cannot be read. ${detailOf(read)}`, "look at what the server says")
}

/** Whether what is absent is 404, which S3 says only to who may list. */
export const judgeAbsent = (facts: Facts): Judgement => {
  const { absent, list, place, read } = facts
  if (absent === undefined || (isDirectoryBucket(place.bucket) && !isAbsent(absent))) return untried
  if (absent.isDone) {
    return found("there is an object of a name that nobody has written", "is it S3 that answers there?")
  }
  if (isAbsent(absent)) return good("what is absent is 404")
  if (reasonOf(absent) !== "AccessDenied") return untried
  if (list?.isDone === true) {
    return read?.isDone === true
      ? found(
        "what is absent is 403 though the prefix may be listed: s3:ListBucket stands under a condition on s3:prefix",
        "take the condition away: a read names no prefix, and every first lookup fails",
        statementFor("s3:ListBucket", place)
      )
      : untried
  }
  return found(
    "what is absent is 403 instead of 404, so that every first lookup fails",
    `${give(facts)}, without a condition on s3:prefix; or say onAccessDenied: "miss"`,
    statementFor("s3:ListBucket", place)
  )
}

/** `s3:ListBucket`, and whether what was written is in the list. */
export const judgeList = (facts: Facts): Judgement => {
  const { isDryWrite, list, place, write } = facts
  if (list === undefined) return untried
  if (list.isDone) {
    return list.output !== undefined || isDryWrite === true || write?.isDone !== true
      ? good("objects can be listed")
      : found(
        "what was written is not in the list",
        "is it an S3 whose lists lag behind? list, purge and clear miss objects"
      )
  }
  return reasonOf(list) === "AccessDenied"
    ? found(
      `listing is denied: there is no list, purge and clear. ${saidOf(list)}`,
      give(facts),
      statementFor("s3:ListBucket", place)
    )
    : found(
      `objects cannot be listed: there is no list, purge and clear. ${detailOf(list)}`,
      "look at what the server says"
    )
}

/** Whether anything is left of the examination. */
export const judgeProbes = ({ absent, isDryWrite, left, write }: Facts): Judgement => {
  if (absent === undefined || write === undefined) return good("nothing was written")
  if (isDryWrite === true && write.isDone) {
    return note("an object .probe/UUID was written on a condition that did not hold, and could not be removed")
  }
  return left === 0
    ? good("all that was written is removed again")
    : note(`${left} objects or versions of .probe/ could not be removed again`, "they go by the rules of the bucket")
}
