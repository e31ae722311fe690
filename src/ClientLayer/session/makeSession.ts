/**
 * How a session is made.
 */
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as ExecutionStrategy from "effect/ExecutionStrategy"
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import * as Redacted from "effect/Redacted"
import * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import { settlingInTurn } from "../../Cache/background/settle.js"
import type { OptionKind, OptionKinds } from "../../Cache/engine/options/optionKinds.js"
import { asExit } from "../../Cache/errors/asExit.js"
import type { CacheConfigError } from "../../Cache/errors/CacheErrors.js"
import { makeMeter } from "../../Cache/metrics/makeMeter.js"
import { checkOptions, nameIn, unlessWrong, withCallOptions, withFunction } from "../../Cache/options/checkOptions.js"
import { millis } from "../../Cache/options/timeToLive.js"
import { printedAs } from "../../Cache/printing/printedAs.js"
import { fromEither } from "../../effect/outcomes.js"
import { buildClientOn, type ClientBuilder, type MoreSecrets } from "../client/ClientBuilder.js"
import { defaultGracePeriod, makeClientCache } from "../client/makeClientCache.js"
import { type OwnClientCache, Unchecked as UncheckedClients } from "../client/uncheckedClients.js"
import { expiresAt } from "../credentials/usableCredentials.js"
import type { ClientBuildError } from "../errors/ClientErrors.js"
import { keyOrDie } from "../key/badKeys.js"
import { type ClientCacheKey, prepareClient } from "../key/ClientCacheKey.js"
import { clientOptionKinds, type CompleteRequest } from "../key/ClientOptions.js"
import { type ClientSource, resolveSource } from "../key/ClientSource.js"
import { copyOfConfig } from "../key/configFields.js"
import { printLabel } from "../key/PrintedKey.js"
import {
  availablePartitions,
  availableRegions,
  availableServices,
  partitionForRegion,
  regionsKinds
} from "../regions/Partition.js"
import { normaliseRegion } from "../regions/regionName.js"
import { checkRequest, requestKinds } from "../request/sendCommand.js"
import { DynamoDBDocumentClientResource, DynamoDBDocumentResource } from "../resource/DynamoDBDocumentResource.js"
import { makeResourceCacheWith } from "../resource/makeResourceCache.js"
import { resourceBuilder } from "../resource/ResourceBuilder.js"
import { keyEither, type ResourceCacheKey } from "../resource/ResourceCacheKey.js"
import type { ResourceCacheService } from "../resource/ResourceCacheService.js"
import type { ResourceDefinition } from "../resource/ResourceDefinition.js"
import { type OwnResourceCache, Unchecked as UncheckedResources } from "../resource/uncheckedResources.js"
import type { AwsClient, ClientClass, ClientOf } from "../sdk/AwsClient.js"
import type { AwsCredentials } from "../sdk/AwsCredentials.js"
import { HiddenTexts, hiddenTexts } from "../secrets/hiddenTexts.js"
import { countdown } from "../transport/drainTransports.js"
import { observeSockets } from "../transport/observeSockets.js"
import { isPlainObject } from "../values/plainData.js"
import { chosenCache } from "./sessionCacheControls.js"
import { SessionCaches } from "./SessionCaches.js"
import { controlKinds, sessionKinds } from "./SessionOptions.js"
import type {
  SessionCacheControls,
  SessionClientError,
  SessionClientOptions,
  SessionError,
  SessionEvent,
  SessionIdentity,
  SessionOptions,
  SessionPolicy
} from "./SessionOptions.js"
import type { SessionService } from "./SessionService.js"
import type { SessionSettings } from "./SessionSettings.js"
import { liveSources, type SessionSources } from "./SessionSources.js"
import { sessionLine, sessionSummary } from "./sessionSummary.js"
import { makeSessionTransport } from "./SessionTransport.js"

/**
 * Makes a session. When the scope closes, its caches are closed first, which waits for leases as long as the grace
 * period, then credentials are resolved no more, and then the shared connections are closed, with what is left of the
 * requests on them.
 *
 * Fails with `ProfileNotFoundError` for a profile that was named and is not there, with `CacheConfigError` for an option
 * it cannot accept, and with `PackageNotFoundError` when `@smithy/core` is not installed.
 *
 * @param otherwise what it is called where the options have no name
 */
export const makeSession = (
  options: SessionOptions = {},
  otherwise = "Session"
): Effect.Effect<SessionService, SessionError, Scope.Scope> => {
  const name = nameIn(options, otherwise)
  return makeSessionFrom(name, options, liveSources(name, options))
}

/**
 * Makes a session over other sources than the environment, the shared files and the SDK.
 *
 * @param name what it is called
 * @param kinds which options there are
 */
