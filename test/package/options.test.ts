import { ListBucketsCommand, S3Client } from "@aws-sdk/client-s3"
import * as NodeContext from "@effect/platform-node/NodeContext"
import * as KeyValueStore from "@effect/platform/KeyValueStore"
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import {
  Background,
  BoundedMap,
  CacheConfigError,
  ClientCache,
  ClientCacheKey,
  DefaultSession,
  Keyspace,
  LeasedStore,
  ObjectStore,
  ResourceCache,
  ResourceDefinition,
  S3Cache,
  S3Notifications,
  S3Persistence,
  sendCommand,
  Session,
  Store,
  SyncTtlDict,
  TtlDict
} from "effect-aws-cache"
import { layerS3FromInstance, S3ClientInstance } from "effect-aws-cache/effect-aws"
import { s3CacheStorage } from "effect-aws-cache/keyv"
import * as Lambda from "effect-aws-cache/lambda"
import { memoryPressure, SyncTtlDict as SmallDict } from "effect-aws-cache/Sync"
import { EmbeddedS3, Faults, objectStoreConformance } from "effect-aws-cache/testing"
import * as Cause from "effect/Cause"
import * as Config from "effect/Config"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import { execFile } from "node:child_process"
import { readdir, readFile } from "node:fs/promises"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"
import { wrongOptionTexts } from "../../src/Cache/engine/options/wrongOptionTexts.js"
import { sessionEnvironment } from "../ClientLayer/sessionEnvironment.js"
import { everyNth } from "../support/property.js"

type Use = Effect.Effect<unknown, unknown, Scope.Scope>

/** Values that are of no use for an option, and what is accepted, where that is the same for all options of the kind. */
interface Wrong {
  readonly values: ReadonlyArray<unknown>
  readonly accepted: string | undefined
}

const secret = "a-secret-of-the-caller"

const numbers = [Number.NaN, -1, "5", null, {}, true]
const such = "such as 500 or \"5 minutes\""
const ofMillis = "such as 500 (milliseconds) or \"5 minutes\""
const duration: Wrong = {
  values: [...numbers, "5 mins", "-1 second", [1]],
  accepted: `a duration of 0 milliseconds or more, ${such}`
}
const staleIfSlow: Wrong = {
  values: [...duration.values, { after: "soon" }, { after: 1, within: "long" }, { after: 1, other: 1 }],
  accepted: `${duration.accepted}, or an object with after and within, which are two`
}
const settleOptions = { within: duration }
const durationOrFunction: Wrong = { ...duration, accepted: `${duration.accepted}, or a function that returns one` }
const aboveZero: Wrong = { values: [...duration.values, 0], accepted: `a duration above zero, ${ofMillis}` }
const anyDuration: Wrong = { values: [Number.NaN, "5 mins", null, {}, true, [1]], accepted: `a duration, ${ofMillis}` }
const count: Wrong = { values: [...numbers, 0, 1.5, Infinity], accepted: "a whole number, 1 or more" }
const countOrInfinity: Wrong = { values: [...numbers, 0, 1.5], accepted: `${count.accepted}, or Infinity` }
const limit: Wrong = { values: [...numbers, 1.5], accepted: "a whole number, 0 or more, or Infinity" }
const whole: Wrong = { values: [...numbers, 1.5, Infinity], accepted: "a whole number, 0 or more" }
const share: Wrong = { values: [...numbers, 1.1], accepted: "a number from 0 to 1" }
const refreshAhead: Wrong = {
  values: [...numbers, 1.1, "often", [], { beta: 0 }, { beta: "1" }, { beta: Number.POSITIVE_INFINITY }, {
    beta: 1,
    other: 1
  }],
  accepted: `${share.accepted}, "probabilistic", or an object with beta, a number above 0`
}
const innerShare: Wrong = { values: [...numbers, 0, 1], accepted: "a number above 0 and below 1" }
const millis: Wrong = { values: numbers, accepted: "a number of milliseconds, 0 or more, or Infinity" }
const moment: Wrong = {
  values: [Number.NaN, "5", null, {}],
  accepted: "a number of milliseconds since the epoch, or Infinity"
}
const text: Wrong = { values: [5, null, {}, true], accepted: "a text" }
const version: Wrong = {
  values: [5, null, {}, true, "", "a b", "a/b", "a".repeat(51)],
  accepted: "letters, digits, \".\", \"_\" and \"-\", 50 characters at most"
}
const flag: Wrong = { values: ["yes", 1, null, {}], accepted: "true or false" }
const metrics: Wrong = { values: ["yes", 1, null, {}, "EMF"], accepted: "true, false or \"emf\"" }
const tracing: Wrong = {
  values: [5, null, true, "some", ["all"], { lookups: "some" }, { lookup: "all" }, { keys: "yes" }],
  accepted: "\"none\", \"misses\" or \"all\", or an object with one of them as lookups, and keys, true or false"
}
const func: Wrong = { values: [5, null, {}, Effect.void, "f"], accepted: "a function" }
const object: Wrong = { values: [5, null, secret, [secret]], accepted: undefined }
const handlerOptions = {
  options: { layer: object, settle: duration, margin: duration, close: duration },
  base: { layer: Layer.empty }
}
const iterable: Wrong = { values: [5, null, {}, "ab"], accepted: "an array or something else to iterate over" }
const texts: Wrong = { values: [5, null, "ab", [5]], accepted: "an array of texts" }
const bytes: Wrong = { values: [Number.NaN, -1, 0, "5", null, {}], accepted: undefined }
const special = (...values: ReadonlyArray<unknown>): Wrong => ({ values, accepted: undefined })
const oneOf = (accepted: string): Wrong => ({ values: [5, null, {}, "something else"], accepted })
const policies = "\"LRU\", \"LFU\", \"LFU-DA\", \"S3-FIFO\", \"W-TinyLFU\", \"Adaptive\" or \"GDSF\""

interface Case {
  readonly use: (options: unknown) => Use
  readonly options: Readonly<Record<string, Wrong>>
  /** What has to be given. */
  readonly base?: object
  /** Whether other names are somebody else's. */
  readonly hasOthers?: boolean
  /** What options within options are called. */
  readonly within?: string
}

// What types would not allow.
const untyped = (options: unknown): never => options as never

const attempt = (f: () => unknown): Use => Effect.try({ try: f, catch: (error) => error })
const built = <A, E>(layer: Layer.Layer<A, E>): Use => Effect.suspend(() => Layer.build(layer))
const suspended = <A, E, R>(f: () => Effect.Effect<A, E, R>) => Effect.suspend(f)

/** Uses what has one entry, which must be all that is there when the call has failed. */
const unchanged = <A>(
  make: Effect.Effect<A, unknown, Scope.Scope>,
  entriesOf: (self: A) => Effect.Effect<unknown>,
  call: (self: A, options: never) => Effect.Effect<unknown, unknown, Scope.Scope>
) =>
(options: unknown): Use =>
  Effect.flatMap(
    make,
    (self) =>
      Effect.flatMap(entriesOf(self), (before) =>
        Effect.onError(
          suspended(() => call(self, untyped(options))),
          () => Effect.map(entriesOf(self), (after) => assert.deepStrictEqual(after, before))
        ))
  )

const store = Effect.tap(Store.make<string, number>(), (store) => store.set("a", 1))
const onStore = (call: (self: Store.Store<string, number>, options: never) => Effect.Effect<unknown, unknown>) =>
  unchanged(store, (self) => self.entries, call)

const leased = Effect.tap(
  LeasedStore.make<string, number>({ acquire: () => Effect.succeed(1) }),
  (store) => store.set("a", 1)
)
const onLeased = (
  call: (self: LeasedStore.LeasedStore<string, number>, options: never) => Effect.Effect<unknown, unknown, Scope.Scope>
) => unchanged(leased, (self) => self.entries, call)

