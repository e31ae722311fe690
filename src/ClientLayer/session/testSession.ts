/**
 * Sessions for tests.
 *
 * @since 1.0.0
 */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type * as Redacted from "effect/Redacted"
import type * as Scope from "effect/Scope"
import { settling } from "../../Cache/background/settle.js"
import type { OptionKinds } from "../../Cache/engine/options/optionKinds.js"
import { CacheConfigError } from "../../Cache/errors/CacheErrors.js"
import { configError } from "../../Cache/errors/configError.js"
import { checkValue, nameIn, unlessWrong } from "../../Cache/options/checkOptions.js"
import { type ClientFake, fakeBuilder, fakesKind } from "../client/ClientFake.js"
import { fixedCredentials } from "../credentials/fixedCredentials.js"
import { CredentialsError } from "../errors/SessionErrors.js"
import { acceptedRegionName, normaliseRegion } from "../regions/regionName.js"
import { fakeResourceBuilder, type ResourceFake } from "../resource/ResourceFake.js"
import type { RedactedCredentials } from "../sdk/AwsClient.js"
import { rememberSecrets } from "../secrets/hiddenTexts.js"
import { makeSessionFrom } from "./makeSession.js"
import type { SessionCredentials } from "./SessionCredentials.js"
import { sessionKinds, type SessionOptions } from "./SessionOptions.js"
import type { SessionService } from "./SessionService.js"
import type { SessionSettings } from "./SessionSettings.js"

/**
 * How a session for tests is made: what other sessions find in the environment and in files is given.
 *
 * @since 1.0.0
 * @category models
 */
export interface SessionTestOptions extends Omit<SessionOptions, "credentials" | "requestHandler" | "maxSockets"> {
  /** The region of clients that name none. Default `"us-east-1"`. */
  readonly region?: string | undefined
  /** The profile. Default: none is named. */
  readonly profile?: string | undefined
  /** Static credentials, of which parts or all may be `Redacted`. Default: there are none. */
  readonly credentials?: RedactedCredentials | Redacted.Redacted<RedactedCredentials> | undefined
  /** The profiles that there are. Default: that of the session. */
  readonly availableProfiles?: ReadonlyArray<string> | undefined
}

/**
 * Makes a session that gives out fakes. It reads neither files nor the environment, and reaches no network.
 *
 * Fails with `CacheConfigError` for an option it cannot accept.
 *
 * @param otherwise what it is called where the options have no name
 */
export const makeTestSession = (
  fakes: ReadonlyArray<ClientFake | ResourceFake>,
  options: SessionTestOptions,
  otherwise = "Session"
): Effect.Effect<SessionService, CacheConfigError, Scope.Scope> => {
  const session = nameIn(options, otherwise)
  return unlessWrong(
    checkValue(session, "fakes", fakes, fakesKind),
    Effect.suspend(() => {
      const ofClients = fakeBuilder(fakes.filter((fake) => "clientClass" in fake), "Session.layerTest")
      const ofResources = fakes.filter((fake) => "definition" in fake)
      return makeSessionFrom(session, options, {
        settings: Effect.suspend(() => givenSettings(session, options)),
        refresh: Effect.void,
        credentials: () => givenCredentials(session, options.credentials),
        clients: (_, credentials) => ({ normal, ...prepared }) => {
          const config = { ...normal.config, credentials: credentials.providerFor(normal.config) }
          return ofClients({ ...prepared, normal: { ...normal, config } })
        },
        resources: (build) => fakeResourceBuilder(ofResources, build)
      }, testKinds)
    })
  )
}

const sharedKinds = (({ maxSockets: _, requestHandler: __, ...kinds }) => kinds)(sessionKinds)

const testKinds: OptionKinds<SessionTestOptions> = { ...sharedKinds, availableProfiles: "texts" }

const givenSettings = (
  session: string,
  { availableProfiles, profile, region = "us-east-1" }: SessionTestOptions
): Effect.Effect<SessionSettings, CacheConfigError> =>
  Option.match(Option.map(normaliseRegion(region), ({ given }) => given), {
    onNone: () => Effect.fail(configError(session, "region", region, acceptedRegionName)),
    onSome: (region) => {
      const profileName = profile ?? "default"
      return Effect.succeed({
        profile: Option.fromNullable(profile),
        profileName,
        region: Option.some(region),
        regionOf: () => Option.some(region),
        availableProfiles: availableProfiles ?? [profileName],
        namesCredentials: true,
        fingerprint: () => "",
        fingerprints: ""
      })
    }
  })

const givenCredentials = (
  session: string,
  given: SessionTestOptions["credentials"]
): Effect.Effect<SessionCredentials, CacheConfigError> =>
  Effect.gen(function*() {
    if (typeof given === "function") {
      const accepted = "static credentials in Session.layerTest"
      return yield* new CacheConfigError({ cache: session, option: "credentials", value: "a function", accepted })
    }
    const fixed = yield* fixedCredentials(session, given)
    const provider = Object.assign(
      () =>
        Option.match(fixed, {
          onNone: () =>
            Promise.reject(
              new CredentialsError({
                session,
                identity: "the session",
                reason: "NoneGiven",
                detail: "Session.layerTest was given none by its option credentials"
              })
            ),
          onSome: (credentials) => Promise.resolve(credentials)
        }),
      { memoized: true as const }
    )
    const secrets = new Set<string>()
    if (Option.isSome(fixed)) {
      const { accessKeyId, secretAccessKey, sessionToken } = fixed.value
      for (const part of [accessKeyId, secretAccessKey, sessionToken]) rememberSecrets(part, secrets)
    }
    return {
      providerFor: ({ credentials }) => credentials ?? provider,
      provider,
      get: () => Effect.succeed(fixed),
      settle: settling(session, []),
      forget: () => {},
      resolutions: () => 0,
      secrets: () => secrets
    }
  })
