/**
 * What programs export as it comes, so that the compiler writes its type.
 */
import { S3Client } from "@aws-sdk/client-s3"
import { Effect, Schema } from "effect"
import { BoundedMap, CacheMetrics, keyEquality, LeasedStore, Store } from "effect-aws-cache/Cache"
import { ClientCache, DynamoDBDocumentResource, ResourceCache, Session } from "effect-aws-cache/ClientLayer"
import { layerS3FromInstance } from "effect-aws-cache/effect-aws"
import { dictStorage, s3CacheStorage } from "effect-aws-cache/keyv"
import { Keyspace, ObjectStore, S3Cache, S3Persistence } from "effect-aws-cache/S3Store"
import { memoryPressure, SyncTtlDict } from "effect-aws-cache/Sync"
import { ByteSize, DictSnapshot, TtlDict } from "effect-aws-cache/Ttl"

const Texts = Keyspace.make("texts", { key: Schema.Number, value: Schema.String })

export const keyspace = Texts
export const key = Texts.key(1)
export const maybeKey = Texts.keyEither
export const map = new BoundedMap<string, number>({ maxSize: 3 })
export const counters = map.counters
export const equality = keyEquality
export const metrics = CacheMetrics

export const store = Store.make<string, number>()
export const storeStats = Effect.flatMap(store, ({ stats }) => stats)
export const storeEvents = Effect.map(store, ({ events }) => events)
export const storeEntry = Effect.flatMap(store, ({ peekEntry }) => peekEntry("a"))
export const pools = LeasedStore.make({ acquire: (name: string) => Effect.succeed({ name }) })
export const poolStats = Effect.flatMap(pools, ({ stats }) => stats)
export const poolLeases = Effect.flatMap(pools, ({ leases }) => leases)
export const poolEvents = Effect.map(pools, ({ events }) => events)

export const s3Cache = S3Cache
export const s3CacheMake = S3Cache.make
export const s3Service = Effect.map(S3Cache, (service) => service)
export const s3Stats = S3Cache.stats
export const s3Events = S3Cache.events
export const s3Entry = S3Cache.peekEntry(key)
export const s3List = S3Cache.list(Texts)
export const s3Check = S3Cache.check
export const s3Memoized = S3Cache.memoize(Texts, (id) => Effect.succeed(String(id)))
export const objects = Effect.map(ObjectStore, (objects) => objects)
export const loaded = Effect.flatMap(ObjectStore, (objects) => objects.load("a"))
export const objectsMake = ObjectStore.makeS3
export const persistence = S3Persistence.layerResult()

export const clientStats = ClientCache.stats
export const clientEntries = ClientCache.entries
export const clientEvents = ClientCache.events
export const clientLeased = ClientCache.lease(S3Client, {})
export const document = ResourceCache.resource(DynamoDBDocumentResource)
export const resourceEntries = ResourceCache.entries
export const sessionMake = Session.make
export const sessionCaches = Effect.map(Session, ({ caches }) => caches)
export const sessionStats = Session.stats
export const credentials = Session.getCredentials

export const dictMake = TtlDict.make
export const dictRestore = TtlDict.restore
export const dictSnapshot = TtlDict.snapshot
export const dictResize = TtlDict.resize
export const dictStats = TtlDict.stats
export const small = new SyncTtlDict<string, number>({ memoryPressure: memoryPressure() })
export const smallStats = small.stats
export const smallEntry = small.peekEntry("a")
export const byteSize = ByteSize
export const snapshots = DictSnapshot

export const storage = dictStorage
export const sharedStorage = s3CacheStorage
export const borrowed = layerS3FromInstance
