/**
 * What is measured of the second level, and beside what.
 */
import { GetObjectCommand, PutObjectCommand, type S3Client } from "@aws-sdk/client-s3"
import { Store } from "effect-aws-cache/Cache"
import { Keyspace, ObjectStore, S3Cache } from "effect-aws-cache/S3Store"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { randomUUID } from "node:crypto"
import type { Comparison } from "./compare.js"

/** The bytes of values, and how often each operation is done. */
const sizes = [[4096, 3000], [1 << 20, 300]] as const

const Bytes = Keyspace.make("bytes", { key: Schema.Number, value: Schema.Uint8ArrayFromSelf, codec: "raw" })
const Users = Schema.Array(Schema.Struct({
  id: Schema.Number,
  name: Schema.String,
  since: Schema.DateFromString,
  roles: Schema.Array(Schema.String)
}))
const Json = Keyspace.make("json", { key: Schema.Number, value: Users })
const decodeUsers = Schema.decodeUnknownSync(Users)
const encodeUsers = Schema.encodeSync(Users)

/** As many users as fit into so many bytes of JSON. */
const usersOf = (bytes: number): typeof Users.Type => {
  const user = (id: number) => ({ id, name: `user ${id}`, since: new Date(id * 1e9), roles: ["reader", "writer"] })
  const each = JSON.stringify(encodeUsers([user(1000)])).length - 1
  return Array.from({ length: Math.floor(bytes / each) }, (_, at) => user(1000 + at))
}

/**
 * All comparisons, for a bucket.
 *
 * @param share of the operations that are done
 */
export const comparisons = (client: S3Client, bucket: string, share: number) =>
  Effect.gen(function*() {
    const keyPrefix = `bench/${randomUUID()}/`
    const objects = Layer.succeedContext(
      yield* Layer.build(ObjectStore.layerS3Client(client, { bucket, keyPrefix }))
    )
    const store = Context.get(yield* Layer.build(objects), ObjectStore)
    const cacheOf = (maxSize: number) =>
      Effect.map(
        Layer.build(Layer.provide(S3Cache.layer({ maxSize }), objects)),
        (context) => Context.get(context, S3Cache)
      )
    const [cache, cacheInMemory] = [yield* cacheOf(0), yield* cacheOf(1000)]
    const memory = yield* Store.make<string, number>({ maxSize: 1000 })

    const get = (name: string) =>
      client.send(new GetObjectCommand({ Bucket: bucket, Key: keyPrefix + name }))
        .then(({ Body }) => Body?.transformToByteArray())
    const getText = (name: string) =>
      client.send(new GetObjectCommand({ Bucket: bucket, Key: keyPrefix + name }))
        .then(({ Body }) => Body?.transformToString())
    const put = (name: string, Body: Uint8Array | string) =>
      client.send(new PutObjectCommand({ Bucket: bucket, Key: keyPrefix + name, Body }))
    const bare = (run: () => Promise<unknown>) => Effect.promise(run)

    const all: Array<Comparison> = []
    for (const [size, allTimes] of sizes) {
      const [bytesKey, jsonKey] = [Bytes.key(size), Json.key(size)]
      const bytes = Buffer.alloc(size, "cached ")
      const users = usersOf(size)
      yield* cache.set(bytesKey, bytes)
      yield* cache.set(jsonKey, users)
      const entry = (yield* bare(() => get(bytesKey.objectName))) ?? bytes
      const entryBytes = entry instanceof Uint8Array ? entry : bytes
      const [object, document] = [`object-${size}`, `users-${size}`]
      yield* store.save(object, bytes)
      yield* bare(() => put(document, JSON.stringify(encodeUsers(users))))
      const of = { bytes: size, times: allTimes * share, limit: 1.15 }
      all.push(
        {
          ...of,
          operation: "ObjectStore load",
          beside: "GetObject",
          ours: Effect.suspend(() => store.load(object)),
          bare: bare(() => get(object))
        },
        {
          ...of,
          operation: "ObjectStore save",
          beside: "PutObject",
          ours: Effect.suspend(() => store.save(object, bytes)),
          bare: bare(() => put(object, bytes))
        },
        {
          ...of,
          operation: "S3Cache.get from S3, bytes",
          beside: "GetObject",
          ours: Effect.suspend(() => cache.get(bytesKey)),
          bare: bare(() => get(bytesKey.objectName))
        },
        {
          ...of,
          operation: "S3Cache.set, bytes",
          beside: "PutObject",
          ours: Effect.suspend(() => cache.set(bytesKey, bytes)),
          bare: bare(() => put(bytesKey.objectName, entryBytes))
        },
        {
          ...of,
          operation: "S3Cache.get from S3, JSON",
          beside: "GetObject, JSON.parse, decode",
          ours: Effect.suspend(() => cache.get(jsonKey)),
          bare: bare(() => getText(document).then((text) => decodeUsers(JSON.parse(text ?? ""))))
        },
        {
          ...of,
          operation: "S3Cache.set, JSON",
          beside: "encode, JSON.stringify, PutObject",
          ours: Effect.suspend(() => cache.set(jsonKey, users)),
          bare: bare(() => put(document, JSON.stringify(encodeUsers(users))))
        }
      )
    }

    const Listed = Keyspace.make("listed", { key: Schema.Number, value: Schema.Uint8ArrayFromSelf, codec: "raw" })
    const listed = Array.from({ length: listedEntries }, (_, at) => Listed.key(at))
    for (const each of listed) yield* cache.set(each, Buffer.alloc(1024, "cached "))
    const getHead = ({ objectName }: (typeof listed)[number]) =>
      client.send(new GetObjectCommand({ Bucket: bucket, Key: keyPrefix + objectName, Range: "bytes=0-4095" }))
        .then(({ Body }) => Body?.transformToByteArray())
    all.push({
      operation: `S3Cache.list of ${listedEntries}`,
      beside: "GetObject, ranged, of each",
      bytes: 1024,
      times: 100 * share,
      limit: 1.2,
      ours: Stream.runDrain(cache.list(Listed)),
      bare: Effect.forEach(listed, (each) => bare(() => getHead(each)), { concurrency: 16 })
    })

    // Lookups in memory are too short to be timed one by one.
    const inARow = (operation: Effect.Effect<unknown, unknown>) =>
      Effect.gen(function*() {
        for (let at = 0; at < lookupsInARow; at++) yield* operation
      })
    // Bytes cannot be frozen, and cost a copy.
    const Numbers = Keyspace.make("numbers", { key: Schema.Number, value: Schema.Number })
    const key = Numbers.key(1)
    yield* cacheInMemory.set(key, 1)
    yield* memory.set("1", 1)
    all.push({
      operation: `S3Cache.get from memory, ${lookupsInARow.toLocaleString("en")} times`,
      beside: "Store.get",
      bytes: 1,
      times: 2000 * share,
      limit: 1.5,
      ours: inARow(Effect.suspend(() => cacheInMemory.get(key))),
      bare: inARow(Effect.suspend(() => memory.get("1")))
    })
    return all
  })

const lookupsInARow = 1000

/** How many entries are listed; the bare client gets as many at a time as the list does. */
const listedEntries = 64