const dict = Effect.tap(TtlDict.make<string, number>(), (dict) => dict.set("a", 1))
type AnyDict = Effect.Effect.Success<typeof dict>
const onDict = (call: (self: AnyDict, options: never) => Effect.Effect<unknown, unknown>) =>
  unchanged(dict, (self) => self.entries, call)

const onSync = (call: (self: SyncTtlDict<string, number>, options: never) => unknown) =>
  unchanged(
    Effect.sync(() => new SyncTtlDict<string, number>({ entries: [["a", 1]] })),
    (self) => Effect.sync(() => [...self]),
    (self, options) => attempt(() => call(self, options))
  )

const words = Keyspace.make("words", { key: Schema.String, value: Schema.Number })
const word = words.key("a")
const onS3 = (call: (options: never) => Effect.Effect<unknown, unknown, S3Cache>) => (options: unknown): Use =>
  Effect.gen(function*() {
    yield* S3Cache.set(word, 1)
    const before = yield* S3Cache.stats
    yield* Effect.onError(
      suspended(() => call(untyped(options))),
      () => Effect.map(S3Cache.stats, (after) => assert.deepStrictEqual(after, before))
    )
  }).pipe(Effect.provide(S3Cache.layerMemory()))

const local = { region: "us-east-1", endpoint: "http://127.0.0.1:1", maxAttempts: 1 }
const list = new ListBucketsCommand({})
const Plain = ResourceDefinition.make({ name: "Plain", client: S3Client, make: () => ({}) })

const onClients =
  (call: (options: never) => Effect.Effect<unknown, unknown, ClientCache | Scope.Scope>) => (options: unknown): Use =>
    Effect.onError(
      suspended(() => call(untyped(options))),
      () => Effect.map(Effect.orDie(ClientCache.stats), ({ computations }) => assert.strictEqual(computations, 0))
    ).pipe(
      Effect.scoped,
      Effect.provide(ClientCache.layer())
    )

const onSession =
  (call: (options: never) => Effect.Effect<unknown, unknown, Session | Scope.Scope>) => (options: unknown): Use =>
    Effect.gen(function*() {
      yield* Effect.onError(suspended(() => call(untyped(options))), () =>
        Effect.gen(function*() {
          const { caches } = yield* Session
          assert.strictEqual((yield* caches.client.LRU.stats).computations, 0)
          assert.strictEqual((yield* caches.client.LRU.stats).maxSize, 10)
          assert.strictEqual((yield* caches.resource.LRU.stats).maxSize, 10)
        }).pipe(Effect.orDie))
    }).pipe(
      Effect.scoped,
      Effect.provide(Session.layerTest([
        ClientCache.fake(S3Client, () => new S3Client(local)),
        ResourceCache.fake(Plain, () => ({}))
      ]))
    )

// What each takes -----------------------------------------------------------------------------------------------------

const freshness = {
  jitter: share,
  refreshAhead,
  staleWhileRevalidate: duration,
  staleIfError: duration,
  staleIfSlow,
  retryAfter: duration,
  maxComputations: count
}
const tableOptions = {
  table: text,
  keyPrefix: text,
  partitions: count,
  consistentReads: oneOf("\"always\" or \"certain\""),
  expiresAttribute: text,
  requestTimeout: aboveZero
}
const chainOptions = {
  near: object,
  far: object,
  revalidateAfter: duration,
  nearTimeout: aboveZero,
  nearResetAfter: aboveZero
}
const bySizeOptions = { small: object, large: object, limit: whole }
const failures = { failure: func, failureTimeToLive: durationOrFunction }
const storeOptions = {
  ...freshness,
  ...failures,
  name: text,
  maxSize: limit,
  maxWeight: limit,
  weigher: func,
  cost: oneOf("\"time\""),
  failureWeigher: func,
  timeToLive: durationOrFunction,
  timeToIdle: duration,
  evictionPolicy: oneOf(policies),
  onRemoval: func,
  eventCapacity: count,
  metrics,
  tracing
}
const writeOptions = { timeToLive: anyDuration }
const leasedOptions = {
  spanName: text,
  name: text,
  acquire: func,
  release: func,
  failure: func,
  maxSize: limit,
  maxWeight: limit,
  weigher: func,
  timeToLive: durationOrFunction,
  timeToIdle: duration,
  evictionPolicy: oneOf(policies),
  releaseTimeout: duration,
  releaseConcurrency: countOrInfinity,
  releaseCapacity: countOrInfinity,
  gracePeriod: duration,
  eventCapacity: count,
  metrics,
  tracing
}
const limits = { timeToLive: duration, maxBytes: bytes, maxSize: limit }
const sharedDictOptions = {
  ...limits,
  timeToIdle: duration,
  weigher: special(5, null, "other"),
  name: text,
  memoryPressure: special(5, null, "on"),
  entries: iterable
}
const dictOptions = {
  ...sharedDictOptions,
  ...freshness,
  ...failures,
  failureWeigher: func,
  onRemoval: func,
  removalQueue: object,
  gracePeriod: duration,
  sweepInterval: special("5 mins", Number.NaN, 0, -1, Infinity, null),
  eventCapacity: count,
  metrics,
  tracing
}
const syncOptions = {
  ...sharedDictOptions,
  onRemoval: func,
  removalQueue: object,
  now: func,
  staleWhileRevalidate: duration,
  maxLoads: count
}
const dictWrite = { timeToLive: anyDuration, expiresAt: moment }
const entryOptions = {
  ...freshness,
  failureTimeToLive: duration,
  timeToLive: duration,
  revalidateAfter: duration,
  onUnreadable: oneOf("\"miss\" or \"fail\""),
  write: oneOf("\"through\" or \"behind\""),
  coordination: oneOf("\"none\" or \"lease\""),
  isolation: oneOf("\"freeze\", \"copy\" or \"none\"")
}
const formatOptions = { compression: object, encryption: object, maxEntryBytes: bytes }
const roomOptions = { maxSize: limit, maxBytes: bytes, evictionPolicy: oneOf(policies) }
const s3Options = {
  ...entryOptions,
  ...formatOptions,
  name: text,
  ...roomOptions,
  cost: oneOf("\"time\""),
  loadTimeout: aboveZero,
  saveTimeout: aboveZero,
  circuitBreaker: object,
  writeBehind: object,
  gracePeriod: duration,
  leaseTime: aboveZero,
  leaseWait: aboveZero,
  tagsAge: aboveZero,
  verify: oneOf("\"startup\""),
  onTagsUnknown: oneOf("\"serve\" or \"miss\""),
  tagsTrustedFor: aboveZero,
  eventCapacity: count,
  metrics,
  tracing
}
const conditions = oneOf("\"auto\", \"required\" or \"off\"")
const bucketOptions = {
  bucket: text,
  keyPrefix: text,
  requestTimeout: aboveZero,
  maxObjectBytes: bytes,
  conditionalWrites: conditions,
  conditionalDeletes: conditions,
  onAccessDenied: oneOf("\"fail\" or \"miss\""),
  putOptions: object,
  getOptions: object,
  deleteOptions: object,
  listOptions: object
}
const clientCacheOptions = {
  maxSize: limit,
  evictionPolicy: oneOf(policies),
  name: text,
  timeToLive: duration,
  timeToIdle: duration,
  gracePeriod: duration,
  drainTimeout: duration,
  eventCapacity: count,
  metrics,
  tracing
}
const { drainTimeout: _, ...resourceShared } = clientCacheOptions
const resourceCacheOptions = { ...resourceShared, releaseTimeout: duration }
const customization = special(5, null, secret, () => {}, {})
const clientOptions = { customize: customization, variant: text }
const controls = { evictionPolicy: oneOf("\"LRU\" or \"LFU\""), maxSize: limit }
const sessionClientOptions = { ...clientOptions, ...controls }
const sendOptions = {
  abortSignal: special(5, secret, {}),
  errors: special(5, null, "NoSuchKey", [5]),
  requestTimeout: millis
}
const sessionOptions = {
  ...controls,
  name: text,
  profile: text,
  region: text,
  credentials: special(5, null, secret, [secret]),
  requestHandler: special(5, null, secret, [secret]),
  maxSockets: countOrInfinity,
  maxSocketsPerClient: countOrInfinity,
  gracePeriod: duration,
  timeToLive: duration,
  timeToIdle: duration,
  eventCapacity: count,
  metrics,
  tracing
}
const { maxSockets: __, requestHandler: ___, ...sharedSession } = sessionOptions
const testSessionOptions = { ...sharedSession, availableProfiles: texts }
const schema = special(5, null, {}, String)
const key = { id: "a", key: Redacted.make(Buffer.alloc(32)) }