export const makeSessionFrom = <E extends SessionError>(
  name: string,
  options: SessionOptions,
  sources: SessionSources<E>,
  kinds: Readonly<Record<string, OptionKind>> = sessionKinds
): Effect.Effect<SessionService, E | CacheConfigError, Scope.Scope> =>
  Effect.gen(function*() {
    yield* asExit(checkOptions(name, options, kinds))
    const policy = options.evictionPolicy ?? "LRU"
    const initial = yield* sources.settings
    let settings = initial
    const grace = countdown(yield* asExit(millis(name, "gracePeriod", options.gracePeriod ?? defaultGracePeriod)))
    const transport = yield* makeSessionTransport(name, options, grace.rest)
    yield* observeSockets(yield* makeMeter(name, options.metrics), transport.figures)
    const sharedHandlers = new WeakSet<object>()
    const credentials = yield* sources.credentials(() => ({
      profile: settings.profile,
      region: Option.map(settings.region, regionOf),
      namesCredentials: settings.namesCredentials,
      requestHandler: transport.innerHandler,
      isShared: (handler) => sharedHandlers.has(handler)
    }))

    const complete: CompleteRequest = (given, options) => {
      const config = withDefaults(given, settings)
      const profile = profileOf(config) ?? settings.profileName
      const fingerprint = settings.fingerprint(profile)
      return {
        config,
        options: fingerprint === initial.fingerprint(profile)
          ? options
          : withVariant(options, `settings#${fingerprint.slice(0, 8)}`)
      }
    }

    // Clients get the session's handler too, and an agent in it may know the password of a proxy.
    const secrets: MoreSecrets = (config) =>
      HiddenTexts.of(credentials.secrets(config), hiddenTexts([["requestHandler", options.requestHandler]]))

    const build: ClientBuilder = ({ clientClass, normal }) => {
      const { config } = normal
      const completed = {
        ...config,
        credentials: credentials.providerFor(config),
        requestHandler: config["requestHandler"] ?? transport.borrowed
      }
      const built = buildClientOn(
        { clientClass, normal: { ...normal, config: completed } },
        transport.forClient
      )
      const { requestHandler }: { readonly requestHandler?: unknown } = built.client.config
      const isShared = built.transport.isLent || (config["requestHandler"] === undefined && !built.transport.isOwned)
      if (isShared && Predicate.isObject(requestHandler)) {
        sharedHandlers.add(requestHandler)
      }
      return config["region"] === undefined ? { ...built, check: () => checkRegion(built.client) } : built
    }

    const cacheOptions = (cache: "client" | "resource", evictionPolicy: SessionPolicy) => ({
      maxSize: options.maxSize,
      gracePeriod: options.gracePeriod,
      timeToLive: options.timeToLive,
      timeToIdle: options.timeToIdle,
      eventCapacity: options.eventCapacity,
      metrics: options.metrics,
      tracing: options.tracing,
      name: `${name}.${cache}.${evictionPolicy}`,
      evictionPolicy
    })
    // All wait for leases at the same time. A client under a resource is leased by it, so it goes after the resource.
    const together = yield* Effect.flatMap(Effect.scope, (scope) => Scope.fork(scope, ExecutionStrategy.parallel))
    const inOwnScope = <A, E>(make: Effect.Effect<A, E, Scope.Scope>): Effect.Effect<A, E> =>
      Effect.flatMap(Scope.fork(together, ExecutionStrategy.sequential), (scope) => Scope.extend(make, scope))
    const clientCache = (policy: SessionPolicy) =>
      inOwnScope(
        makeClientCache(
          cacheOptions("client", policy),
          sources.clients(build, credentials),
          { complete, secrets, kinds: callKinds }
        )
      )
    const client = { LRU: yield* clientCache("LRU"), LFU: yield* clientCache("LFU") }
    const completeConfig = (config: unknown) => withDefaults(config, settings)
    const resourceCache = (policy: SessionPolicy) =>
      inOwnScope(
        makeResourceCacheWith(
          cacheOptions("resource", policy),
          sources.resources(resourceBuilder(client[policy], secrets)),
          { complete: completeConfig }
        )
      )
    const resource = { LRU: yield* resourceCache("LRU"), LFU: yield* resourceCache("LFU") }
    const caches = new SessionCaches({ client, resource })

    const settle = settlingInTurn(name, [
      ...[...Object.values(resource), ...Object.values(client)].map((cache) => cache.settle),
      credentials.settle
    ])

    // Closed last, it is made known first.
    yield* Effect.addFinalizer(() => grace.start)

    const clientKey = <Ctor extends ClientClass>(
      source: ClientSource<Ctor>,
      givenConfig: unknown,
      givenOptions: unknown
    ): Effect.Effect<ClientCacheKey<ClientOf<Ctor>>, ClientBuildError> =>
      Effect.flatMap(resolveSource(source, name, givenConfig), (clientClass) => {
        const { config, options } = complete(givenConfig, givenOptions)
        const prepared = prepareClient<ClientOf<Ctor>>(clientClass, config, options)
        return keyOrDie(Either.map(prepared, ({ key }) => printLabel(key)))
      })

    const clients = <Ctor extends ClientClass>(
      source: ClientSource<Ctor>,
      config: unknown,
      controls: SessionCacheControls | undefined
    ): Effect.Effect<OwnClientCache, SessionClientError> =>
      chosenCache<ClientCacheKey<unknown>, OwnClientCache, ClientBuildError>(
        client,
        controls,
        policy,
        clientKey(source, config, controls)
      )

    const resourceKey = <Ctor extends ClientClass, Options, R>(
      definition: ResourceDefinition<Ctor, Options, R>,
      config: unknown,
      options: unknown
    ): Effect.Effect<ResourceCacheKey<R>> =>
      Effect.suspend(() => keyOrDie(keyEither(definition, completeConfig(config), options)))

    const resources = <Ctor extends ClientClass, Options, R>(
      definition: ResourceDefinition<Ctor, Options, R>,
      config: unknown,
      options: unknown,
      controls: SessionCacheControls | undefined
    ): Effect.Effect<OwnResourceCache, CacheConfigError> =>
      chosenCache<ResourceCacheKey<unknown>, OwnResourceCache, never>(
        resource,
        controls,
        policy,
        resourceKey(definition, config, options)
      )

    const asking = <A, E, R>(options: unknown, effect: Effect.Effect<A, E, R>) =>
      withCallOptions(name, options, callKinds, effect)
    const choosing = <A, E, R>(controls: unknown, effect: Effect.Effect<A, E, R>) =>
      withCallOptions(name, controls, controlKinds, effect)

    const self: SessionService = {
      name,
      client: (source, ...args) =>
        asking(args[1], Effect.flatMap(clients(source, args[0], args[1]), (cache) => cache.client(source, ...args))),
      lease: (source, ...args) =>
        asking(args[1], Effect.flatMap(clients(source, args[0], args[1]), (cache) => cache.lease(source, ...args))),
      withClient: (source, config, f, options) =>
        withFunction(
          name,
          "use",
          f,
          asking(
            options,
            Effect.flatMap(clients(source, config, options), (cache) => cache.withClient(source, config, f, options))
          )
        ),
      send: (source, config, command, options) =>
        unlessWrong(
          checkRequest(name, command, options, sendKinds),
          Effect.flatMap(
            clients(source, config, options),
            (cache) => cache[UncheckedClients].send(source, config, command, options)
          )
        ),
      clientKey: (source, ...args) => asking(args[1], clientKey(source, args[0], args[1])),
      resource: (definition, ...args) =>
        choosing(
          args[2],
          Effect.flatMap(
            resources(definition, args[0], args[1], args[2]),
            (cache) => cache[UncheckedResources].use(definition, args[0], args[1], Effect.succeed)
          )
        ),
      leaseResource: (definition, ...args) =>
        choosing(
          args[2],
          Effect.flatMap(
            resources(definition, args[0], args[1], args[2]),
            (cache) => cache[UncheckedResources].lease(definition, args[0], args[1])
          )
        ),
      withResource: (definition, config, f, ...args) =>
        withFunction(
          name,
          "use",
          f,
          choosing(
            args[1],
            Effect.flatMap(
              resources(definition, config, args[0], args[1]),
              (cache) => cache[UncheckedResources].use(definition, config, args[0], f)
            )
          )
        ),
      resourceKey: (definition, ...args) => resourceKey(definition, args[0], args[1]),
      caches,
      availableProfiles: Effect.sync(() => settings.availableProfiles),
      profileName: Effect.sync(() => settings.profileName),
      regionName: Effect.sync(() => Option.map(settings.region, regionOf)),
      credentialProvider: Effect.succeed(credentials.provider),
      getCredentials: (options) =>
        withCallOptions(
          name,
          options,
          credentialKinds,
          Effect.suspend(() => Effect.map(credentials.get(options?.forceRefresh === true), Option.map(redacted)))
        ),
      getAvailablePartitions: Effect.succeed(availablePartitions),
      getPartitionForRegion: (region) => fromEither(partitionForRegion(region)),
      getAvailableRegions: (service, options) =>
        withCallOptions(name, options, regionsKinds, Effect.sync(() => availableRegions(service, options))),
      getAvailableServices: Effect.sync(availableServices),
      getAvailableResources: Effect.succeed([DynamoDBDocumentResource.name, DynamoDBDocumentClientResource.name]),
      // Providers of the program's may read the files as well.
      reload: Effect.flatMap(Effect.tap(sources.settings, () => sources.refresh), (read) => {
        const before = settings
        settings = read
        credentials.forget()
        return read.fingerprints === before.fingerprints
          ? Effect.void
          : Effect.forEach(Object.values(caches.resource), removeBuilt, { discard: true })
      }),
      settle,
      stats: Effect.sync(() => ({ credentialResolutions: credentials.resolutions(), ...transport.figures() })),
      events: Stream.mergeAll(
        (["LRU", "LFU"] as const).flatMap((evictionPolicy) => [
          Stream.map(
            client[evictionPolicy].events,
            (event): SessionEvent => ({ cache: "client", evictionPolicy, event })
          ),
          Stream.map(
            caches.resource[evictionPolicy].events,
            (event): SessionEvent => ({ cache: "resource", evictionPolicy, event })
          )
        ]),
        { concurrency: "unbounded" }
      )
    }
    return printedAs(
      self,
      () => {
        const { profileName: profile, region } = settings
        return sessionSummary({ name, evictionPolicy: policy, profile, region: Option.map(region, regionOf), caches })
      },
      sessionLine
    )
  })

