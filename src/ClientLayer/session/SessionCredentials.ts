/**
 * Which credentials the clients of a session get.
 *
 * @since 1.0.0
 */
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as ExecutionStrategy from "effect/ExecutionStrategy"
import * as FiberSet from "effect/FiberSet"
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import type * as Redacted from "effect/Redacted"
import * as Scope from "effect/Scope"
import { AsyncLocalStorage } from "node:async_hooks"
import { inBackground } from "../../Cache/background/Background.js"
import type { Settle } from "../../Cache/background/Settled.js"
import { computationsOf } from "../../Cache/background/Work.js"
import type { CacheConfigError } from "../../Cache/errors/CacheErrors.js"
import { SingleFlight } from "../../Cache/flight/SingleFlight.js"
import { fromEither } from "../../effect/outcomes.js"
import type { MoreSecrets } from "../client/ClientBuilder.js"
import { askProvider } from "../credentials/askProvider.js"
import { askerOf, clientView, type CredentialAsker, keyOfAsker } from "../credentials/CredentialAsker.js"
import { askChain, isEmptyChain } from "../credentials/credentialChain.js"
import { asProviderError } from "../credentials/credentialFailures.js"
import { CredentialMemo, type CredentialsFailure, type MemoContext } from "../credentials/CredentialMemo.js"
import { fixedCredentials } from "../credentials/fixedCredentials.js"
import { IdentityMemos } from "../credentials/IdentityMemos.js"
import { RecentlyUsed } from "../credentials/RecentlyUsed.js"
import { refreshProviderFiles } from "../credentials/sharedFiles.js"
import { ClientClosedError } from "../errors/ClientErrors.js"
import type { RedactedCredentials } from "../sdk/AwsClient.js"
import type { AwsCredentials } from "../sdk/AwsCredentials.js"
import { rememberSecrets } from "../secrets/hiddenTexts.js"
import { borrowedHandler } from "../transport/borrowedHandler.js"
import { referenceId, referenceTag } from "../values/referenceId.js"

/**
 * What a session takes as `credentials`: a credential provider of the SDK, or static credentials.
 *
 * @since 1.0.0
 * @category models
 */
export type SessionCredentialsOption =
  | ((...args: never) => PromiseLike<AwsCredentials>)
  | RedactedCredentials
  | Redacted.Redacted<RedactedCredentials>

/**
 * What the SDK says to a credential provider: who asks, and whether credentials that are there will not do.
 *
 * @since 1.0.0
 * @category models
 */
export interface IdentityProperties {
  /** Whether new ones are to be resolved, although others are there. Default `false`. */
  readonly forceRefresh?: boolean | undefined
  /** The configuration of the client that asks. */
  readonly callerClientConfig?: object | undefined
}

/**
 * A credential provider as clients of the SDK take it, marked so that they do not remember credentials themselves.
 *
 * @since 1.0.0
 * @category models
 */
export interface SessionCredentialProvider {
  (properties?: IdentityProperties): Promise<AwsCredentials>
  /** Tells the SDK that it need not remember what it gets. */
  readonly memoized: true
}

/**
 * What credential providers learn of the session. Of who asks they learn what the SDK shows them, but their own clients
 * would adopt its connections, and outlive it; and roles are assumed with the credentials of the session, or where it was
 * given none, with those of the profile that the client names.
 */
export interface ProviderContext {
  readonly profile: Option.Option<string>
  readonly region: Option.Option<string>
  readonly requestHandler: unknown
  /** Whether a request handler has the connections of the session. */
  readonly isShared: (handler: object) => boolean
  /** Whether the environment or the profile says where credentials come from. */
  readonly namesCredentials: boolean
}

/**
 * The credentials of a session: one memo for each identity. They live until they expire or the session is closed,
 * whatever happens to the clients that asked for them.
 *
 * An identity is the session, a profile, or a provider: a function that was given a name by that name, any other one by
 * which function it is. At most 1,000 profiles and names are remembered, those used last; functions without a name as
 * long as somebody has them. What expired more than an hour ago goes first.
 */
