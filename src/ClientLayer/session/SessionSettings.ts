/**
 * What a session reads from the environment and from the shared config and credentials files.
 */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { CacheConfigError } from "../../Cache/errors/CacheErrors.js"
import { configError } from "../../Cache/errors/configError.js"
import { readSharedFiles } from "../credentials/sharedFiles.js"
import { type PackageNotFoundError, ProfileNotFoundError } from "../errors/SessionErrors.js"
import { acceptedRegionName, normaliseRegion } from "../regions/regionName.js"
import { loadConfigModule } from "../sdk/optionalPeers.js"
import { saltedDigest } from "../values/saltedDigest.js"

/** The settings of a session, as they were when they were read. */
export interface SessionSettings {
  /** The profile, if one was named. */
  readonly profile: Option.Option<string>
  /** The profile, `"default"` when none was named. */
  readonly profileName: string
  /** The region as clients are given it: AWS's own names in lower case, others as they are. It can be a FIPS name. */
  readonly region: Option.Option<string>
  /**
   * The region of clients that name a profile and no region, as the SDK finds it: that of the options, else of
   * `AWS_REGION`, else of that profile. Where that profile has none, the session's.
   */
  readonly regionOf: (profile: string) => Option.Option<string>
  /** The profiles in the files, those of the config file first. */
  readonly availableProfiles: ReadonlyArray<string>
  /** Whether the environment or the profile says where credentials come from. */
  readonly namesCredentials: boolean
  /** Says whether the settings of a profile, its credentials apart, are the same at two readings. */
  readonly fingerprint: (profile: string) => string
  /** The same of all profiles. */
  readonly fingerprints: string
}

/**
 * Reads the settings of a session. The files are read anew: the SDK would remember them as long as the process lives.
 *
 * Fails with `ProfileNotFoundError` for a profile that was named and is not there, with `CacheConfigError` for a region
 * that is none, and with `PackageNotFoundError` when `@smithy/core` is not installed.
 *
 * @param session the name of the session, for errors
 * @param given the options of the session; else `AWS_PROFILE` and `AWS_REGION` count, and the profile's `region`
 */
export const readSessionSettings = (
  session: string,
  given: { readonly profile?: string | undefined; readonly region?: string | undefined }
): Effect.Effect<SessionSettings, ProfileNotFoundError | CacheConfigError | PackageNotFoundError> =>
  Effect.gen(function*() {
    const { getProfileName } = yield* loadConfigModule(session)
    const { configFile, credentialsFile } = yield* readSharedFiles(session)
    const availableProfiles = [...new Set([...Object.keys(configFile), ...Object.keys(credentialsFile)])].filter(
      (name) => !/^(sso-session|services)\./.test(name)
    )
    const profile = present(given.profile, process.env["AWS_PROFILE"])
    const profileName = getProfileName(Option.isSome(profile) ? { profile: profile.value } : {})
    if (Option.isSome(profile) && !availableProfiles.includes(profile.value)) {
      return yield* new ProfileNotFoundError({ session, profile: profile.value, available: availableProfiles })
    }
    const environment = present(process.env["AWS_REGION"])
    const namedInFile = (name: string) => present(credentialsFile[name]?.["region"], configFile[name]?.["region"])
    const named = given.region === undefined ? environment : Option.some(given.region)
    const namedAnywhere = Option.orElse(named, () => namedInFile(profileName))
    const region = Option.flatMap(namedAnywhere, asGiven)
    const ofAnyProfile = Option.flatMap(named, asGiven)
    if (Option.isSome(namedAnywhere) && Option.isNone(region)) {
      const source = Option.isSome(environment) ? "AWS_REGION" : `the region of profile ${profileName}`
      const option = given.region === undefined ? source : "region"
      return yield* configError(session, option, namedAnywhere.value, acceptedRegionName)
    }
    const variables = settingsOf(process.env, (name) => name.startsWith("AWS_"))
    const digestOf = (name: string): string => {
      const services = configFile[name]?.["services"] ?? credentialsFile[name]?.["services"]
      const sections = [configFile[name], credentialsFile[name], configFile[`services.${services}`]]
      return saltedDigest(JSON.stringify([...sections.map((section) => settingsOf(section ?? {})), variables]))
    }
    // Worked out now, since what is read is not kept: secrets are in it.
    const digests = new Map(availableProfiles.map((name) => [name, digestOf(name)]))
    const digestOfNone = digestOf("")
    const regions = new Map(availableProfiles.map((name) => [
      name,
      // One that is none is refused when a client is asked for.
      Option.map(namedInFile(name), (region) => Option.getOrElse(asGiven(region), () => region))
    ]))
    const sources = [...Object.keys(configFile[profileName] ?? {}), ...Object.keys(credentialsFile[profileName] ?? {})]
    return {
      profile,
      profileName,
      namesCredentials: Option.isSome(profile) || sources.some((name) => aboutCredentials.test(name))
        || Object.entries(process.env).some(([name, value]) => aboutCredentials.test(name) && value !== ""),
      region,
      regionOf: (profile) =>
        Option.orElse(ofAnyProfile, () => Option.orElse(regions.get(profile) ?? Option.none(), () => region)),
      availableProfiles,
      fingerprint: (profile) => digests.get(profile) ?? digestOfNone,
      fingerprints: [...digests.values(), digestOfNone].join()
    }
  })

const present = (...values: ReadonlyArray<string | undefined>): Option.Option<string> =>
  Option.fromNullable(values.find((value) => value !== undefined && value !== ""))

const asGiven = (region: string): Option.Option<string> => Option.map(normaliseRegion(region), ({ given }) => given)

const aboutCredentials = new RegExp(
  [
    "^AWS_(ACCESS_KEY_ID|SECRET_ACCESS_KEY|SESSION_TOKEN|CREDENTIAL_EXPIRATION)$",
    "^AWS_(CONTAINER_|WEB_IDENTITY_|ROLE_)",
    "^aws_(access_key_id|secret_access_key|session_token)$",
    "^(credential_|role_|source_profile$|sso_|external_id$|mfa_|web_identity_|duration_seconds$|login_session$)"
  ].join("|")
)

// Credentials have a memo of their own, which `reload` empties; region and profile are in every key.
const isSetting = (name: string): boolean =>
  !aboutCredentials.test(name) && !/^(region|AWS_(REGION|PROFILE|CONFIG_FILE|SHARED_CREDENTIALS_FILE))$/.test(name)

const settingsOf = (
  settings: Readonly<Record<string, string | undefined>>,
  counts: (name: string) => boolean = () => true
) =>
  Object.entries(settings).filter(([name]) => counts(name) && isSetting(name))
    .toSorted(([one], [other]) => (one < other ? -1 : 1))
