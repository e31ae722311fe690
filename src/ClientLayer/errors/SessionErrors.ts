/**
 * The errors of sessions.
 *
 * @since 1.0.0
 */
import * as Data from "effect/Data"
import { cutText, longestMessage } from "../../Cache/printing/cutText.js"

/**
 * A profile was named, by an option or by `AWS_PROFILE`, that is in neither of the shared files.
 *
 * @since 1.0.0
 * @category errors
 */
export class ProfileNotFoundError extends Data.TaggedError("ProfileNotFoundError")<{
  /** The name of the session. */
  readonly session: string
  /** The profile that was asked for. */
  readonly profile: string
  /** The profiles there are. */
  readonly available: ReadonlyArray<string>
}> {
  override get message(): string {
    const there = this.available.length === 0 ? "there are none" : `there are ${this.available.join(", ")}`
    const profile = cutText(JSON.stringify(this.profile), 120)
    return cutText(
      `${
        cutText(this.session, 60)
      }: there is no profile ${profile} in the shared config and credentials files (${there})`,
      longestMessage
    )
  }
}

/**
 * A region that belongs to no known partition.
 *
 * @since 1.0.0
 * @category errors
 */
export class UnknownRegionError extends Data.TaggedError("UnknownRegionError")<{
  /** The region that was asked for. */
  readonly region: string
}> {
  override get message(): string {
    return `${
      cutText(JSON.stringify(this.region), 120)
    } is in no known AWS partition: neither is it one of their regions, nor does it `
      + "look like one"
  }
}

/**
 * Why credentials could not be had:
 *
 * - `Provider`: who was to give them failed;
 * - `Unusable`: what was given is nothing that the SDK can use;
 * - `NoneGiven`: a session for tests was given none.
 *
 * @since 1.0.0
 * @category models
 */
export type CredentialsReason = "Provider" | "Unusable" | "NoneGiven"

/**
 * Credentials could not be had. Nothing was remembered; the next request asks again.
 *
 * @since 1.0.0
 * @category errors
 */
export class CredentialsError extends Data.TaggedError("CredentialsError")<{
  /** The name of the session. */
  readonly session: string
  /** Whose credentials: `"the session"`, `"profile prod"`, `"provider #3"`. */
  readonly identity: string
  /** Why there are none. */
  readonly reason: CredentialsReason
  /** What went wrong, with known secrets masked. */
  readonly detail: string
  /** What the source of the credentials failed with, with known secrets masked. */
  readonly cause?: unknown
}> {
  override get message(): string {
    const who = `${cutText(this.session, 60)}: there are no credentials for ${cutText(this.identity, 120)}`
    return cutText(`${who}: ${this.detail}`, longestMessage)
  }
}

/**
 * A package that is an optional peer of this one is needed and could not be loaded.
 *
 * @since 1.0.0
 * @category errors
 */
export class PackageNotFoundError extends Data.TaggedError("PackageNotFoundError")<{
  /** The name of the session. */
  readonly session: string
  /** The package. */
  readonly package: string
  /** What it is needed for. */
  readonly purpose: string
  readonly cause?: unknown
}> {
  override get message(): string {
    const { package: name, purpose, session } = this
    return cutText(
      `${cutText(session, 60)}: ${purpose} needs ${name}, which could not be loaded: npm install ${name}`,
      longestMessage
    )
  }
}