class Numbers extends Context.Tag("test/Numbers")<Numbers, Store.Store<string, number>>() {}
class Leased extends Context.Tag("Leased")<Leased, LeasedStore.LeasedStore<string, number>>() {}
class Dictionary extends TtlDict.Service<Dictionary>()("Dictionary", { key: Schema.String, value: Schema.Number }) {}

const overBucket = <A, E>(make: () => Layer.Layer<A, E, ClientCache>): Use =>
  suspended(() => built(Layer.provide(make(), ClientCache.layer())))
const persistence =
  (make: (options: never) => Layer.Layer<never, unknown, ObjectStore> | Layer.Layer<unknown, unknown, ObjectStore>) =>
  (options: unknown): Use =>
    suspended(() =>
      Layer.build(
        Layer.provide(make(untyped(options)) as Layer.Layer<unknown, unknown, ObjectStore>, ObjectStore.layerMemory())
      )
    )
const onOptions = (f: (options: never) => Effect.Effect<unknown, unknown, Scope.Scope>) => (options: unknown): Use =>
  suspended(() => f(untyped(options)))

const notificationsOptions = {
  queue: special(5, null, [], "a queue", true),
  waitTime: aboveZero,
  trustFor: aboveZero,
  clientConfig: object,
  snsClientConfig: object
}

const embeddedS3Options = {
  buckets: special(5, {}, [], ["Upper"], "my-bucket"),
  conditionalWrites: flag,
  conditionalDeletes: flag,
  port: special(-1, 1.5, 65_536, "80"),
  logSize: whole,
  onChange: func
}

const faultsOptions = {
  faults: special(5, {}, [5], [{}], secret),
  latency: special("soon", {}, { least: 1, most: "x" }, true),
  seed: whole,
  conditionalWrites: flag,
  conditionalDeletes: flag,
  lists: flag,
  logSize: whole
}

