/**
 * The static credentials of a session.
 */
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import type * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import { describeType } from "../../Cache/engine/options/describeType.js"
import { CacheConfigError, CacheKeyError } from "../../Cache/errors/CacheErrors.js"
import type { AwsCredentials } from "../sdk/AwsCredentials.js"
import { canonicalCredentials } from "../values/staticCredentials.js"
import { usableCredentials } from "./usableCredentials.js"

/**
 * The static credentials a session was given, none if it was given a provider or nothing.
 *
 * Like the SDK, it takes any object that has the parts: an instance of a class, one with getters, one of another realm.
 * Such an object is given to the SDK itself, which reads it at each request. Of plain data, and where parts are
 * `Redacted`, a copy is made.
 *
 * Fails with `CacheConfigError` for anything else.
 *
 * @param session the name of the session, for errors
 */
export const fixedCredentials = (
  session: string,
  given: unknown
): Effect.Effect<Option.Option<AwsCredentials>, CacheConfigError> =>
  Effect.suspend(() => {
    const value: unknown = Redacted.isRedacted(given) ? Redacted.value(given) : given
    if (value === undefined || typeof value === "function") return Effect.succeedNone
    const wrong = (option: string, value: string, accepted: string) =>
      Effect.fail(new CacheConfigError({ cache: session, option, value, accepted }))
    if (typeof value !== "object" || value === null || Array.isArray(value)) {
      return wrong("credentials", describeType(value), "static credentials, or a function that provides them")
    }
    try {
      const parts = partsOf(value)
      const canonical = canonicalCredentials(parts, { cache: session }).value
      const isAsItIs = isLive(value) && !Object.values(parts).some(Redacted.isRedacted)
      const usable = usableCredentials(isAsItIs ? value : canonical)
      return Either.isRight(usable)
        ? Effect.succeedSome(usable.right)
        : wrong("credentials.expiration", describeType(parts.expiration), "a Date, or absent")
    } catch (error) {
      if (error instanceof CacheKeyError) return wrong(error.field, error.value, error.accepted)
      return wrong("credentials", "an object that throws when it is read", "static credentials")
    }
  })

interface Parts extends Readonly<Record<string, unknown>> {
  readonly expiration: unknown
}

// By name: they may be inherited, or getters.
const partsOf = (credentials: object): Parts => {
  const { accessKeyId, accountId, credentialScope, expiration, secretAccessKey, sessionToken }: {
    readonly accessKeyId?: unknown
    readonly secretAccessKey?: unknown
    readonly sessionToken?: unknown
    readonly credentialScope?: unknown
    readonly accountId?: unknown
    readonly expiration?: unknown
  } = credentials
  return { accessKeyId, secretAccessKey, sessionToken, credentialScope, accountId, expiration }
}

// Whether its parts can be others at another time.
const isLive = (credentials: object): boolean => {
  const prototype: unknown = Object.getPrototypeOf(credentials)
  return (prototype !== null && Object.getPrototypeOf(prototype) !== null)
    || Object.values(Object.getOwnPropertyDescriptors(credentials)).some(({ get }) => get !== undefined)
}
