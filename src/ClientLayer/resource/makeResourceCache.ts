/**
 * How a cache of resources is made.
 */
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Equal from "effect/Equal"
import { identity } from "effect/Function"
import * as Option from "effect/Option"
import type * as Scope from "effect/Scope"
import { describeType } from "../../Cache/engine/options/describeType.js"
import { asExit } from "../../Cache/errors/asExit.js"
import { type CacheConfigError, CacheNotFoundError } from "../../Cache/errors/CacheErrors.js"
import * as LeasedStore from "../../Cache/LeasedStore.js"
import { checkOptions, nameIn, withFunction } from "../../Cache/options/checkOptions.js"
import { glanceAt, glanced, keyedLine, keyedSummary } from "../../Cache/printing/glance.js"
import { printedAs } from "../../Cache/printing/printedAs.js"
import { printKey } from "../../Cache/printing/printKey.js"
import { noMoreSecrets } from "../client/ClientBuilder.js"
import type { ClientCacheService } from "../client/ClientCacheService.js"
import { ClientBuildError } from "../errors/ClientErrors.js"
import { ResourceBuildError, ResourceValueError } from "../errors/ResourceErrors.js"
import { dieOfNoKey, keyOrDie } from "../key/badKeys.js"
import { printLabel } from "../key/PrintedKey.js"
import { verbsByKey } from "../key/verbsByKey.js"
import type { ClientClass } from "../sdk/AwsClient.js"
import { type ResourceBuilder, resourceBuilder, type ResourceError } from "./ResourceBuilder.js"
import { isResourceCacheKey, keyEither, prepareResource, type ResourceCacheKey } from "./ResourceCacheKey.js"
import { resourceCacheKinds, type ResourceCacheOptions } from "./ResourceCacheOptions.js"
import type { ResourceArguments, ResourceDefinition } from "./ResourceDefinition.js"
import { type OwnResourceCache, Unchecked, type UncheckedResources } from "./uncheckedResources.js"

const defaultMaxSize = 10
const defaultGracePeriod = "5 seconds"

/** What else a cache of resources is made with. */
interface Making {
  /** Its name where the options have none. */
  readonly otherwise?: string | undefined
  /** Adds to the configurations that callers ask with, before they make a key. It must not throw. */
  readonly complete?: (config: unknown) => unknown
}

/**
 * Makes a cache of resources over a cache of clients, which must live at least as long. When the scope closes, builds
 * are interrupted, leases are waited for as long as the grace period, and then every resource it built is released.
 *
 * Fails with `CacheConfigError` for an option it cannot accept.
 *
 * @param clients where resources lease their clients
 */
export const makeResourceCache = (
  options: ResourceCacheOptions,
  clients: ClientCacheService,
  making?: Making
): Effect.Effect<OwnResourceCache, CacheConfigError, Scope.Scope> =>
  makeResourceCacheWith(options, resourceBuilder(clients, noMoreSecrets), making)

/**
 * Makes a cache of resources that are built in another way.
 *
 * @param builder how resources are built
 */