const cases: Readonly<Record<string, Case>> = {
  BoundedMap: {
    use: (options) => attempt(() => new BoundedMap(untyped(options))),
    options: {
      evictionPolicy: oneOf(policies),
      maxSize: limit,
      maxWeight: limit,
      weigher: func,
      costs: flag,
      timeToIdle: millis,
      equality: object,
      onRemoval: func
    }
  },
  "BoundedMap.resize": {
    use: (options) => attempt(() => new BoundedMap().resize(untyped(options), 0)),
    options: { maxSize: limit, maxWeight: limit }
  },
  "Store.make": { use: (options) => Store.make(untyped(options)), options: storeOptions },
  "Store.layer": { use: (options) => built(Store.layer(Numbers, untyped(options))), options: storeOptions },
  "Store.set": { use: onStore((self, options) => self.set("b", 2, options)), options: dictWrite },
  "Store.getOrInsert": { use: onStore((self, options) => self.getOrInsert("b", 2, options)), options: dictWrite },
  "Store.add": { use: onStore((self, options) => self.add("b", 2, options)), options: dictWrite },
  "Store.setMany": { use: onStore((self, options) => self.setMany([["b", 2]], options)), options: dictWrite },
  "Store.getOrCompute": {
    use: onStore((self, options) => self.getOrCompute("b", Effect.succeed(2), options)),
    options: dictWrite
  },
  "Store.getManyOrCompute": {
    use: onStore((self, options) => self.getManyOrCompute(["b"], () => Effect.succeed([["b", 2]]), options)),
    options: dictWrite
  },
  "Store.memoize": {
    use: onStore((self, options) => Effect.flatMap(self.memoize(() => Effect.succeed(2), options), (f) => f("b"))),
    options: { timeToLive: durationOrFunction }
  },
  "Store.modify": {
    use: onStore((self, options) => self.modify("a", Effect.succeed, options)),
    options: dictWrite
  },
  "Store.refresh": {
    use: onStore((self, options) => self.refresh("b", Effect.succeed(2), options)),
    options: dictWrite
  },
  "Store.resize": {
    use: onStore((self, options) => self.resize(options)),
    options: { maxSize: limit, maxWeight: limit }
  },
  "Store.settle": {
    use: onStore((self, options) => self.settle(options)),
    options: settleOptions,
    base: { within: "1 second" }
  },
  "Background.settle": {
    use: (options) => Effect.provide(suspended(() => Background.settle(untyped(options))), Background.layer),
    options: settleOptions,
    base: { within: "1 second" }
  },
  "LeasedStore.make": {
    use: (options) => LeasedStore.make(untyped(options)),
    options: leasedOptions,
    base: { acquire: () => Effect.succeed(1) }
  },
  "LeasedStore.layer": {
    use: (options) => built(LeasedStore.layer(Leased, untyped(options))),
    options: leasedOptions,
    base: { acquire: () => Effect.succeed(1) }
  },
  "LeasedStore.use": {
    use: onLeased((self, options) => self.use("b", Effect.succeed, options)),
    options: dictWrite
  },
  "LeasedStore.lease": { use: onLeased((self, options) => self.lease("b", options)), options: dictWrite },
  "LeasedStore.refresh": { use: onLeased((self, options) => self.refresh("b", options)), options: dictWrite },
  "LeasedStore.set": { use: onLeased((self, options) => self.set("b", 2, options)), options: dictWrite },
  "LeasedStore.add": { use: onLeased((self, options) => self.add("b", 2, options)), options: dictWrite },
  "LeasedStore.setMany": { use: onLeased((self, options) => self.setMany([["b", 2]], options)), options: dictWrite },
  "LeasedStore.settle": {
    use: onLeased((self, options) => self.settle(options)),
    options: settleOptions,
    base: { within: "1 second" }
  },
  "LeasedStore.resize": {
    use: onLeased((self, options) => self.resize(options)),
    options: { maxSize: limit, maxWeight: limit }
  },
  "TtlDict.make": { use: (options) => TtlDict.make(untyped(options)), options: dictOptions },
  "TtlDict.layer": { use: (options) => built(TtlDict.layer(untyped(options))), options: dictOptions },
  "TtlDict.Service": {
    use: (options) => built(Dictionary.layer(untyped(options))),
    options: limits
  },
  "removalQueue of TtlDict": {
    use: (removalQueue) => TtlDict.make(untyped({ removalQueue })),
    options: { maxSize: limit, maxBytes: bytes, whenFull: oneOf("\"drop\" or \"wait\"") },
    within: "removalQueue"
  },
  "memoryPressure of TtlDict": {
    use: (given) => TtlDict.make(untyped({ memoryPressure: given })),
    options: { share: innerShare, heap: func },
    within: "memoryPressure"
  },
  "DictVerbs.set": { use: onDict((self, options) => self.set("b", 2, options)), options: dictWrite },
  "DictVerbs.add": { use: onDict((self, options) => self.add("b", 2, options)), options: dictWrite },
  "DictVerbs.getOrInsert": { use: onDict((self, options) => self.getOrInsert("b", 2, options)), options: dictWrite },
  "DictVerbs.setMany": { use: onDict((self, options) => self.setMany([["b", 2]], options)), options: dictWrite },
  "DictVerbs.getOrCompute": {
    use: onDict((self, options) => self.getOrCompute("b", Effect.succeed(2), options)),
    options: dictWrite
  },
  "DictVerbs.getManyOrCompute": {
    use: onDict((self, options) => self.getManyOrCompute(["b"], () => Effect.succeed([["b", 2]]), options)),
    options: dictWrite
  },
  "DictVerbs.memoize": {
    use: onDict((self, options) => Effect.flatMap(self.memoize(() => Effect.succeed(2), options), (f) => f("b"))),
    options: { timeToLive: durationOrFunction }
  },
  "DictVerbs.modify": {
    use: onDict((self, options) => self.modify("a", Effect.succeed, options)),
    options: dictWrite
  },
  "DictVerbs.refresh": {
    use: onDict((self, options) => self.refresh("b", Effect.succeed(2), options)),
    options: dictWrite
  },
  "DictVerbs.settle": {
    use: onDict((self, options) => self.settle(options)),
    options: settleOptions,
    base: { within: "1 second" }
  },
  "DictVerbs.resize": { use: onDict((self, options) => self.resize(options)), options: limits },
  "DictVerbs.moveToEnd": { use: onDict((self, options) => self.moveToEnd("a", options)), options: { last: flag } },
  "DictVerbs.equals": { use: onDict((self, options) => self.equals([], options)), options: { ordered: flag } },
  SyncTtlDict: { use: (options) => attempt(() => new SyncTtlDict(untyped(options))), options: syncOptions },
  "SyncTtlDict of Sync": {
    use: (options) => attempt(() => new SmallDict(untyped(options))),
    options: { ...syncOptions, memoryPressure: special(5, null), weigher: special(5, null) }
  },
  "memoryPressure of Sync": {
    use: (options) => attempt(() => memoryPressure(untyped(options))),
    options: { share: innerShare, heap: func },
    within: "memoryPressure"
  },
  "SyncTtlDict.set": { use: onSync((self, options) => self.set("b", 2, options)), options: dictWrite },
  "SyncTtlDict.add": { use: onSync((self, options) => self.add("b", 2, options)), options: dictWrite },
  "SyncTtlDict.getOrInsert": { use: onSync((self, options) => self.getOrInsert("b", 2, options)), options: dictWrite },
  "SyncTtlDict.setMany": { use: onSync((self, options) => self.setMany([["b", 2]], options)), options: dictWrite },
  "SyncTtlDict.getOrCompute": {
    use: onSync((self, options) => self.getOrCompute("b", () => 2, options)),
    options: dictWrite
  },
  "SyncTtlDict.refresh": { use: onSync((self, options) => self.refresh("b", () => 2, options)), options: dictWrite },
  "SyncTtlDict.resize": { use: onSync((self, options) => self.resize(options)), options: limits },
  "SyncTtlDict.moveToEnd": { use: onSync((self, options) => self.moveToEnd("a", options)), options: { last: flag } },
  "SyncTtlDict.equals": { use: onSync((self, options) => self.equals([], options)), options: { ordered: flag } },
  "SyncTtlDict.settle": {
    use: unchanged(
      Effect.sync(() => new SyncTtlDict<string, number>({ entries: [["a", 1]] })),
      (self) => Effect.sync(() => [...self]),
      (self, options) => Effect.tryPromise({ try: () => self.settle(options), catch: (error) => error })
    ),
    options: settleOptions,
    base: { within: "1 second" }
  },
  "SyncTtlDict.fetch": {
    use: unchanged(
      Effect.sync(() => new SyncTtlDict<string, number>({ entries: [["a", 1]] })),
      (self) => Effect.sync(() => [...self]),
      (self, options) =>
        Effect.tryPromise({ try: () => self.fetch("b", () => Promise.resolve(2), options), catch: (error) => error })
    ),
    options: { ...dictWrite, signal: special(5, null, {}), forceRefresh: flag, loadTimeout: anyDuration }
  },
  "DictSnapshot.snapshot": {
    use: (options) =>
      Effect.provide(TtlDict.snapshot("/nowhere/at/all", untyped(options)), [TtlDict.layer(), NodeContext.layer]),
    options: { timeout: duration }
  },
  "DictSnapshot.restore": {
    use: (options) =>
      Effect.provide(TtlDict.restore("/nowhere/at/all", untyped(options)), [TtlDict.layer(), NodeContext.layer]),
    options: { timeout: duration, limits: oneOf("\"keep\" or \"restore\"") }
  },
  "Keyspace.make": {
    use: (options) => attempt(() => Keyspace.make("words", untyped(options))),
    options: {
      ...entryOptions,
      ...roomOptions,
      key: schema,
      value: schema,
      failure: schema,
      codec: oneOf("\"json\", \"msgpack\" or \"raw\""),
      version,
      folder: version,
      previous: { values: [5, null, {}, "1", [{}]], accepted: "an array of what Keyspace.previous returns" },
      tags: { ...texts, accepted: `${texts.accepted}, or a function that returns one` },
      failureTags: { ...texts, accepted: `${texts.accepted}, or a function that returns one` },
      onStoreError: oneOf("\"fallThrough\" or \"fail\"")
    },
    base: { key: Schema.String, value: Schema.Number }
  },
  "Keyspace.previous": {
    use: (options) => attempt(() => Keyspace.previous(untyped(options))),
    options: {
      version,
      value: schema,
      migrate: func,
      revert: func,
      codec: oneOf("\"json\", \"msgpack\" or \"raw\"")
    },
    base: { version: "1", value: Schema.Number, migrate: (value: number) => value }
  },
  "S3Cache.layer": {
    use: (options) => built(Layer.provide(S3Cache.layer(untyped(options)), ObjectStore.layerMemory())),
    options: s3Options
  },
  "S3Cache.make": {
    use: (options) => Effect.provide(S3Cache.make(untyped(options)), ObjectStore.layerMemory()),
    options: s3Options
  },
  "S3Cache.layerFileSystem": {
    use: (options) =>
      suspended(() => built(Layer.provide(S3Cache.layerFileSystem(untyped(options)), NodeContext.layer))),
    options: { ...s3Options, directory: text, maxObjectBytes: bytes },
    base: { directory: "/nowhere/at/all" }
  },
  "S3Cache.layerMemory": { use: (options) => built(S3Cache.layerMemory(untyped(options))), options: s3Options },
  "S3Cache.layerS3": {
    use: (options) => overBucket(() => S3Cache.layerS3(untyped(options))),
    options: { ...s3Options, ...bucketOptions, clientConfig: object },
    base: { bucket: "b" }
  },
  "circuitBreaker of S3Cache": {
    use: (circuitBreaker) => built(S3Cache.layerMemory(untyped({ circuitBreaker }))),
    options: { failures: count, resetAfter: aboveZero },
    within: "circuitBreaker"
  },
  "writeBehind of S3Cache": {
    use: (writeBehind) => built(S3Cache.layerMemory(untyped({ writeBehind }))),
    options: { capacity: count, concurrency: count },
    within: "writeBehind"
  },
  "compression of S3Cache": {
    use: (compression) => built(S3Cache.layerMemory(untyped({ compression }))),
    options: {
      algorithm: oneOf("\"gzip\" or \"brotli\""),
      threshold: whole,
      level: special(Number.NaN, -1, 10, "5", {}, Infinity)
    },
    base: { algorithm: "gzip" },
    within: "compression"
  },
  "encryption of S3Cache": {
    use: (encryption) => built(S3Cache.layerMemory(untyped({ encryption }))),
    options: { keys: special(5, null, secret, [], [5], [null], [secret], [{ ...key, secret }]) },
    base: { keys: [key] },
    within: "encryption"
  },
  "a key of encryption": {
    use: (given) => built(S3Cache.layerMemory(untyped({ encryption: { keys: [given] } }))),
    options: {
      id: special(5, null, "", "a b"),
      key: special(5, null, secret, Redacted.make(secret), Buffer.from(secret))
    },
    base: key,
    within: "encryption.keys[0]"
  },
  "S3Cache.set": {
    use: onS3((options) => S3Cache.set(words.key("b"), 2, options)),
    options: { ...writeOptions, tags: texts }
  },
  "S3Cache.add": {
    use: onS3((options) => S3Cache.add(words.key("b"), 2, options)),
    options: { ...writeOptions, tags: texts }
  },
  "S3Cache.getOrCompute": {
    use: onS3((options) => S3Cache.getOrCompute(words.key("b"), Effect.succeed(2), options)),
    options: { ...writeOptions, tags: texts }
  },
  "S3Cache.refresh": {
    use: onS3((options) => S3Cache.refresh(words.key("b"), Effect.succeed(2), options)),
    options: { ...writeOptions, tags: texts }
  },
  "S3Cache.modify": {
    use: onS3((options) => S3Cache.modify(word, Effect.succeed, options)),
    options: { ...writeOptions, tags: texts }
  },
  "S3Cache.setMany": {
    use: onS3((options) => S3Cache.setMany([[words.key("b"), 2]], options)),
    options: { ...writeOptions, tags: texts, concurrency: count }
  },
  "S3Cache.getMany": { use: onS3((options) => S3Cache.getMany([word], options)), options: { concurrency: count } },
  "S3Cache.hasMany": { use: onS3((options) => S3Cache.hasMany([word], options)), options: { concurrency: count } },
  "S3Cache.removeMany": {
    use: onS3((options) => S3Cache.removeMany([word], options)),
    options: { concurrency: count }
  },
  "S3Cache.getManyOrCompute": {
    use: onS3((options) => S3Cache.getManyOrCompute([word], () => Effect.succeed([[word, 2]]), options)),
    options: { ...writeOptions, tags: texts, concurrency: count }
  },
  "S3Cache.list": {
    use: onS3((options) => Stream.runDrain(S3Cache.list(words, options))),
    options: { concurrency: count }
  },
  "S3Cache.purge": {
    use: onS3((options) => S3Cache.purge(words, options)),
    options: { concurrency: count, onProgress: func, unreadable: flag, verifyPayload: flag }
  },
  "S3Cache.clear": {
    use: onS3((options) => Effect.zipRight(S3Cache.clear(words, options), S3Cache.set(word, 1))),
    options: { concurrency: count, onProgress: func, folder: version }
  },
  "S3Cache.snapshot": {
    use: onS3((options) => Effect.provide(S3Cache.snapshot("/nowhere/at/all", options), NodeContext.layer)),
    options: { timeout: duration }
  },
  "S3Cache.restore": {
    use: onS3((options) => Effect.provide(S3Cache.restore("/nowhere/at/all", [words], options), NodeContext.layer)),
    options: { timeout: duration, trust: flag }
  },
  "S3Cache.warm": {
    use: onS3((options) => S3Cache.warm(words, options)),
    options: { concurrency: count, onProgress: func, limit: count, newerThan: aboveZero }
  },
  "S3Cache.memoize": {
    use: onS3((options) => S3Cache.memoize(words, () => Effect.succeed(2), options)),
    options: {
      timeToLive: durationOrFunction,
      tags: { ...texts, accepted: `${texts.accepted}, or a function that returns one` }
    }
  },
  "S3Cache.settle": {
    use: onS3((options) => S3Cache.settle(options)),
    options: settleOptions,
    base: { within: "1 second" }
  },
  handler: { use: (options) => attempt(() => Lambda.handler(() => Effect.void, untyped(options))), ...handlerOptions },
  streamHandler: {
    use: (options) =>
      attempt(() => Lambda.streamHandler(() => Effect.succeed({ body: Stream.empty }), untyped(options))),
    ...handlerOptions
  },
  "ObjectStoreTag.makeS3": {
    use: (options) => suspended(() => Effect.provide(ObjectStore.makeS3(untyped(options)), ClientCache.layer())),
    options: { ...bucketOptions, clientConfig: object },
    base: { bucket: "b" }
  },
  "ObjectStoreTag.makeS3Client": {
    use: (options) => suspended(() => ObjectStore.makeS3Client({ send: untyped(() => {}) }, untyped(options))),
    options: bucketOptions,
    base: { bucket: "b" }
  },
  "ObjectStoreTag.makeFileSystem": {
    use: (options) => suspended(() => Effect.provide(ObjectStore.makeFileSystem(untyped(options)), NodeContext.layer)),
    options: { directory: text, maxObjectBytes: bytes },
    base: { directory: "/nowhere/at/all" }
  },
  "ObjectStoreTag.makeKeyValueStore": {
    use: (options) =>
      suspended(() => Effect.provide(ObjectStore.makeKeyValueStore(untyped(options)), KeyValueStore.layerMemory)),
    options: { keyPrefix: text, conditions: oneOf("\"process\" or \"off\"") }
  },
  "ObjectStoreTag.layerS3": {
    use: (options) => overBucket(() => ObjectStore.layerS3(untyped(options))),
    options: { ...bucketOptions, clientConfig: object },
    base: { bucket: "b" }
  },
  "ObjectStoreTag.layerS3Client": {
    use: (options) => built(ObjectStore.layerS3Client({ send: untyped(() => {}) }, untyped(options))),
    options: bucketOptions,
    base: { bucket: "b" }
  },
  layerS3FromInstance: {
    use: (options) =>
      suspended(() =>
        built(
          Layer.provide(layerS3FromInstance(untyped(options)), Layer.succeed(S3ClientInstance, new S3Client(local)))
        )
      ),
    options: bucketOptions,
    base: { bucket: "b" }
  },
  "ObjectStoreTag.layerFileSystem": {
    use: (options) =>
      suspended(() => built(Layer.provide(ObjectStore.layerFileSystem(untyped(options)), NodeContext.layer))),
    options: { directory: text, maxObjectBytes: bytes },
    base: { directory: "/nowhere/at/all" }
  },
  "ObjectStoreTag.layerKeyValueStore": {
    use: (options) =>
      suspended(() =>
        built(Layer.provide(ObjectStore.layerKeyValueStore(untyped(options)), KeyValueStore.layerMemory))
      ),
    options: { keyPrefix: text, conditions: oneOf("\"process\" or \"off\"") }
  },
  "ObjectStoreTag.makeDynamoDB": {
    use: (options) => suspended(() => Effect.provide(ObjectStore.makeDynamoDB(untyped(options)), ClientCache.layer())),
    options: { ...tableOptions, clientConfig: object },
    base: { table: "names" }
  },
  "ObjectStoreTag.layerDynamoDB": {
    use: (options) => overBucket(() => ObjectStore.layerDynamoDB(untyped(options))),
    options: { ...tableOptions, clientConfig: object },
    base: { table: "names" }
  },
  "ObjectStoreTag.makeDynamoDBClient": {
    use: (options) => suspended(() => ObjectStore.makeDynamoDBClient({ send: untyped(() => {}) }, untyped(options))),
    options: tableOptions,
    base: { table: "names" }
  },
  "ObjectStoreTag.layerDynamoDBClient": {
    use: (options) => built(ObjectStore.layerDynamoDBClient({ send: untyped(() => {}) }, untyped(options))),
    options: tableOptions,
    base: { table: "names" }
  },
  "ObjectStoreTag.makeChain": {
    use: (options) => suspended(() => ObjectStore.makeChain(untyped(options))),
    options: chainOptions,
    base: { near: {}, far: {} }
  },
  "ObjectStoreTag.layerChain": {
    use: (options) => suspended(() => built(ObjectStore.layerChain(untyped(options)))),
    options: chainOptions,
    base: { near: ObjectStore.layerMemory(), far: ObjectStore.layerMemory() }
  },
  "ObjectStoreTag.makeBySize": {
    use: (options) => suspended(() => ObjectStore.makeBySize(untyped(options))),
    options: bySizeOptions,
    base: { small: {}, large: {} }
  },
  "ObjectStoreTag.layerBySize": {
    use: (options) => suspended(() => built(ObjectStore.layerBySize(untyped(options)))),
    options: bySizeOptions,
    base: { small: ObjectStore.layerMemory(), large: ObjectStore.layerMemory() }
  },
  "ObjectStoreBySize.removeOrphans": {
    use: (options) =>
      Effect.flatMap(ObjectStore.makeMemory, (store) =>
        Effect.flatMap(
          ObjectStore.makeBySize({ small: store, large: store }),
          ({ removeOrphans }) => removeOrphans(untyped(options))
        )),
    options: { olderThan: aboveZero }
  },
  "ObjectStoreTag.layerToKeyValueStore": {
    use: persistence(ObjectStore.layerToKeyValueStore),
    options: { ...formatOptions, folder: text }
  },
  "S3Persistence.layerBacking": {
    use: persistence(S3Persistence.layerBacking),
    options: { ...formatOptions, folder: text }
  },
  "S3Persistence.layerResult": {
    use: persistence(S3Persistence.layerResult),
    options: { ...formatOptions, folder: text }
  },
  "S3Notifications.make": {
    use: (options) => overBucket(() => Layer.scopedDiscard(S3Notifications.make(untyped(options)))),
    options: notificationsOptions,
    base: { queue: "none" }
  },
  "S3Notifications.layer": {
    use: (options) => overBucket(() => S3Notifications.layer(untyped(options))),
    options: notificationsOptions,
    base: { queue: "none" }
  },
  "EmbeddedS3Tag.layer": {
    use: (options) => built(EmbeddedS3.layer(untyped(options))),
    options: embeddedS3Options
  },
  "EmbeddedS3Tag.make": {
    use: (options) => EmbeddedS3.make(untyped(options)),
    options: embeddedS3Options
  },
  "FaultsTag.layer": {
    use: (options) => built(Layer.provide(Faults.layer(untyped(options)), ObjectStore.layerMemory())),
    options: faultsOptions
  },
  "FaultsTag.make": {
    use: (options) => Effect.flatMap(ObjectStore.makeMemory, (store) => Faults.make(store, untyped(options))),
    options: faultsOptions
  },
  objectStoreConformance: {
    use: (options) => attempt(() => objectStoreConformance(untyped(options))),
    options: { conditionalWrites: flag, conditionalDeletes: flag, lists: flag, steps: whole }
  },
  s3CacheStorage: {
    use: (options) => Effect.provide(s3CacheStorage("words", untyped(options)), S3Cache.layerMemory()),
    options: {
      codec: oneOf("\"json\", \"msgpack\" or \"raw\""),
      isolation: entryOptions.isolation,
      onUnreadable: entryOptions.onUnreadable,
      revalidateAfter: duration,
      timeToLive: duration,
      version,
      write: entryOptions.write
    }
  },
  "ClientCache.layer": { use: (options) => built(ClientCache.layer(untyped(options))), options: clientCacheOptions },
  "ClientCache.make": { use: (options) => ClientCache.make(untyped(options)), options: clientCacheOptions },
  "ClientCache.layerTest": {
    use: (options) => built(ClientCache.layerTest([], untyped(options))),
    options: clientCacheOptions
  },
  "ClientCache.client": {
    use: onClients((options) => ClientCache.client(S3Client, local, options)),
    options: clientOptions
  },
  "ClientCache.lease": {
    use: onClients((options) => ClientCache.lease(S3Client, local, options)),
    options: clientOptions
  },
  "ClientCache.withClient": {
    use: onClients((options) => ClientCache.withClient(S3Client, local, () => Effect.void, options)),
    options: clientOptions
  },
  "ClientCache.send": {
    use: onClients((options) => ClientCache.send(S3Client, local, list, options)),
    options: { ...clientOptions, ...sendOptions },
    hasOthers: true
  },
  "ClientCacheKey.make": {
    use: (options) => attempt(() => ClientCacheKey.make(S3Client, local, untyped(options))),
    options: clientOptions
  },
  "ClientCache.settle": {
    use: onClients((options) => ClientCache.settle(options)),
    options: settleOptions,
    base: { within: "1 second" }
  },
  "ClientCache.resize": {
    use: onClients((options) => ClientCache.resize(options)),
    options: { maxSize: limit }
  },
  "ResourceCache.settle": {
    use: (options) =>
      Effect.provide(
        suspended(() => ResourceCache.settle(untyped(options))),
        Layer.provide(ResourceCache.layer(), ClientCache.layer())
      ),
    options: settleOptions,
    base: { within: "1 second" }
  },
  "ResourceCache.resize": {
    use: (options) =>
      Effect.provide(
        suspended(() => ResourceCache.resize(untyped(options))),
        Layer.provide(ResourceCache.layer(), ClientCache.layer())
      ),
    options: { maxSize: limit }
  },
  "ClientCacheKey.makeEither": {
    use: (options) => attempt(() => ClientCacheKey.makeEither(S3Client, local, untyped(options))),
    options: clientOptions
  },
  "ClientCache.clientKey": {
    use: onClients((options) => ClientCache.clientKey(S3Client, local, options)),
    options: clientOptions
  },
  sendCommand: {
    use: (options) => suspended(() => sendCommand(new S3Client(local), list, untyped(options))),
    options: sendOptions,
    hasOthers: true
  },
  "ResourceCache.layer": {
    use: (options) => overBucket(() => ResourceCache.layer(untyped(options))),
    options: resourceCacheOptions
  },
  "ResourceCache.make": {
    use: (options) => Effect.provide(ResourceCache.make(untyped(options)), ClientCache.layer()),
    options: resourceCacheOptions
  },
  "ResourceCache.Service": {
    use: (options) => attempt(() => ResourceCache.Service()("app/Tables", untyped(options))),
    options: { clients: special(5, null, secret, {}) },
    base: { clients: ClientCache }
  },
  "ResourceCache.layerTest": {
    use: (options) => built(ResourceCache.layerTest([], untyped(options))),
    options: resourceCacheOptions
  },
  "ResourceDefinition.make": {
    use: (options) => attempt(() => ResourceDefinition.make(untyped(options))),
    options: {
      name: special(5, null, " ", {}),
      client: special(5, null, secret, {}),
      options: schema,
      make: func,
      release: func,
      ownClient: special(5, null, secret, {}),
      customize: customization,
      isResource: func
    },
    base: { name: "R", client: S3Client, make: () => ({}) }
  },
  "Session.make": { use: onOptions((options) => Session.make(options)), options: sessionOptions },
  "Session.layer": { use: onOptions((options) => built(Session.layer(options))), options: sessionOptions },
  "DefaultSession.setup": { use: onOptions((options) => DefaultSession.setup(options)), options: sessionOptions },
  "Session.layerTest": {
    use: (options) => suspended(() => built(Session.layerTest([], untyped(options)))),
    options: testSessionOptions
  },
  "Session.client": {
    use: onSession((options) => Session.client(S3Client, local, options)),
    options: sessionClientOptions
  },
  "Session.clientKey": {
    use: onSession((options) => Session.clientKey(S3Client, local, options)),
    options: sessionClientOptions
  },
  "Session.lease": {
    use: onSession((options) => Session.lease(S3Client, local, options)),
    options: sessionClientOptions
  },
  "Session.withClient": {
    use: onSession((options) => Session.withClient(S3Client, local, () => Effect.void, options)),
    options: sessionClientOptions
  },
  "Session.send": {
    use: onSession((options) => Session.send(S3Client, local, list, options)),
    options: { ...sessionClientOptions, ...sendOptions },
    hasOthers: true
  },
  "Session.settle": {
    use: onSession((options) => Session.settle(options)),
    options: settleOptions,
    base: { within: "1 second" }
  },
  "Session.resource": { use: onSession((options) => Session.resource(Plain, local, {}, options)), options: controls },
  "Session.leaseResource": {
    use: onSession((options) => Session.leaseResource(Plain, local, {}, options)),
    options: controls
  },
  "Session.withResource": {
    use: onSession((options) => Session.withResource(Plain, local, () => Effect.void, {}, options)),
    options: controls
  },
  "Session.getCredentials": {
    use: onSession((options) => Session.getCredentials(options)),
    options: { forceRefresh: flag }
  },
  "Session.getAvailableRegions": {
    use: onSession((options) => Session.getAvailableRegions("s3", options)),
    options: { partition: text, allowNonRegional: flag }
  }
}

