/**
 * The SDK packages that sessions need, loaded when they are needed.
 */
import * as Effect from "effect/Effect"
import { rethrow } from "../../Cache/installed/rethrow.js"
import { PackageNotFoundError } from "../errors/SessionErrors.js"

/**
 * Reads the shared config and credentials files.
 *
 * @param session for errors
 */
export const loadConfigModule = (
  session: string
): Effect.Effect<
  Pick<typeof import("@smithy/core/config"), "getProfileName" | "loadSharedConfigFiles">,
  PackageNotFoundError
> =>
  load(
    async () => {
      try {
        return await import("@smithy/core/config")
      } catch (cause) {
        return rethrow(cause)
      }
    },
    session,
    "@smithy/core",
    "reading the shared config and credentials files"
  )

/** What of the SDK finds credentials. */
export type CredentialsModule = Pick<
  typeof import("@aws-sdk/credential-providers"),
  "fromIni" | "fromLoginCredentials" | "fromNodeProviderChain" | "fromProcess" | "fromSSO"
>

/**
 * Finds credentials.
 *
 * @param session for errors
 */
export const loadCredentialsModule = (
  session: string
): Effect.Effect<CredentialsModule, PackageNotFoundError> =>
  load(
    async () => {
      try {
        return await import("@aws-sdk/credential-providers")
      } catch (cause) {
        return rethrow(cause)
      }
    },
    session,
    "@aws-sdk/credential-providers",
    "finding the credentials of a profile or of the environment"
  )

const load = <A>(
  load: () => Promise<A>,
  session: string,
  name: string,
  purpose: string
): Effect.Effect<A, PackageNotFoundError> =>
  Effect.tryPromise({
    try: load,
    catch: (cause) => new PackageNotFoundError({ session, package: name, purpose, cause })
  })
