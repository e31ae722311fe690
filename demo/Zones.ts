/**
 * The zones in the cache, and how both processes look them up.
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

const key = Schema.Struct({ zone: Schema.String })

const areaOf = (zone: string): string => zone.slice(0, zone.indexOf("/"))

/** The zones, by name. */
export const Zones = Keyspace.make("demo/zones", { key, value: Zone, timeToLive: "1 hour" })

/** The same, each with the tag of its area, such as `area:Australia`. */
export const TaggedZones = Keyspace.make("demo/tagged-zones", {
  key,
  value: Zone,
  timeToLive: "1 hour",
  tags: ({ zone }) => [`area:${areaOf(zone)}`]
})

/** Keyspaces by what the second process is told. */
const keyspaces = { plain: Zones, tagged: TaggedZones }

/** The names of keyspaces. */
export type KeyspaceName = keyof typeof keyspaces

/** Those of the zones that are in some areas. */
export const zonesOf = (zones: ReadonlyArray<string>, areas: ReadonlyArray<string>): ReadonlyArray<string> =>
  zones.filter((zone) => areas.includes(areaOf(zone)))

/** What looking up some zones once came to. */
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
export const fetchZone = (source: string) => ({ zone }: { readonly zone: string }) =>
  HttpClient.get(`${source}/zones/${zone}`).pipe(
    Effect.flatMap(HttpClientResponse.filterStatusOk),
    Effect.flatMap(HttpClientResponse.schemaBodyJson(Zone)),
    Effect.scoped,
    Effect.provide(FetchHttpClient.layer)
  )

/**
 * Looks up every zone once, and counts where it came from.
 *
 * @param source where the slow source is
 */
export const lookUpAll = (source: string, keyspace: KeyspaceName, names: ReadonlyArray<string>) =>
  Effect.gen(function*() {
    const lookup = yield* S3Cache.memoize(keyspaces[keyspace], fetchZone(source))
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

const digestOf = (zones: ReadonlyArray<Zone>): string =>
  createHash("sha256").update(JSON.stringify(zones)).digest("hex").slice(0, 12)
