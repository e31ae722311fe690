/**
 * The call sites that the compilers are given (compiled.ts), run.
 */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Option } from "effect"
import * as card from "./sites/card.js"
import * as clients from "./sites/clients.js"
import * as dictionaries from "./sites/dictionaries.js"
import * as httpApi from "./sites/httpApi.js"
import * as mocks from "./sites/mocks.js"
import * as s3Caches from "./sites/s3Caches.js"
import * as stores from "./sites/stores.js"
import * as together from "./sites/together.js"

/** What each of them is to come to. */
const expected: ReadonlyArray<readonly [name: string, Effect.Effect<unknown, unknown>, unknown]> = [
  ["the first words: get, add, remove", card.written, ["hello", true, true]],
  ["what may be missing", card.orElse, "hi"],
  ["Effect.provide(ClientCacheLive)", card.sameClient, true],
  ["layers composed with mocks", card.composed, ["hello", 3, true]],
  ["two S3 caches for two buckets", s3Caches.twoBuckets, ["final", "draft"]],
  [
    "a computation that needs a service and may fail",
    s3Caches.computed,
    ["text 1", "Offline", ["text 1", "text 2", "text 3"]]
  ],
  ["a service with a memoized function", s3Caches.memoized, ["text 1", "text 1"]],
  ["helpers over any keyspace and key", s3Caches.warmed, ["two", null]],
  ["S3Cache.layerConfig", s3Caches.configured, 0],
  ["errors by their tags", s3Caches.explained, undefined],
  ["a value in place of another", s3Caches.countedUp, ["CacheNotFoundError", 2, 1]],
  ["what has changed elsewhere", s3Caches.forgotten, { refreshed: "two anew", wasTwo: true, left: 0 }],
  ["a family of keyspaces", s3Caches.cleared, [0, 0, 0]],
  ["a second level of one's own", s3Caches.ownLevel, true],
  [
    "a memoized function in a handler of an HttpApi",
    httpApi.answered,
    [200, { id: { team: "core", id: 7 }, name: "core-7" }]
  ],
  ["clients, and what is done with them", clients.clients, [true, "us-east-1"]],
  ["two caches of clients", clients.twoCaches, [false, 1]],
  ["a resource of a cache of one's own", clients.bucketName, "reports"],
  ["two sessions", clients.regions, [Option.some("eu-central-1"), Option.some("eu-north-1")]],
  ["ClientCache.layerConfig", clients.configured, 7],
  ["a dictionary with schemas", dictionaries.session, "Ada"],
  ["a handler with a runtime", dictionaries.invocations, [1, 2]],
  ["a dictionary of what may fail and needs a service", dictionaries.rates, [1.1, "Closed", false]],
  ["a dictionary that remembers failures", dictionaries.quotes, ["Unlisted", "Unlisted", 2]],
  ["a snapshot that is not there", dictionaries.restoredNothing, true],
  ["TtlDict.layerConfig", dictionaries.configured, 9],
  ["a dictionary without Effect", dictionaries.counted, [4, 5]],
  ["a store as a service", stores.answer, 42],
  ["a store of what may fail and needs a service", stores.names, ["Ada", "Ada", "NoSuchUser", "Offline"]],
  ["a function of its own store, and a value of the one before", stores.counts, [5, [Option.some(5), Option.none()]]],
  ["a service that exposes its store", stores.words, { hits: 1, misses: 1, size: 1 }],
  ["a service of connections", stores.hosts, { host: "db-1", releases: { succeeded: 0, failed: 0, timedOut: 0 } }],
  ["many calls at once", together.cleared, "cleared"],
  ["many leases at once", together.leasing, ["db-1", "db-1", undefined]],
  ["a layer among others", together.provided, 0],
  [
    "mocks of one method each",
    mocks.mocked,
    [Option.none(), true, 1, 2, Option.some("eu-west-1"), 3, 1.5, 42, 4]
  ]
]

describe("call sites of users do what they say", () => {
  for (const [name, effect, value] of expected) {
    it.live(name, () => Effect.map(effect, (result) => assert.deepStrictEqual(result, value)))
  }
})
