/**
 * Which credentials the clients of a session get.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as ExecutionStrategy from "effect/ExecutionStrategy"
import * as FiberSet from "effect/FiberSet"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Scope from "effect/Scope"
import { CacheConfigError, CacheKeyError } from "../Cache/CacheErrors.js"
import { SingleFlight } from "../Cache/SingleFlight.js"
import type { RedactedCredentials } from "./AwsClient.js"
import { isPlainObject, maskSecrets, rememberSecrets } from "./canonicalValue.js"
import { ClientClosedError } from "./ClientErrors.js"
import { type AwsCredentials, CredentialMemo, type CredentialsFailure, type MemoContext } from "./CredentialMemo.js"
import { describeType } from "./describeType.js"
import { knownSecrets } from "./knownSecrets.js"
import { maskedCause } from "./maskedCause.js"
import { loadCredentialsModule } from "./optionalPeers.js"
import { referenceId, referenceTag } from "./referenceId.js"
import { CredentialsError } from "./SessionErrors.js"
import { canonicalCredentials } from "./staticCredentials.js"
import { WeakValues } from "./WeakValues.js"

/**
 * What a session takes as `credentials`: a credential provider of the SDK, or static credentials.
 *
 * @since 0.1.0
 * @category models
 */
export type SessionCredentialsOption =
  | ((...args: never) => PromiseLike<AwsCredentials>)
  | RedactedCredentials
  | Redacted.Redacted<RedactedCredentials>

/**
 * What a client of the SDK takes as `credentials`, marked so that it does not remember them itself.
 *
 * @since 0.1.0
 * @category models
 */
export interface MemoizedProvider {
  (options?: { readonly forceRefresh?: boolean | undefined }): Promise<AwsCredentials>
  readonly memoized: true
}

/**
 * What credential providers learn of the session instead of the client that happens to ask first: their own clients
 * would adopt its connections and its region, and outlive it.
 *
 * @since 0.1.0
 * @category models
 */
export interface ProviderContext {
  readonly profile: Option.Option<string>
  readonly region: Option.Option<string>
  readonly requestHandler: unknown
  /** Whether the environment or the profile says where credentials come from. */
  readonly namesCredentials: boolean
}

/**
 * The credentials of a session: one memo for each identity.
 *
 * @since 0.1.0
 * @category models
 */
export interface SessionCredentials {
  /** What a client is to be built with, for what its configuration has as `credentials`. */
  readonly providerFor: (credentials: unknown, profile: string | undefined) => unknown
  /** The credentials of the session; none if the default chain has none. */
  readonly get: (forceRefresh: boolean) => Effect.Effect<Option.Option<AwsCredentials>, CredentialsFailure>
  /** Forgets all of them. */
  readonly forget: () => void
  /** How many times a source was asked. */
  readonly resolutions: () => number
  /** The session's own as they are now, so that errors do not show them. */
  readonly secrets: () => ReadonlySet<string>
}

/**
 * Makes the credentials of a session. Resolutions end with the scope.
 *
 * Fails with `CacheConfigError` for credentials that are none.
 *
 * @param session the name of the session, for errors
 * @param given the `credentials` of the session; none: those of its profile, or of the SDK's default chain
 * @param context read at each resolution
 * @since 0.1.0
 * @category constructors
 */
