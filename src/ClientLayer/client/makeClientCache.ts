/**
 * How a cache of clients is made.
 */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as FiberSet from "effect/FiberSet"
import * as Option from "effect/Option"
import type * as Scope from "effect/Scope"
import { inBackground } from "../../Cache/background/Background.js"
import { settlingInTurn } from "../../Cache/background/settle.js"
import { unrefSleep } from "../../Cache/common/unrefSleep.js"
import { handleRejection } from "../../Cache/engine/handleRejection.js"
import { describeType } from "../../Cache/engine/options/describeType.js"
import type { OptionKind } from "../../Cache/engine/options/optionKinds.js"
import { asExit } from "../../Cache/errors/asExit.js"
import { type CacheConfigError, CacheNotFoundError } from "../../Cache/errors/CacheErrors.js"
import type { Restore } from "../../Cache/lease/LeaseTable.js"
import * as LeasedStore from "../../Cache/LeasedStore.js"
import { makeMeter } from "../../Cache/metrics/makeMeter.js"
import { checkOptions, nameIn, unlessWrong, withCallOptions, withFunction } from "../../Cache/options/checkOptions.js"
import { millis } from "../../Cache/options/timeToLive.js"
import { glanceAt, glanced, keyedLine, keyedSummary } from "../../Cache/printing/glance.js"
import { printedAs } from "../../Cache/printing/printedAs.js"
import { printKey } from "../../Cache/printing/printKey.js"
import { ClientBuildError, ClientValueError } from "../errors/ClientErrors.js"
import { dieOfNoKey, keyOrDie } from "../key/badKeys.js"
import {
  type ClientCacheKey,
  isClientCacheKey,
  isKeyOf,
  keyPlace,
  prepareClient,
  type PreparedClient
} from "../key/ClientCacheKey.js"
import type { ClientCustomization } from "../key/ClientCustomization.js"
import {
  type ClientArguments,
  clientOptionKinds,
  type ClientOptions,
  type CompleteRequest
} from "../key/ClientOptions.js"
import { type ClientSource, knownClass, resolveSource } from "../key/ClientSource.js"
import type { Place } from "../key/KeyMemo.js"
import { printLabel } from "../key/PrintedKey.js"
import { verbsByKey } from "../key/verbsByKey.js"
import { nameOfClass, type RequestOrigin } from "../request/requestFailure.js"
import { checkRequest, requestKinds, sendFrom } from "../request/sendCommand.js"
import { sendLeased } from "../request/sendLeased.js"
import { type ClientClass, type ClientOf, isAwsClient } from "../sdk/AwsClient.js"
import { HiddenTexts } from "../secrets/hiddenTexts.js"
import { countdown, drainTransports } from "../transport/drainTransports.js"
import { observeSockets } from "../transport/observeSockets.js"
import { TransportRegistry } from "../transport/TransportRegistry.js"
import { holdCredentials } from "../values/staticCredentials.js"
import { CachedClient, clientOf, handOut, holdsFor, withClientOf } from "./CachedClient.js"
import {
  type ClientBuilder,
  failedBuild,
  hiddenFrom,
  maskDefects,
  type MoreSecrets,
  noMoreSecrets,
  runBuilder
} from "./ClientBuilder.js"
import { clientCacheKinds, type ClientCacheOptions } from "./ClientCacheOptions.js"
import { type OwnClientCache, Unchecked, type UncheckedClients } from "./uncheckedClients.js"

const defaultMaxSize = 10

/** How long the closing of a cache waits for leases, requests and bodies, where nobody says. */
export const defaultGracePeriod = "5 seconds"

/** What else a cache of clients is made with. */
interface Making {
  /** Its name where the options have none. */
  readonly otherwise?: string | undefined
  /** Adds to what callers ask for, before it makes a key. */
  readonly complete?: CompleteRequest
  /** What clients get besides what is in their configuration, to be masked in errors. */
  readonly secrets?: MoreSecrets
  /** Which options there are besides configurations. */
  readonly kinds?: Readonly<Record<string, OptionKind>>
}