export const makeResourceCacheWith = (
  options: ResourceCacheOptions,
  builder: ResourceBuilder,
  { complete = identity, otherwise = "ResourceCache" }: Making = {}
): Effect.Effect<OwnResourceCache, CacheConfigError, Scope.Scope> =>
  Effect.gen(function*() {
    const name = nameIn(options, otherwise)
    yield* asExit(checkOptions(name, options, resourceCacheKinds))
    const maxSize = options.maxSize ?? defaultMaxSize
    const store = yield* LeasedStore.make<ResourceCacheKey<unknown>, CachedResource, ResourceError>({
      name,
      spanName: "effect-aws-cache.ResourceCache.build",
      evictionPolicy: options.evictionPolicy,
      maxSize,
      timeToLive: options.timeToLive,
      timeToIdle: options.timeToIdle,
      gracePeriod: options.gracePeriod ?? defaultGracePeriod,
      releaseTimeout: options.releaseTimeout,
      release: (_, { release }) => release,
      eventCapacity: options.eventCapacity,
      metrics: options.metrics,
      tracing: options.tracing,
      acquire: (key) => Effect.dieMessage(`effect-aws-cache: nothing builds ${key.label}; please report this`),
      // All who ask for a key build the same.
      failure: (error) => error instanceof ClientBuildError || error instanceof ResourceBuildError
    })

    const withKey = <Ctor extends ClientClass, Options, R, A, E, R2>(
      definition: ResourceDefinition<Ctor, Options, R>,
      configuration: unknown,
      options: unknown,
      use: (
        key: ResourceCacheKey<R>,
        lease: LeasedStore.LeaseOptions<CachedResource, ResourceError, never>
      ) => Effect.Effect<A, E, R2>
    ): Effect.Effect<A, E | ResourceError, R2> =>
      Effect.suspend((): Effect.Effect<A, E | ResourceError, R2> => {
        const prepared = prepareResource(definition, complete(configuration), options)
        if (Either.isLeft(prepared)) return Effect.die(prepared.left)
        const wanted = prepared.right
        const acquire = Effect.suspend(() => {
          const key = printLabel(wanted.key)
          return Effect.map(builder(wanted, name), ({ release, resource }) => {
            return new CachedResource(key, resource, release)
          })
        })
        return use(wanted.key, { acquire })
      })

    const put = <E>(
      key: ResourceCacheKey<unknown>,
      resource: unknown,
      write: (entry: CachedResource) => Effect.Effect<void, E>
    ): Effect.Effect<void, E | ResourceValueError> =>
      Effect.suspend((): Effect.Effect<void, E | ResourceValueError> => {
        if (!isResourceCacheKey(key)) return dieOfNoKey(name, key, "ResourceCacheKey")
        return key.accepts(resource)
          ? write(new CachedResource(key, resource, undefined))
          : Effect.fail(new ResourceValueError({ cache: name, key: key.label, value: describeType(resource) }))
      })

    const { forSome, invalidateBy, under, underAll, verbs } = verbsByKey(
      store,
      name,
      "ResourceCacheKey",
      isResourceCacheKey
    )

    const orNotFound = <A, R>(
      key: ResourceCacheKey<unknown>,
      effect: Effect.Effect<Option.Option<A>, never, R>
    ): Effect.Effect<A, CacheNotFoundError, R> =>
      under(
        key,
        Effect.flatMap(
          effect,
          Option.match({
            onNone: () => Effect.fail(new CacheNotFoundError({ cache: name, key: printKey(key) })),
            onSome: Effect.succeed
          })
        )
      )

    const unchecked: UncheckedResources = {
      lease: (definition, configuration, options) =>
        withKey(
          definition,
          configuration,
          options,
          (key, lease) => Effect.flatMap(store.lease(key, lease), (entry) => resourceOf(entry, key))
        ),
      use: (definition, configuration, options, f) =>
        withFunction(
          name,
          "use",
          f,
          withKey(
            definition,
            configuration,
            options,
            (key, lease) => store.use(key, (entry) => Effect.flatMap(resourceOf(entry, key), f), lease)
          )
        )
    }

    const self: OwnResourceCache = {
      ...verbs,
      [Unchecked]: unchecked,
      name,
      resource: <Ctor extends ClientClass, Options, R>(
        definition: ResourceDefinition<Ctor, Options, R>,
        ...[configuration, options]: ResourceArguments<Ctor, Options>
      ) =>
        withKey(
          definition,
          configuration,
          options,
          (key, lease) => store.use(key, (entry) => resourceOf(entry, key), lease)
        ),
      lease: <Ctor extends ClientClass, Options, R>(
        definition: ResourceDefinition<Ctor, Options, R>,
        ...[configuration, options]: ResourceArguments<Ctor, Options>
      ) => unchecked.lease(definition, configuration, options),
      withResource: (definition, configuration, f, ...[options]) =>
        unchecked.use(definition, configuration, options, f),
      resourceKey: <Ctor extends ClientClass, Options, R>(
        definition: ResourceDefinition<Ctor, Options, R>,
        ...[configuration, options]: ResourceArguments<Ctor, Options>
      ) => Effect.suspend(() => keyOrDie(keyEither(definition, complete(configuration), options))),
      leaseKey: (key) => orNotFound(key, Effect.flatMap(store.leaseOption(key), (entry) => resourceOption(entry, key))),
      get: (key) => orNotFound(key, store.useOption(key, (entry) => resourceOf(entry, key))),
      getOption: (key) => under(key, store.useOption(key, (entry) => resourceOf(entry, key))),
      getMany: (keys) => underAll(keys, Effect.forEach((key) => self.getOption(key))),
      add: (key, resource) =>
        put(key, resource, (entry) => Effect.catchTag(store.add(key, entry), "EntryTooLargeError", Effect.die)),
      set: (key, resource) => put(key, resource, (entry) => Effect.orDie(store.set(key, entry))),
      peek: (key) => under(key, Effect.flatMap(store.peek(key), (entry) => resourceOption(entry, key))),
      peekEntry: (key) =>
        under(
          key,
          forSome(
            store.peekEntry(key),
            (info) => Effect.map(resourceOf(info.value, key), (value) => ({ ...info, value }))
          )
        ),
      invalidateWhen: (key, predicate) =>
        invalidateBy(key, predicate, (entry, predicate) => isUnder(entry, key) && predicate(entry.resource)),
      pop: (key) => under(key, Effect.flatMap(store.pop(key), (entry) => resourceOf(entry, key))),
      popVictim: Effect.map(store.popVictim, Option.map(([key, { resource }]) => [key, resource] as const)),
      values: Effect.map(store.values, (entries) => entries.map(({ resource }) => resource)),
      entries: Effect.map(store.entries, (entries) => entries.map(([key, { resource }]) => [key, resource] as const)),
      settle: store.settle,
      stats: Effect.zipWith(
        store.stats,
        store.leases,
        ({ acquired: _a, rejections: _r, releases: _s, weight: _w, ...stats }, leases) => ({
          ...stats,
          resources: leases.map(({ key, leases, value: { isBorrowed } }) => ({
            key: key.label,
            leases,
            borrowed: isBorrowed
          }))
        })
      )
    }
    return printedAs(
      glanced(self, (most) => glanceAt(store, most)),
      () => keyedSummary("ResourceCache", name, store),
      keyedLine
    )
  })