/** Of what a client is asked for with. */
const callKinds: OptionKinds<SessionClientOptions<never>> = { ...clientOptionKinds, ...controlKinds }

const sendKinds = { ...requestKinds, ...callKinds }

const credentialKinds: OptionKinds<{ readonly forceRefresh: boolean }> = { forceRefresh: "flag" }

// Their clients have settings that are no more.
const removeBuilt = (cache: ResourceCacheService): Effect.Effect<void> =>
  Effect.flatMap(Effect.zip(cache.keys, cache.stats), ([keys, { resources }]) =>
    Effect.forEach(
      keys.filter((_, index) => resources[index]?.borrowed !== true),
      (key) => cache.invalidate(key),
      { discard: true }
    ))

// A class, an extension or a customization may have brought one.
const checkRegion = async ({ config }: AwsClient): Promise<void> => {
  const { region }: { readonly region?: unknown } = config
  if (typeof region !== "function") return
  try {
    await Reflect.apply(region, config, [])
  } catch (error) {
    // Any other failure is the client's to tell, at its first request.
    if (error instanceof Error && error.message === "Region is missing") throw new Error(noRegion, { cause: error })
  }
}

const noRegion =
  "there is no region: name one in its configuration, or the session's in its options, in AWS_REGION or in "
  + "the profile"