/** Which case holds what is public, where that is not named like it; or why there is none. */
const others: Readonly<Record<string, string | { readonly because: string }>> = {
  "AwsClient.send": { because: "an interface of the SDK's" },
  "BoundedMap.new": "BoundedMap",
  "ClientFake.make": { because: "called by the library" },
  "ResourceSpec.make": { because: "called by the library" },
  "ObjectStore.load": { because: "called by the library" },
  "DictSnapshot.SnapshotDict.add": { because: "called by the library" },
  "ResourceCache.fake": { because: "a list of parameters that a definition's options are among" },
  "ResourceCache.resource": { because: "a schema of the user's decides" },
  "ResourceCache.lease": { because: "a schema of the user's decides" },
  "ResourceCache.withResource": { because: "a schema of the user's decides" },
  "ResourceCacheKey.make": { because: "a schema of the user's decides" },
  "ResourceCacheKey.makeEither": { because: "a schema of the user's decides" },
  "ResourceCache.resourceKey": { because: "a schema of the user's decides" },
  "Session.resourceKey": { because: "a schema of the user's decides" },
  "DictServiceClass.layer": "TtlDict.Service",
  "DictServiceClass.make": "TtlDict.Service",
  "DictSnapshot.SnapshotDict.resize": "DictVerbs.resize",
  "DictServiceClass.restore": "DictSnapshot.restore",
  "DictServiceClass.snapshot": "DictSnapshot.snapshot",
  "TtlDict.restore": "DictSnapshot.restore",
  "TtlDict.snapshot": "DictSnapshot.snapshot",
  "SyncTtlDict.new": "SyncTtlDict",
  "SyncDict.new": "SyncTtlDict",
  "BackgroundService.settle": "Background.settle",
  memoryPressure: "memoryPressure of Sync",
  layerInstance: "ClientCache.lease"
}