export const makeSessionCredentials = (
  session: string,
  given: SessionCredentialsOption | undefined,
  context: () => ProviderContext
): Effect.Effect<SessionCredentials, CacheConfigError, Scope.Scope> =>
  Effect.gen(function*() {
    const fixed = yield* staticCredentials(session, given)
    const clock = yield* Effect.clock
    const run = yield* FiberSet.makeRuntimePromise()
    let generation = 0
    let resolutions = 0
    const memoContext: MemoContext = {
      flights: yield* SingleFlight.make<CredentialMemo>(session),
      // One that is closed in the order in which it was made, unlike what is forked in the session's own.
      scope: yield* Effect.flatMap(Effect.scope, (scope) => Scope.fork(scope, ExecutionStrategy.sequential)),
      generation: () => generation,
      onResolution: () => {
        resolutions += 1
      }
    }

    const memo = (identity: string, resolve: (forceRefresh: boolean) => unknown): CredentialMemo =>
      new CredentialMemo(identity, (forceRefresh) => ask(session, identity, () => resolve(forceRefresh)), memoContext)

    const chains = new Map<string, CredentialMemo>()
    const chain = (profile: Option.Option<string>): CredentialMemo => {
      const name = Option.getOrElse(profile, () => "")
      const known = chains.get(name)
      if (known !== undefined) return known
      const made = new CredentialMemo(
        Option.isSome(profile) ? `profile ${name}` : "the environment",
        (forceRefresh) =>
          Effect.flatMap(loadCredentialsModule(session), ({ fromNodeProviderChain }) => {
            const { region, requestHandler } = context()
            const logger = new ChainLog()
            const parentClientConfig = { ...named("profile", profile), ...named("region", region), requestHandler }
            // A chain remembers as well, so there is a new one each time.
            const ofChain = () =>
              fromNodeProviderChain({ ...named("profile", profile), logger, parentClientConfig })({ forceRefresh })
            return Effect.ensuring(
              ask(session, made.identity, ofChain, () => logger.failures),
              Effect.suspend(() => Effect.forEach(logger.warnings, (warning) => Effect.logWarning(warning)))
            )
          }),
        memoContext
      )
      chains.set(name, made)
      return made
    }

    const functions = new WeakMap<Function, CredentialMemo>()
    const tagged = new WeakValues<CredentialMemo>()
    const ofFunction = (provider: Function, source: () => CredentialMemo): CredentialMemo => {
      const tag = referenceTag(provider)
      const known = tag === undefined ? functions.get(provider) : tagged.get(tag)
      if (known !== undefined) return known
      const made = memo(`provider #${tag ?? referenceId(provider)}`, (forceRefresh) => {
        const { profile, region, requestHandler } = context()
        const callerClientConfig = {
          ...named("profile", profile),
          ...named("region", Option.map(region, (region) => () => Promise.resolve(region))),
          requestHandler,
          // With these a provider assumes a role, if it was given none itself.
          credentialDefaultProvider: () => toProvider(source())
        }
        return Reflect.apply(provider, undefined, [{ forceRefresh, callerClientConfig }])
      })
      if (tag === undefined) functions.set(provider, made)
      else tagged.set(tag, made)
      return made
    }

    const own = Option.isSome(fixed)
      ? memo("the session", () => fixed.value)
      : typeof given === "function"
      ? ofFunction(given, () => chain(context().profile))
      : undefined
    const ofSession = (): CredentialMemo => own ?? chain(context().profile)
    const ofProfile = (profile: string | undefined): CredentialMemo =>
      profile === undefined || profile === Option.getOrUndefined(context().profile)
        ? ofSession()
        : chain(Option.some(profile))

    const providers = new WeakMap<CredentialMemo, MemoizedProvider>()
    const toProvider = (memo: CredentialMemo): MemoizedProvider => {
      const known = providers.get(memo)
      if (known !== undefined) return known
      const provide = (options?: { readonly forceRefresh?: boolean | undefined }): Promise<AwsCredentials> => {
        const forceRefresh = options?.forceRefresh === true
        const fresh = forceRefresh ? undefined : memo.fresh(clock.unsafeCurrentTimeMillis())
        if (fresh !== undefined) return Promise.resolve(fresh)
        return run(Effect.either(memo.get(forceRefresh))).then(
          (either) => {
            if (Either.isRight(either)) return either.right
            // What the SDK would see without the session.
            throw either.left.cause instanceof Error ? either.left.cause : either.left
          },
          () => {
            throw new ClientClosedError({ reason: "closed" })
          }
        )
      }
      const provider = Object.assign(provide, memoized)
      providers.set(memo, provider)
      return provider
    }

    return {
      providerFor: (credentials, profile) => {
        if (credentials === undefined) return toProvider(ofProfile(profile))
        if (typeof credentials !== "function" || isMemoized(credentials)) return credentials
        return toProvider(ofFunction(credentials, ofSession))
      },
      get: (forceRefresh) =>
        Effect.suspend(() => ofSession().get(forceRefresh)).pipe(
          Effect.asSome,
          Effect.catchIf(
            (error) => own === undefined && !context().namesCredentials && isEmptyChain(error.cause),
            () => Effect.succeedNone
          )
        ),
      forget: () => {
        generation += 1
        memoContext.flights.detachAll()
      },
      resolutions: () => resolutions,
      secrets: () => {
        const secrets = new Set<string>()
        const known = Option.getOrUndefined(fixed) ?? ofSession().fresh(clock.unsafeCurrentTimeMillis())
        for (const part of [known?.accessKeyId, known?.secretAccessKey, known?.sessionToken]) {
          rememberSecrets(part, secrets)
        }
        return secrets
      }
    }
  })