const withDefaults = (config: unknown, { profile, region, regionOf }: SessionSettings): unknown => {
  if (config !== undefined && (typeof config !== "object" || config === null || Array.isArray(config))) return config
  try {
    // Read once, as keys read it.
    const completed = copyOfConfig(config)
    const named = profileOf(completed)
    completed["region"] ??= Option.getOrUndefined(named === undefined ? region : regionOf(named))
    completed["profile"] ??= Option.getOrUndefined(profile)
    return completed
  } catch {
    // What cannot be read or is refused; whoever makes the key says so.
    return config
  }
}

const withVariant = (options: unknown, variant: string): unknown => {
  if (options === undefined) return { variant }
  if (typeof options !== "object" || options === null) return options
  const own: unknown = "variant" in options ? options.variant : undefined
  return { ...options, variant: own === undefined ? variant : typeof own === "string" ? `${own}, ${variant}` : own }
}

const profileOf = (config: unknown): string | undefined =>
  isPlainObject(config) && typeof config["profile"] === "string" ? config["profile"] : undefined

// As clients get it: a FIPS name is a region and an option.
const regionOf = (region: string): string =>
  Option.match(normaliseRegion(region), { onNone: () => region, onSome: ({ name }) => name })

const redacted = (credentials: AwsCredentials): SessionIdentity => {
  const { accessKeyId, accountId, credentialScope, secretAccessKey, sessionToken } = credentials
  const end = expiresAt(credentials)
  return {
    accessKeyId: Redacted.make(accessKeyId),
    secretAccessKey: Redacted.make(secretAccessKey),
    // A provider may give `null` for what there is not.
    sessionToken: typeof sessionToken === "string" ? Redacted.make(sessionToken) : undefined,
    credentialScope: credentialScope ?? undefined,
    accountId: accountId ?? undefined,
    expiration: Number.isFinite(end) ? new Date(end) : undefined
  }
}