const unchanged: CompleteRequest = (config, options) => ({ config, options })

/**
 * Makes a cache of clients. When the scope closes, builds are interrupted; leases, and then requests and bodies, are
 * waited for as long as the grace period, and then every client it built is destroyed, with what is left.
 *
 * Fails with `CacheConfigError` for an option it cannot accept.
 *
 * @param builder how clients are built
 */
export const makeClientCache = (
  options: ClientCacheOptions,
  builder: ClientBuilder,
  { complete = unchanged, kinds = clientOptionKinds, otherwise = "ClientCache", secrets = noMoreSecrets }: Making = {}
): Effect.Effect<OwnClientCache, CacheConfigError, Scope.Scope> =>
  Effect.gen(function*() {
    const name = nameIn(options, otherwise)
    yield* asExit(checkOptions(name, options, clientCacheKinds))
    const drainTimeout = yield* asExit(millis(name, "drainTimeout", options.drainTimeout ?? Duration.infinity))
    const maxSize = options.maxSize ?? defaultMaxSize
    const grace = countdown(yield* asExit(millis(name, "gracePeriod", options.gracePeriod ?? defaultGracePeriod)))
    // Made before the store, so that at the end it is closed after leases have ended.
    const registry = yield* TransportRegistry.make(grace.rest)
    const drains = yield* FiberSet.make<void>()
    const store = yield* LeasedStore.make<ClientCacheKey<unknown>, CachedClient, ClientBuildError>({
      name,
      spanName: "effect-aws-cache.ClientCache.build",
      evictionPolicy: options.evictionPolicy,
      maxSize,
      timeToLive: options.timeToLive,
      timeToIdle: options.timeToIdle,
      gracePeriod: options.gracePeriod ?? defaultGracePeriod,
      eventCapacity: options.eventCapacity,
      metrics: options.metrics,
      tracing: options.tracing,
      acquire: (key) => Effect.dieMessage(`effect-aws-cache: nothing builds ${key.label}; please report this`),
      // All who ask for a key build the same.
      failure: (error) => error instanceof ClientBuildError,
      release: (_, { transport }) => release(transport),
      // A release is a single step: it takes no time, and needs no company.
      releaseTimeout: Duration.infinity,
      releaseConcurrency: 1
    })
    yield* Effect.addFinalizer(() => grace.start)
    yield* observeSockets(yield* makeMeter(name, options.metrics), () => registry.figures())

    const release = (transport: CachedClient["transport"]): Effect.Effect<void> =>
      Effect.suspend(() => {
        registry.release(transport)
        const isPending = transport.isReleased && transport.isOwned && !transport.isDestroyed
        return isPending && Number.isFinite(drainTimeout)
          ? Effect.asVoid(FiberSet.run(drains, cutOffLater(transport, transport.generation)))
          : Effect.void
      })

    const cutOffLater = (transport: CachedClient["transport"], generation: number): Effect.Effect<void> => {
      const isMeant = () => transport.isReleased && transport.generation === generation
      // What can be drained is watched as long as it has connections, and no longer: with it the timer would hold its
      // client, and the asynchronous context of whoever made it leave.
      const wait = transport.isDrainable
        ? Effect.suspend(() => isMeant() ? drainTransports([transport], drainTimeout) : Effect.void)
        : unrefSleep(drainTimeout)
      return Effect.map(wait, () => {
        if (isMeant() && (!transport.isDrainable || transport.isBusy)) registry.cutOff(transport)
      })
    }

    const build = <C>(
      key: ClientCacheKey<C>,
      prepared: PreparedClient<C>,
      customize: ClientCustomization<C> | undefined
    ): Effect.Effect<CachedClient, ClientBuildError> =>
      Effect.flatMap(runBuilder(builder, prepared, name, secrets), ({ check, client, transport }) => {
        holdCredentials(prepared.normal.config["credentials"])
        registry.register(client, transport)
        registry.hold(transport)
        const entry = new CachedClient(printLabel(key), client, transport)
        if (customize === undefined && check === undefined) return Effect.succeed(entry)
        return Effect.zipRight(
          customize === undefined ? Effect.void : applyCustomization(entry, prepared, customize),
          check === undefined ? Effect.void : runCheck(prepared, check)
        ).pipe(
          Effect.onError(() => release(transport)),
          Effect.as(entry)
        )
      })

    const runCheck = <C>(
      prepared: PreparedClient<C>,
      check: () => Promise<unknown>
    ): Effect.Effect<unknown, ClientBuildError> =>
      Effect.interruptible(
        Effect.tryPromise({
          try: check,
          catch: (cause) => failedBuild(prepared, name, { reason: "Check", step: "its check" }, cause, secrets)
        })
      )

    const applyCustomization = <C>(
      entry: CachedClient,
      prepared: PreparedClient<C>,
      customize: ClientCustomization<C>
    ): Effect.Effect<unknown, ClientBuildError> => {
      const step = `its customization "${customize.name}"`
      const failed = (cause: unknown) => failedBuild(prepared, name, { reason: "Customization", step }, cause, secrets)
      return Effect.flatMap(clientOf(entry, prepared.key), (client) =>
        Effect.flatMap(
          Effect.try({ try: () => customize.apply(client), catch: failed }),
          // Unlike a build, which is one step, this may take its time.
          (more) =>
            Effect.isEffect(more)
              ? Effect.mapError(
                maskDefects(Effect.interruptible(more), () => hiddenFrom(prepared.normal, secrets)),
                failed
              )
              : handleRejection(more, () => {})
              ? Effect.fail(failed(new TypeError("it returned a promise: return an Effect, with Effect.tryPromise")))
              : Effect.void
        ))
    }

    const withKey = <Ctor extends ClientClass, A, E, R>(
      source: ClientSource<Ctor>,
      givenConfig: unknown,
      givenOptions: ClientOptions<ClientOf<Ctor>> | undefined,
      use: (
        key: ClientCacheKey<ClientOf<Ctor>>,
        lease: () => LeasedStore.LeaseOptions<CachedClient, ClientBuildError, never>,
        restore: Restore,
        place: Place<ClientCacheKey<unknown>> | undefined
      ) => Effect.Effect<A, E, R>
    ): Effect.Effect<A, E | ClientBuildError, R> => {
      const lease = (key: ClientCacheKey<ClientOf<Ctor>>, prepared: PreparedClient<ClientOf<Ctor>>) => ({
        acquire: Effect.suspend(() => build(key, prepared, givenOptions?.customize))
      })
      const inClass = (
        clientClass: ClientClass,
        restore: Restore
      ): Effect.Effect<A, E | ClientBuildError, R> => {
        const { config, options } = complete(givenConfig, givenOptions)
        // Most lookups are hits, whose configuration was seen before.
        const place = keyPlace(clientClass, config, options)
        const known = place?.content
        if (known !== undefined && isKeyOf<ClientOf<Ctor>>(known, clientClass)) {
          return use(
            known,
            () => {
              const prepared = prepareClient<ClientOf<Ctor>>(clientClass, config, options)
              return Either.isRight(prepared) && prepared.right.key.id === known.id
                ? lease(known, prepared.right)
                : { acquire: Effect.fail(unsteady(name, known)) }
            },
            restore,
            place
          )
        }
        const prepared = prepareClient<ClientOf<Ctor>>(clientClass, config, options)
        if (Either.isLeft(prepared)) return Effect.die(prepared.left)
        const client = prepared.right
        if (place !== undefined) place.content = printLabel(client.key)
        return use(client.key, () => lease(client.key, client), restore, place)
      }
      return Effect.uninterruptibleMask((restore) => {
        const clientClass = knownClass(source)
        return clientClass === undefined
          ? Effect.flatMap(
            restore(resolveSource(source, name, givenConfig)),
            (clientClass) => inClass(clientClass, restore)
          )
          : inClass(clientClass, restore)
      })
    }

    const useEntry = <Ctor extends ClientClass, A, E, R>(
      source: ClientSource<Ctor>,
      config: unknown,
      options: ClientOptions<ClientOf<Ctor>> | undefined,
      f: (entry: CachedClient, key: ClientCacheKey<ClientOf<Ctor>>) => Effect.Effect<A, E, R>
    ) =>
      withKey(source, config, options, (key, lease, restore, place) =>
        store.useWithin(
          restore,
          key,
          (entry) => {
            // The store knows its own key without a comparison.
            if (place !== undefined) place.content = entry.key
            return f(entry, key)
          },
          lease
        ))

    const put = <E>(
      key: ClientCacheKey<unknown>,
      client: unknown,
      write: (entry: CachedClient) => Effect.Effect<void, E>
    ): Effect.Effect<void, E | ClientValueError> =>
      Effect.uninterruptible(Effect.suspend((): Effect.Effect<void, E | ClientValueError> => {
        if (!isClientCacheKey(key)) return dieOfNoKey(name, key, "ClientCacheKey")
        if (!isAwsClient(client)) {
          return Effect.fail(new ClientValueError({ cache: name, key: key.label, value: describe(client) }))
        }
        const transport = registry.transportOf(client)
        registry.hold(transport)
        transport.handOut()
        return Effect.onError(write(new CachedClient(key, client, transport)), () => release(transport))
      }))

    const originOf = <Ctor extends ClientClass>(
      source: ClientSource<Ctor>,
      givenConfig: unknown,
      givenOptions: unknown
    ): RequestOrigin => {
      const clientClass = knownClass(source)
      const known = (client: string): RequestOrigin => ({ cache: name, client, hidden: HiddenTexts.of(secrets({})) })
      if (clientClass === undefined) return known("a client")
      const { config, options } = complete(givenConfig, givenOptions)
      const prepared = prepareClient(clientClass, config, options)
      if (Either.isLeft(prepared)) return known(clientClass.name)
      const { key, normal } = prepared.right
      const hidden = HiddenTexts.of(secrets(normal.config)).addAll(normal.secrets())
      return { cache: name, client: key.label, hidden }
    }

    const notFound = (key: ClientCacheKey<unknown>) => new CacheNotFoundError({ cache: name, key: printKey(key) })

    const { forSome, invalidateBy, under, underAll, verbs } = verbsByKey(
      store,
      name,
      "ClientCacheKey",
      isClientCacheKey
    )

    const drained = yield* inBackground(name, [registry.drains])

    const sendKinds = { ...requestKinds, ...kinds }
    const asking = <A, E, R>(options: unknown, effect: Effect.Effect<A, E, R>) =>
      withCallOptions(name, options, kinds, effect)

    const unchecked: UncheckedClients = {
      lease: (source, config, options) =>
        withKey(
          source,
          config,
          options,
          (key, lease, restore) => restore(Effect.flatMap(store.lease(key, lease), (entry) => clientOf(entry, key)))
        ),
      send: (source, config, command, options) =>
        sendLeased(Effect.flatMap(
          unchecked.lease(source, config, options),
          (client) => sendFrom(client, command, options, () => originOf(source, config, options))
        ))
    }

    const self: OwnClientCache = {
      ...verbs,
      [Unchecked]: unchecked,
      name,
      client: <Ctor extends ClientClass>(source: ClientSource<Ctor>, ...[config, options]: ClientArguments<Ctor>) =>
        asking(options, useEntry(source, config, options, handOut)),
      lease: <Ctor extends ClientClass>(source: ClientSource<Ctor>, ...[config, options]: ClientArguments<Ctor>) =>
        asking(options, unchecked.lease(source, config, options)),
      withClient: (source, config, f, options) =>
        withFunction(
          name,
          "use",
          f,
          asking(options, useEntry(source, config, options, (entry, key) => withClientOf(entry, key, f)))
        ),
      send: (source, config, command, options) =>
        unlessWrong(
          checkRequest(name, command, options, sendKinds),
          unchecked.send(source, config, command, options)
        ),
      clientKey: <Ctor extends ClientClass>(source: ClientSource<Ctor>, ...[config, options]: ClientArguments<Ctor>) =>
        asking(
          options,
          Effect.flatMap(resolveSource(source, name, config), (clientClass) => {
            const completed = complete(config, options)
            const prepared = prepareClient<ClientOf<Ctor>>(clientClass, completed.config, completed.options)
            return keyOrDie(Either.map(prepared, ({ key }) => printLabel(key)))
          })
        ),
      get: (key) =>
        under(
          key,
          Effect.uninterruptibleMask((restore) =>
            store.useFoundWithin(restore, key, (entry) => handOut(entry, key), () => Effect.fail(notFound(key)))
          )
        ),
      leaseKey: (key) =>
        under(
          key,
          Effect.flatMap(
            store.leaseOption(key),
            Option.match({ onNone: () => Effect.fail(notFound(key)), onSome: (entry) => clientOf(entry, key) })
          )
        ),
      getOption: (key) => under(key, store.useOption(key, (entry) => handOut(entry, key))),
      getMany: (keys) => underAll(keys, Effect.forEach((key) => self.getOption(key))),
      add: (key, client) =>
        put(key, client, (entry) => Effect.catchTag(store.add(key, entry), "EntryTooLargeError", Effect.die)),
      set: (key, client) => put(key, client, (entry) => Effect.orDie(store.set(key, entry))),
      peek: (key) => under(key, forSome(store.peek(key), (entry) => handOut(entry, key))),
      peekEntry: (key) =>
        under(
          key,
          forSome(store.peekEntry(key), (info) => Effect.map(handOut(info.value, key), (value) => ({ ...info, value })))
        ),
      invalidateWhen: (key, predicate) =>
        invalidateBy(key, predicate, (entry, predicate) => holdsFor(entry, key, predicate)),
      pop: (key) => under(key, Effect.flatMap(Effect.scoped(store.pop(key)), (entry) => handOut(entry, key))),
      popVictim: Effect.map(
        Effect.scoped(store.popVictim),
        Option.map(([key, { client, transport }]) => {
          transport.handOut()
          return [key, client] as const
        })
      ),
      values: Effect.map(store.values, (entries) => entries.map(showClient)),
      entries: Effect.map(store.entries, (entries) => entries.map(([key, entry]) => [key, showClient(entry)] as const)),
      settle: settlingInTurn(name, [store.settle, drained]),
      stats: Effect.zipWith(
        store.stats,
        store.leases,
        ({ acquired: _a, rejections: _r, releases: _s, weight: _w, releasing: _g, ...stats }, leases) => ({
          ...stats,
          ...registry.figures(),
          clients: leases.map(({ key, leases, value: { transport } }) => ({
            key: key.label,
            ...transport.figures(),
            leases,
            borrowed: transport.isBorrowed
          }))
        })
      )
    }
    return printedAs(
      glanced(self, (most) => glanceAt(store, most)),
      () => keyedSummary("ClientCache", name, store),
      keyedLine
    )
  })

const showClient = ({ client, transport }: CachedClient) => {
  transport.handOut()
  return client
}

const unsteady = (cache: string, { label }: ClientCacheKey<unknown>): ClientBuildError =>
  new ClientBuildError({
    cache,
    key: label,
    reason: "ConfigChanged",
    detail: "its configuration reads differently from one moment to the next"
  })

/** Of what is no client the class is told: the types of all are alike. */
const describe = (value: unknown): string => {
  const name = typeof value === "object" && value !== null ? nameOfClass(value) : ""
  return name === "" ? describeType(value) : `an instance of ${name}`
}
