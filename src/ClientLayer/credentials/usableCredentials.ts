/**
 * What the SDK takes as credentials.
 */
import * as Either from "effect/Either"
import { describeType } from "../../Cache/engine/options/describeType.js"
import type { AwsCredentials } from "../sdk/AwsCredentials.js"

/** A provider gave something as credentials that the SDK cannot use. It has the name of what the SDK fails with. */
export class UnusableCredentials extends Error {
  constructor(name: string, message: string) {
    super(message)
    this.name = name
  }
}

/**
 * The credentials a provider gave, if the SDK can use them: whatever has an `accessKeyId` and a `secretAccessKey`, its
 * own or inherited, and an `expiration` that tells its time, if any. They are not copied: the SDK reads them at each
 * request, and they may be an instance that changes.
 *
 * Throws what a getter of theirs throws.
 */
export const usableCredentials = (answer: unknown): Either.Either<AwsCredentials, UnusableCredentials> => {
  if (!hasKeys(answer)) {
    return Either.left(
      new UnusableCredentials("Error", "their provider gave something without accessKeyId and secretAccessKey")
    )
  }
  const { expiration }: { readonly expiration?: unknown } = answer
  if (expiration === undefined || hasTime(expiration)) return Either.right(answer)
  const given = isDate(expiration) ? "a date whose time cannot be read" : describeType(expiration)
  return Either.left(
    new UnusableCredentials(
      "TypeError",
      `their provider gave ${given} as their expiration, which must be a Date, or absent`
    )
  )
}

/**
 * When credentials expire, in milliseconds since the epoch. Those whose expiration is an invalid date never do, as with
 * the SDK.
 */
export const expiresAt = (credentials: AwsCredentials): number => {
  try {
    const time = Number(credentials.expiration?.getTime() ?? Number.NaN)
    return Number.isFinite(time) ? time : Number.POSITIVE_INFINITY
  } catch {
    // It could be read when they were given.
    return Number.POSITIVE_INFINITY
  }
}

// The SDK looks at nothing else before it signs. A session token that is `null` is none to it.
const hasKeys = (u: unknown): u is AwsCredentials =>
  typeof u === "object" && u !== null && "accessKeyId" in u && typeof u.accessKeyId === "string"
  && "secretAccessKey" in u && typeof u.secretAccessKey === "string"

// Not by `instanceof`: a date can be of another realm, as in some test runners.
const isDate = (u: unknown): u is { readonly getTime: () => unknown } =>
  typeof u === "object" && u !== null && "getTime" in u && typeof u.getTime === "function"

// A proxy of a date has no time, to the SDK neither.
const hasTime = (expiration: unknown): boolean => {
  if (!isDate(expiration)) return false
  try {
    return typeof expiration.getTime() !== "bigint"
  } catch {
    return false
  }
}