const caseOf = (name: string): Case | { readonly because: string } | undefined => {
  const statics = name.replace(/^(ClientCache|ResourceCache|Session)(Verbs|Layers)\./, "$1.")
    .replace(/^DefaultSession\.(?!setup$)/, "Session.")
  const other = others[statics]
  if (typeof other === "object") return other
  const short = (other ?? statics)
    .replace(/^(Store|LeasedStore)\.\1\./, "$1.")
    .replace(/^SyncDict\./, "SyncTtlDict.")
    .replace(/^(S3Cache)(?:Service|Verbs|Layers)\./, "$1.")
  if (short.endsWith(".layerConfig")) return { because: "what Config gives is checked by layer, see below" }
  return cases[short] ?? cases[`Session.${short}`]
}

const failureOf = (use: Use) =>
  Effect.map(Effect.exit(Effect.scoped(use)), (exit) => {
    if (Exit.isSuccess(exit)) return undefined
    const error: unknown = Cause.squash(exit.cause)
    assert.instanceOf(error, Error, Cause.pretty(exit.cause))
    return error
  })

const shapeOf = (value: unknown): string => {
  try {
    return `${typeof value} ${JSON.stringify(value)}`
  } catch {
    return typeof value
  }
}

const lifetime = Effect.runSync(Scope.make())
beforeAll(() => Effect.runPromise(Scope.extend(sessionEnvironment(), lifetime)))
afterAll(() => Effect.runPromise(Scope.close(lifetime, Exit.void)))