/** A resource and what it is kept under. What was put in by a caller is the caller's to release. */
class CachedResource {
  readonly key: ResourceCacheKey<unknown>
  readonly resource: unknown
  readonly isBorrowed: boolean
  readonly release: Effect.Effect<unknown, unknown>

  constructor(
    key: ResourceCacheKey<unknown>,
    resource: unknown,
    release: Effect.Effect<unknown, unknown> | undefined
  ) {
    this.key = key
    this.resource = resource
    this.isBorrowed = release === undefined
    this.release = release ?? Effect.void
  }
}

// Equal keys are of the same definition: its identity is part of them. What is under a key is of that definition,
// because it was built by it, or because `add` and `set` take no other.
const isUnder = <R>(
  entry: CachedResource,
  key: ResourceCacheKey<R>
): entry is CachedResource & { readonly resource: R } => entry.key === key || Equal.equals(entry.key, key)

const resourceOf = <R>(entry: CachedResource, key: ResourceCacheKey<R>): Effect.Effect<R> =>
  isUnder(entry, key)
    ? Effect.succeed(entry.resource)
    : Effect.dieMessage(`effect-aws-cache: found ${entry.key.label} under ${key.label}; please report this`)

const resourceOption = <R>(
  entry: Option.Option<CachedResource>,
  key: ResourceCacheKey<R>
): Effect.Effect<Option.Option<R>> =>
  Option.isNone(entry) ? Effect.succeedNone : Effect.asSome(resourceOf(entry.value, key))
