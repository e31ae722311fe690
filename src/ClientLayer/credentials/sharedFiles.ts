/**
 * The shared config and credentials files, as they are now.
 */
import * as Effect from "effect/Effect"
import type { PackageNotFoundError } from "../errors/SessionErrors.js"
import { loadConfigModule, loadCredentialsModule } from "../sdk/optionalPeers.js"

/**
 * Reads the shared files anew.
 *
 * @param session the name of the session, for errors
 */
export const readSharedFiles = (session: string) =>
  Effect.flatMap(
    loadConfigModule(session),
    ({ loadSharedConfigFiles }) => Effect.promise(() => loadSharedConfigFiles({ ignoreCache: true }))
  )

/**
 * Lets the part of the SDK that resolves SSO read the shared files anew. The SDK remembers the files in each copy of
 * `@smithy/core`, of which there may be many, and where a profile leads to SSO, it does not pass on that its memory is to
 * be ignored. So each copy is asked, without the memory, for what no file can have.
 *
 * @param session the name of the session, for errors
 */
export const refreshSsoFiles = (session: string): Effect.Effect<void, PackageNotFoundError> =>
  Effect.flatMap(loadCredentialsModule(session), ({ fromSSO }) => {
    const nobody = { profile: noProfile, ignoreCache: true }
    const sso = {
      ssoStartUrl: "https://effect-aws-cache.invalid",
      ssoSession: noProfile,
      ssoAccountId: noProfile,
      ssoRegion: "us-east-1",
      ssoRoleName: noProfile
    }
    return Effect.zipRight(
      failing(() => fromSSO(nobody)()),
      // The provider of tokens is another package.
      failing(() => fromSSO({ ...nobody, ...sso })())
    )
  })

/**
 * Lets every part of the SDK that resolves credentials of profiles read the shared files anew, for providers like
 * `fromIni` that were made by others. Nothing happens without `@aws-sdk/credential-providers`.
 *
 * @param session the name of the session, for errors
 */
export const refreshProviderFiles = (session: string): Effect.Effect<void> =>
  Effect.flatMap(loadCredentialsModule(session), ({ fromIni, fromLoginCredentials, fromProcess }) => {
    const nobody = { profile: noProfile, ignoreCache: true }
    return Effect.all([
      Effect.ignore(readSharedFiles(session)),
      failing(() => fromIni(nobody)()),
      failing(() => fromProcess(nobody)()),
      failing(() => fromLoginCredentials(nobody)()),
      refreshSsoFiles(session)
    ], { discard: true })
  }).pipe(Effect.ignore)

// It has a line break, so no file can have it.
const noProfile = "none\n(effect-aws-cache)"

const failing = (provider: () => Promise<unknown>): Effect.Effect<void> => Effect.ignore(Effect.tryPromise(provider))