describe("options that are public", () => {
  it("are all in the table", async () => {
    const script = fileURLToPath(new URL("publicOptions.mjs", import.meta.url))
    const { stdout } = await promisify(execFile)(process.execPath, [script])
    const names = Schema.decodeUnknownSync(Schema.parseJson(Schema.Array(Schema.String)))(stdout)
    assert.isAbove(names.length, 120)
    assert.deepStrictEqual(names.filter((name) => caseOf(name) === undefined), [])
  })

  for (const [what, { base = {}, hasOthers = false, options, use, within }] of Object.entries(cases)) {
    const prefix = within === undefined ? "" : `${within}.`
    const isConfigError = (error: unknown): boolean =>
      error instanceof CacheConfigError || (what.startsWith("BoundedMap") && error instanceof Error)

    it.effect(`${what}: those that it knows are all that there are`, () =>
      Effect.gen(function*() {
        if (hasOthers) return
        const error = yield* failureOf(use({ ...base, zzzqqqzzz: secret }))
        assert.include(error?.message, `${prefix}zzzqqqzzz is no option, but must be one of the options`)
        assert.notInclude(error?.message, secret)
        const listed = /\(([^()]*)\)$/.exec(error?.message ?? "")?.[1]?.replace(/ and \d+ more$/, "").split(", ") ?? []
        const missing = listed.filter((name) => !(name in options) && name !== "acquire")
        assert.deepStrictEqual(missing, [], "an option that the table does not have")
      }))

    it.effect(`${what}: a misspelt one is told from the one that is meant`, () =>
      Effect.gen(function*() {
        for (const name of Object.keys(options)) {
          const misspelt = name.length < 5 ? `${name}x` : `${name.slice(0, 2)}${name.slice(3)}`
          const error = yield* failureOf(use({ ...base, [misspelt]: secret }))
          assert.isTrue(isConfigError(error), `${misspelt}: ${String(error)}`)
          assert.include(error?.message, `${prefix}${misspelt} is no option`)
          assert.include(error?.message, `did you mean ${name}?`)
          assert.notInclude(error?.message, secret)
          assert.isAtMost(error?.message.length ?? 0, 500)
        }
      }))

    it.effect(`${what}: what is no object is refused`, () =>
      Effect.gen(function*() {
        for (const given of [5, null, [secret], secret]) {
          const error = yield* failureOf(use(given))
          assert.isTrue(isConfigError(error), `${shapeOf(given)}: ${String(error)}`)
          assert.notInclude(error?.message, secret)
          assert.include(error?.message, " but must be ")
          assert.isAtMost(error?.message.length ?? 0, 500)
        }
      }))

    it.effect(`${what}: values of another kind are refused, in the words of the kind`, () =>
      Effect.gen(function*() {
        for (const [nth, [name, { accepted, values }]] of Object.entries(options).entries()) {
          // Quickly, each option by a third of its values, another third than the option before it.
          for (const value of values.length < 3 ? values : everyNth(3, values, nth)) {
            const error = yield* failureOf(use({ ...base, [name]: value }))
            const about = `${name}: ${shapeOf(value)}: ${String(error)}`
            assert.isTrue(isConfigError(error), about)
            assert.include(error?.message, `${prefix}${name}`, about)
            assert.include(error?.message, " but must be ", about)
            assert.notInclude(error?.message, secret, about)
            assert.isAtMost(error?.message.length ?? 0, 500, about)
            if (accepted === undefined) continue
            // What is meant by a duration that is none may follow.
            const [, meant = ""] = /(: did you mean "[\d.]+ [a-z]+"\?)$/.exec(error?.message ?? "") ?? []
            assert.isTrue(error?.message.endsWith(` but must be ${accepted}${meant}`), about)
          }
        }
      }))

    it.effect(`${what}: what is undefined is absent`, () =>
      Effect.gen(function*() {
        const absent = Object.fromEntries(Object.keys(options).map((name) => [name, undefined]))
        const error = yield* failureOf(use({ ...absent, ...base }))
        assert.isFalse(error instanceof CacheConfigError, String(error))
      }))
  }
})