export interface SessionCredentials {
  /** What a client is to be built with as `credentials`, for its configuration. */
  readonly providerFor: (config: Readonly<Record<string, unknown>>) => unknown
  /** A provider of the credentials of the session. */
  readonly provider: SessionCredentialProvider
  /** The credentials of the session; none if the default chain has none. */
  readonly get: (forceRefresh: boolean) => Effect.Effect<Option.Option<AwsCredentials>, CredentialsFailure>
  /** Waits for what is being resolved. */
  readonly settle: Settle
  /** Forgets all of them. */
  readonly forget: () => void
  /** How many times a source was asked. */
  readonly resolutions: () => number
  /** Those of the session, and of a client of this configuration, as they are now, so that errors do not show them. */
  readonly secrets: MoreSecrets
}

/**
 * Makes the credentials of a session. Resolutions end with the scope.
 *
 * Fails with `CacheConfigError` for credentials that are none.
 *
 * @param session the name of the session, for errors
 * @param given the `credentials` of the session; none: those of its profile, or of the SDK's default chain
 * @param context read at each resolution
 */
export const makeSessionCredentials = (
  session: string,
  given: SessionCredentialsOption | undefined,
  context: () => ProviderContext
): Effect.Effect<SessionCredentials, CacheConfigError, Scope.Scope> =>
  Effect.gen(function*() {
    const fixed = yield* fixedCredentials(session, given)
    const clock = yield* Effect.clock
    const run = yield* FiberSet.makeRuntimePromise()
    let resolutions = 0
    const memoContext: MemoContext = {
      flights: yield* SingleFlight.make<CredentialMemo>(session),
      // One that is closed in the order in which it was made, unlike what is forked in the session's own.
      scope: yield* Effect.flatMap(Effect.scope, (scope) => Scope.fork(scope, ExecutionStrategy.sequential)),
      onResolution: () => {
        resolutions += 1
      }
    }

    const isOver = (memo: CredentialMemo): boolean => memo.isOver(clock.unsafeCurrentTimeMillis())
    // One that nobody has used yet is about to be.
    const isUseless = (memos: IdentityMemos): boolean => {
      const all = memos.all()
      return all.length > 0 && all.every(isOver)
    }
    const table = (limit: number) => new RecentlyUsed<IdentityMemos>(limit, isUseless)
    const named = table(identitiesLimit)
    let unnamed = new WeakMap<Function, RecentlyUsed<IdentityMemos>>()
    const memosIn = (memos: RecentlyUsed<IdentityMemos>, name: string, identity: string): IdentityMemos => {
      const known = memos.get(name)
      if (known !== undefined) return known
      const made = new IdentityMemos((key) => new CredentialMemo(identity, key, memoContext), isOver)
      memos.set(name, made)
      return made
    }
    const memosOf = (source: Source, asker: CredentialAsker): IdentityMemos => {
      if (source === "session") return memosIn(named, source, "the session")
      if (typeof source === "object") {
        const { isLent = false, profile } = source
        const identity = profile === undefined ? "the environment" : `profile ${profile}`
        return memosIn(named, `chain ${JSON.stringify([profile, isLent])}`, identity)
      }
      const shown = JSON.stringify([asker.profile])
      const tag = referenceTag(source)
      if (tag !== undefined) return memosIn(named, `provider ${shown} ${tag}`, `provider #${tag}`)
      const known = unnamed.get(source)
      const memos = known ?? table(profilesLimit)
      if (known === undefined) unnamed.set(source, memos)
      return memosIn(memos, shown, `provider #${referenceId(source)}`)
    }

    /** The session itself, when no client asks. */
    const sessionItself = (): CredentialAsker => {
      const { profile, region } = context()
      return { config: undefined, profile: Option.getOrUndefined(profile), region: Option.getOrUndefined(region) }
    }
    const ofChain = (): Source => ({ profile: Option.getOrUndefined(context().profile) })
    const ofSession = (): Source => typeof given === "function" ? given : Option.isSome(fixed) ? "session" : ofChain()

    const resolve = (request: Request, memos: IdentityMemos, memo: CredentialMemo) => {
      const { asker, lends, source } = request
      if (source === "session") return askProvider(session, memo.identity, () => Option.getOrUndefined(fixed))
      const { isShared, requestHandler: handlerOfSession } = context()
      const { requestHandler: given }: { readonly requestHandler?: unknown } = asker.config ?? {}
      const requestHandler = Predicate.isObject(given) && isShared(given) ? borrowedHandler(given) : handlerOfSession
      if (typeof source === "object") {
        const { profile } = source
        const view = clientView({ ...asker, profile }, { requestHandler }, (field) => memos.learn(field))
        return askChain(session, memo.identity, view, request.properties, source.isLent !== true)
      }
      // With these a provider assumes a role, if it was given none itself.
      const lender = lends ? lenderOf(source, asker) : undefined
      const view = clientView(
        asker,
        { requestHandler, ...(lender === undefined ? {} : { credentialDefaultProvider: () => lent(lender) }) },
        (field) => {
          const looks = looksOf(source)
          if (looks.size < looksLimit) looks.add(field)
          memos.learn(field)
        }
      )
      const properties = { ...request.properties, callerClientConfig: view }
      const ask = askProvider(
        session,
        memo.identity,
        () => lending.run(lender, () => Reflect.apply(source, undefined, [properties]))
      )
      return request.forceRefresh ? Effect.zipRight(refreshProviderFiles(session), ask) : ask
    }

    const memosFor = ({ asker, source }: Request): IdentityMemos => {
      const memos = memosOf(source, asker)
      if (typeof source === "function") { for (const field of looksOf(source)) memos.learn(field) }
      return memos
    }
    const keyFor = ({ asker }: Request, { fields }: IdentityMemos): Effect.Effect<string> =>
      fields.length === 0 ? Effect.succeed("") : Effect.promise(() => keyOfAsker(asker, fields))

    const get = (request: Request, repeats = 3): Effect.Effect<AwsCredentials, CredentialsFailure> =>
      Effect.suspend(() => {
        const memos = memosFor(request)
        return Effect.flatMap(keyFor(request, memos), (key) => {
          const memo = memos.memo(key)
          const ask = memo.get({
            forceRefresh: request.forceRefresh,
            resolve: (memo) =>
              // When it has turned out that it matters who asks, the answer is that of those who are like this one.
              Effect.flatMap(Effect.exit(resolve(request, memos, memo)), (exit) =>
                Effect.flatMap(keyFor(request, memos), (key) => {
                  memos.move(memo, key)
                  return exit
                }))
          })
          return Effect.flatMap(Effect.either(ask), (answer) =>
            Effect.flatMap(keyFor(request, memos), (key) =>
              memo.key === key || repeats === 0 ? fromEither(answer) : get(request, repeats - 1)))
        })
      })

    /** @param otherwise who asks, when the SDK does not say */
    const providerOf = (
      source: () => Source,
      otherwise: { readonly profile?: unknown; readonly region?: unknown },
      lends: boolean
    ): SessionCredentialProvider => {
      const provide = (properties: IdentityProperties = {}): Promise<AwsCredentials> => {
        const forceRefresh = properties.forceRefresh === true
        const request: Request = {
          source: source(),
          asker: askerOf(properties, otherwise, sessionItself()),
          properties,
          forceRefresh,
          lends
        }
        const ask = () =>
          answered(get(request))
        if (forceRefresh) {
          return ask()
        }
        const memos = memosFor(request)
        const fresh = (key: string) =>
          memos.memo(key).fresh(clock.unsafeCurrentTimeMillis())
        const { fields } = memos
        if (fields.length > 0) return keyOfAsker(request.asker, fields).then((key) => fresh(key) ?? ask())
        const known = fresh("")
        return known === undefined ? ask() : Promise.resolve(known)
      }
      return Object.assign(provide, memoized)
    }
    const answered = (effect: Effect.Effect<AwsCredentials, CredentialsFailure>): Promise<AwsCredentials> =>
      run(Effect.either(effect)).then(
        (either) => {
          if (Either.isRight(either)) return either.right
          throw asProviderError(either.left)
        },
        () => {
          throw new ClientClosedError({ reason: "Closed" })
        }
      )
    /** Where the credentials of a client come from, none if they do not come from the session. */
    const sourceOf = (config: Readonly<Record<string, unknown>>): (() => Source) | undefined => {
      const { credentialDefaultProvider, credentials, profile } = config
      if (typeof credentials === "function") return () => credentials
      // Some that are static, or a default of the program's own.
      if (credentials !== undefined || !Predicate.isNullable(credentialDefaultProvider)) return undefined
      const isOwn = typeof profile !== "string" || profile === Option.getOrUndefined(context().profile)
      return isOwn ? ofSession : () => ({ profile })
    }
    const provider = providerOf(ofSession, {}, true)
    const chainProvider = providerOf(ofChain, {}, true)
    const lenderOf = (source: Function, { profile }: CredentialAsker): SessionCredentialProvider => {
      const { profile: ownProfile } = context()
      // As by the SDK, the role of a client that names a profile of its own is assumed with what that has.
      if (given === undefined && profile !== undefined && profile !== Option.getOrUndefined(ownProfile)) {
        return providerOf(() => ({ profile, isLent: true }), { profile }, true)
      }
      const tag = referenceTag(source)
      const isOwn = typeof given === "function" &&
        (given === source || (tag !== undefined && tag === referenceTag(given)))
      return isOwn ? chainProvider : provider
    }

    const settle = yield* inBackground(session, [computationsOf(memoContext.flights)])

    return {
      settle,
      providerFor: (config) => {
        const { credentialDefaultProvider, credentials, profile, region } = config
        const source = sourceOf(config)
        if (source === undefined || (typeof credentials === "function" && isMemoized(credentials))) return credentials
        return providerOf(source, { profile, region }, Predicate.isNullable(credentialDefaultProvider))
      },
      provider,
      get: (forceRefresh) =>
        Effect.suspend(() => {
          const properties = forceRefresh ? { forceRefresh } : {}
          return get({ source: ofSession(), asker: sessionItself(), properties, forceRefresh, lends: true })
        }).pipe(
          Effect.asSome,
          Effect.catchIf(
            (error) => typeof ofSession() === "object" && !context().namesCredentials && isEmptyChain(error.cause),
            () => Effect.succeedNone
          )
        ),
      forget: () => {
        named.clear()
        unnamed = new WeakMap()
        memoContext.flights.detachAll()
      },
      resolutions: () => resolutions,
      secrets: (config) => {
        const secrets = new Set<string>()
        remember(Option.getOrUndefined(fixed), secrets)
        const asker = askerOf({}, config, sessionItself())
        for (const source of [ofSession, sourceOf(config)]) {
          const memos = source === undefined ? [] : memosOf(source(), asker).all()
          for (const memo of memos) remember(memo.remembered(), secrets)
        }
        return secrets
      }
    }
  })

