/**
 * The job both processes do: look up every time zone, through the cache.
 */
import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import { Keyspace, S3Cache } from "effect-aws-cache/S3Store"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { createHash } from "node:crypto"
import { Zone } from "./ZoneTable.js"

/** The zones, by name. */
export const Zones = Keyspace.make("demo/zones", {
  key: Schema.Struct({ zone: Schema.String }),
  value: Zone,
  timeToLive: "1 hour"
})

/** What looking up all zones once came to. */
export class Round extends Schema.Class<Round>("demo/Round")({
  /** The process that did it. */
  processId: Schema.Number,
  /** Zones looked up. */
  zones: Schema.Number,
  /** Zones asked of the slow source. */
  computed: Schema.Number,
  /** Zones found in S3. */
  fromS3: Schema.Number,
  /** Zones found in memory. */
  fromMemory: Schema.Number,
  /** How long it took, in milliseconds. */
  millis: Schema.Number,
  /** Tells whether two rounds saw the same zones. */
  digest: Schema.String
}) {}

/** Asks the slow source for one zone. */
const fetchZone = (source: string) => ({ zone }: { readonly zone: string }) =>
  HttpClient.get(`${source}/zones/${zone}`).pipe(
    Effect.flatMap(HttpClientResponse.filterStatusOk),
    Effect.flatMap(HttpClientResponse.schemaBodyJson(Zone)),
    Effect.scoped
  )

/**
 * Makes the job: each run of what it returns looks up every zone once, and counts where it came from.
 *
 * @param source where the slow source is
 */
export const makeRound = (source: string) =>
  Effect.gen(function*() {
    const lookup = yield* S3Cache.memoize(Zones, fetchZone(source))
    const names = yield* HttpClient.get(`${source}/zones`).pipe(
      Effect.flatMap(HttpClientResponse.schemaBodyJson(Schema.Array(Schema.String))),
      Effect.scoped
    )
    return Effect.gen(function*() {
      const before = yield* S3Cache.stats
      const started = yield* Clock.currentTimeMillis
      const zones = yield* Effect.forEach(names, (zone) => lookup({ zone }), { concurrency: 32 })
      const millis = (yield* Clock.currentTimeMillis) - started
      const after = yield* S3Cache.stats
      return new Round({
        processId: process.pid,
        zones: zones.length,
        computed: after.computations - before.computations,
        fromS3: after.storeHits - before.storeHits,
        fromMemory: after.memoryHits - before.memoryHits,
        millis,
        digest: digestOf(zones)
      })
    })
  }).pipe(Effect.provide(FetchHttpClient.layer))

const digestOf = (zones: ReadonlyArray<Zone>): string =>
  createHash("sha256").update(JSON.stringify(zones)).digest("hex").slice(0, 12)