describe("the words for what is accepted", () => {
  it("of numbers and durations are in one file", async () => {
    const src = fileURLToPath(new URL("../../src/", import.meta.url))
    const words = Object.values(wrongOptionTexts).filter((accepted) => /number|duration/.test(accepted))
    assert.isAbove(words.length, 10)
    const paths = (await readdir(src, { recursive: true })).filter((path) => path.endsWith(".ts"))
    for (const path of paths) {
      if (path.endsWith("wrongOptionTexts.ts")) continue
      const text = await readFile(join(src, path), "utf8")
      for (const word of words) assert.notInclude(text, `"${word}"`, path)
      assert.notMatch(text, /"a (whole )?number (above|below|from) [^"]*"/, path)
    }
  })
})

describe("what Config is to give", () => {
  const layers: Readonly<
    Record<string, (config: never) => Layer.Layer<never, unknown> | Layer.Layer<unknown, unknown>>
  > = {
    "Store.layerConfig": (config) => Store.layerConfig(Numbers, config),
    "TtlDict.layerConfig": (config) => TtlDict.layerConfig(config),
    "DictServiceClass.layerConfig": (config) => Dictionary.layerConfig(config),
    "ClientCache.layerConfig": (config) => ClientCache.layerConfig(config),
    "ResourceCache.layerConfig": (config) => Layer.provide(ResourceCache.layerConfig(config), ClientCache.layer()),
    "S3Cache.layerConfig": (config) => Layer.provide(S3Cache.layerConfig(config), ClientCache.layer()),
    "Session.layerConfig": (config) => Session.layerConfig(config)
  }
  for (const [what, layer] of Object.entries(layers)) {
    it.effect(`${what} refuses what is none`, () =>
      Effect.gen(function*() {
        for (const config of [5, null, secret, [secret], { maxSize: 5 }, { maxSize: null }, { maxSize: secret }]) {
          const error = yield* failureOf(
            suspended(() => Layer.build(layer(untyped(config)) as Layer.Layer<unknown, unknown>))
          )
          assert.instanceOf(error, CacheConfigError, shapeOf(config))
          assert.include(error.message, "but must be a Config, or an object of such")
          assert.notInclude(error.message, secret)
        }
      }))

    it.effect(`${what}: an object without fields is no options`, () =>
      Effect.gen(function*() {
        const outcomeOf = (config: unknown) =>
          Effect.map(
            Effect.exit(Effect.scoped(Layer.build(layer(untyped(config)) as Layer.Layer<unknown, unknown>))),
            Exit.match({ onFailure: Cause.pretty, onSuccess: () => "built" })
          )
        const none = yield* outcomeOf(Config.succeed({}))
        assert.strictEqual(none.split("\n")[0], (yield* outcomeOf({})).split("\n")[0])
        assert.match(none, what === "S3Cache.layerConfig" ? /^CacheConfigError: .*bucket/ : /^built$/)
      }))
  }
})

describe("what Config is to give in parts", () => {
  it.effect("an object without fields is a part without options", () =>
    Effect.gen(function*() {
      const bucket = Config.succeed("bucket")
      const layer = S3Cache.layerConfig({ bucket, clientConfig: {} })
      yield* Effect.scoped(Layer.build(Layer.provide(layer, ClientCache.layer())))
    }))
})

describe("functions that are none", () => {
  const wrong = [5, null, undefined, {}, Effect.void]
  const table: Readonly<Record<string, (f: never) => Use>> = {
    "ClientCache.withClient": (f) => onClients(() => ClientCache.withClient(S3Client, local, f))(undefined),
    "Session.withClient": (f) => onSession(() => Session.withClient(S3Client, local, f))(undefined),
    "Session.withResource": (f) => onSession(() => Session.withResource(Plain, local, f))(undefined),
    "ResourceCache.withResource": (f) =>
      Effect.provide(
        suspended(() => ResourceCache.withResource(Plain, local, f)),
        ResourceCache.layerTest([ResourceCache.fake(Plain, () => ({}))])
      ),
    "LeasedStore.use": (f) => onLeased((self) => self.use("b", f))(undefined),
    "LeasedStore.useOption": (f) => onLeased((self) => self.useOption("a", f))(undefined),
    "Store.getManyOrCompute": (f) => onStore((self) => self.getManyOrCompute(["b"], f))(undefined),
    "Store.modify": (f) => onStore((self) => self.modify("a", f))(undefined),
    "DictVerbs.modify": (f) => onDict((self) => self.modify("a", f))(undefined),
    "Store.memoize": (f) => onStore((self) => self.memoize(f))(undefined),
    "DictVerbs.memoize": (f) => onDict((self) => self.memoize(f))(undefined),
    "DictVerbs.getManyOrCompute": (f) => onDict((self) => self.getManyOrCompute(["b"], f))(undefined),
    "SyncTtlDict.getOrCompute": (f) => onSync((self) => self.getOrCompute("b", f))(undefined),
    "SyncTtlDict.refresh": (f) => onSync((self) => self.refresh("b", f))(undefined),
    "S3Cache.modify": (f) => onS3(() => S3Cache.modify(words.key("a"), f))(undefined),
    "S3Cache.memoize": (f) => onS3(() => S3Cache.memoize(words, f))(undefined),
    "S3Cache.getManyOrCompute": (f) => onS3(() => S3Cache.getManyOrCompute([words.key("b")], f))(undefined),
    "ClientCache.fake": (f) => attempt(() => ClientCache.fake(S3Client, f)),
    "ResourceCache.fake": (f) => attempt(() => ResourceCache.fake(Plain, f))
  }
  for (const [what, use] of Object.entries(table)) {
    it.effect(`${what}: are refused, and nothing is done`, () =>
      Effect.gen(function*() {
        for (const f of wrong) {
          const error = yield* failureOf(use(untyped(f)))
          assert.instanceOf(error, CacheConfigError, shapeOf(f))
          assert.match(error.message, /but must be a function( that returns an Effect)?$/)
        }
      }))
  }

  it.effect("fakes that are none are refused", () =>
    Effect.gen(function*() {
      for (const fakes of [5, null, {}, [5], secret]) {
        const given = untyped(fakes)
        const uses = [
          suspended(() => built(ClientCache.layerTest(given))),
          suspended(() => built(ResourceCache.layerTest(given))),
          suspended(() => built(Session.layerTest(given)))
        ]
        for (const use of uses) {
          const error = yield* failureOf(use)
          assert.instanceOf(error, CacheConfigError)
          assert.include(error.message, "fakes is")
          assert.notInclude(error.message, secret)
        }
      }
    }))
})