/** How many profiles and named providers are remembered. */
const identitiesLimit = 1000
/** Under how many profiles one provider without a name is remembered. */
const profilesLimit = 64

/** Where credentials come from: a provider, what the session was given, or the SDK's default chain for a profile. */
type Source = Function | "session" | {
  readonly profile: string | undefined
  /** Whether roles are assumed with them. The SDK then prefers static credentials of the environment. */
  readonly isLent?: boolean
}

interface Request {
  readonly source: Source
  readonly asker: CredentialAsker
  /** What the SDK said to the provider. */
  readonly properties: object
  readonly forceRefresh: boolean
  /** Whether a provider assumes roles with the credentials of the session. */
  readonly lends: boolean
}

// What providers have looked at. They may have a client of an earlier time for it: `fromTemporaryCredentials` keeps the
// first one it was shown, which says nothing of whoever asks now.
const looks = new WeakMap<Function, Set<string>>()

/** So many that a provider is taken to look at everything (`IdentityMemos.learn`). */
const looksLimit = 64

const looksOf = (provider: Function): Set<string> => {
  const known = looks.get(provider)
  if (known !== undefined) return known
  const made = new Set<string>()
  looks.set(provider, made)
  return made
}

// For the same reason, what a provider assumes roles with is always that of the session that asks it at this moment.
const lending = new AsyncLocalStorage<SessionCredentialProvider | undefined>()

const lent = (lender: SessionCredentialProvider): SessionCredentialProvider =>
  Object.assign(
    (properties?: IdentityProperties) => (lending.getStore() ?? lender)(properties),
    memoized
  )

// The SDK takes both for none.
const memoized: { readonly memoized: true } = { memoized: true }

const isMemoized = (provider: Function): boolean => "memoized" in provider && provider.memoized === true

const remember = (credentials: AwsCredentials | undefined, secrets: Set<string>): void => {
  for (const part of [credentials?.accessKeyId, credentials?.secretAccessKey, credentials?.sessionToken]) {
    rememberSecrets(part, secrets)
  }
}