const memoized: { readonly memoized: true } = { memoized: true }

const isMemoized = (provider: Function): boolean => "memoized" in provider && provider.memoized === true

const named = <Name extends string, A>(name: Name, value: Option.Option<A>): { readonly [_ in Name]?: A } => {
  const struct: { [_ in Name]?: A } = {}
  if (Option.isSome(value)) struct[name] = value.value
  return struct
}

const staticCredentials = (
  session: string,
  given: SessionCredentialsOption | undefined
): Effect.Effect<Option.Option<AwsCredentials>, CacheConfigError> =>
  Effect.suspend(() => {
    const value: unknown = Redacted.isRedacted(given) ? Redacted.value(given) : given
    if (value === undefined || typeof value === "function") return Effect.succeedNone
    const wrong = (option: string, value: string, accepted: string) =>
      Effect.fail(new CacheConfigError({ cache: session, option, value, accepted }))
    if (!isPlainObject(value)) {
      return wrong("credentials", describeType(value), "static credentials, or a function that provides them")
    }
    try {
      const canonical = canonicalCredentials(value, { cache: session, secrets: new Set() }).value
      return isCredentials(canonical)
        ? Effect.succeedSome(canonical)
        : wrong("credentials.expiration", "something else", "a Date")
    } catch (error) {
      if (!(error instanceof CacheKeyError)) throw error
      return wrong(error.field, error.value, error.accepted)
    }
  })

const isCredentials = (u: unknown): u is AwsCredentials =>
  isPlainObject(u) && typeof u["accessKeyId"] === "string" && typeof u["secretAccessKey"] === "string"
  && optional(u["sessionToken"]) && optional(u["credentialScope"]) && optional(u["accountId"])
  && (u["expiration"] === undefined || u["expiration"] instanceof Date)

const optional = (part: unknown): boolean => part === undefined || typeof part === "string"

/** Asks a source of credentials. */
const ask = (
  session: string,
  identity: string,
  source: () => unknown,
  details: () => ReadonlyArray<string> = () => []
): Effect.Effect<AwsCredentials, CredentialsError> =>
  Effect.tryPromise({ try: () => Promise.resolve(source()), catch: (cause) => cause }).pipe(
    Effect.catchAll((cause) =>
      Effect.flatMap(knownSecrets, (secrets) => Effect.fail(failure(session, identity, cause, details(), secrets)))
    ),
    Effect.filterOrFail(
      isCredentials,
      () =>
        new CredentialsError({
          session,
          identity,
          reason: "their provider gave something without accessKeyId and secretAccessKey"
        })
    )
  )

const failure = (
  session: string,
  identity: string,
  cause: unknown,
  details: ReadonlyArray<string>,
  secrets: ReadonlySet<string>
): CredentialsError => {
  const texts = cause instanceof Error
    ? [`${cause.name}: ${cause.message}`, ...details]
    : ["their provider failed with a value that is no Error"]
  // What a command wrote to its error output comes after the first line, and is nobody's to repeat.
  const reason = texts.map((text) => maskSecrets(text, secrets).split("\n", 1).join("").slice(0, longestReason))
  return new CredentialsError({ session, identity, reason: reason.join("; "), cause: maskedCause(cause, secrets) })
}

/** What the links of the SDK's chain say. When all have failed, the last error alone does not tell why. */
class ChainLog {
  readonly failures: Array<string> = []
  readonly warnings: Array<string> = []
  readonly debug = (message: unknown): void => {
    const failure = /^@smithy\/property-provider \S+ ([^]*)/.exec(String(message))?.[1]
    // Links that say that they are not meant are of no interest.
    if (failure !== undefined && !/^(Skipping|Could not load credentials|AWS_PROFILE is set)/.test(failure)) {
      this.failures.push(failure)
    }
  }
  readonly info = (): void => {}
  readonly warn = (message: unknown): void => {
    this.warnings.push(String(message).trim())
  }
  readonly error = (): void => {}
}

const longestReason = 300

// What the last link of the SDK's chain says when no link before it had anything.
const isEmptyChain = (cause: unknown): boolean =>
  cause instanceof Error && cause.name === "CredentialsProviderError"
  && cause.message.startsWith("Could not load credentials from any providers")
