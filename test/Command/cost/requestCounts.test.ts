import { assert, describe, it } from "@effect/vitest"
import { Effect, Schema } from "effect"
import { Keyspace } from "effect-aws-cache/S3Store"
import * as TestClock from "effect/TestClock"
import { readFileSync } from "node:fs"
import { monthlyCosts } from "../../../src/Command/cost/monthlyCosts.js"
import { monthMillis, useOfStats } from "../../../src/Command/cost/MonthlyUse.js"
import { stores } from "../../../src/Command/cost/prices.js"
import { type CountedOperation, requestsOf } from "../../../src/Command/cost/requestCounts.js"
import { orThrow } from "../../../src/effect/plainEither.js"
import { makeBucket } from "../../S3Store/bucketOf.js"

const Numbers = Keyspace.make("numbers", { key: Schema.String, value: Schema.Number, timeToLive: "1 minute" })
const Leased = Keyspace.make("leased", { key: Schema.String, value: Schema.Number, coordination: "lease" })

const certain = { conditionalWrites: "required", conditionalDeletes: "required" } as const

const kinds = [["GET", "get"], ["PUT", "put"], ["DELETE", "remove"]] as const

describe("the requests that a cost is reckoned from", () => {
  it.scoped("are those that are made", () =>
    Effect.gen(function*() {
      const { process, requests } = yield* makeBucket(certain, {})
      const cache = yield* process()
      const costs = <A, E>(operation: CountedOperation, effect: Effect.Effect<A, E>) =>
        Effect.gen(function*() {
          const before = requests().length
          yield* Effect.exit(effect)
          const made = requests().slice(before).map(({ method }) => method)
          for (const [method, kind] of kinds) {
            assert.strictEqual(
              made.filter((each) => each === method).length,
              requestsOf[operation][kind],
              `${operation}: ${made}`
            )
          }
        })
      const lookup = yield* cache.memoize(Numbers, () => Effect.succeed(1))
      const leased = yield* cache.memoize(Leased, () => Effect.succeed(1))
      yield* costs("miss, computed", lookup("a"))
      yield* costs("hit in memory", lookup("a"))
      yield* costs("hit in the bucket", (yield* process()).get(Numbers.key("a")))
      yield* costs("miss, computed under a lease", leased("a"))
      yield* costs("refresh", cache.refresh(Numbers.key("a"), Effect.succeed(2)))
      yield* costs("refresh under a lease", cache.refresh(Leased.key("a"), Effect.succeed(2)))
      yield* costs("set", cache.set(Numbers.key("b"), 1))
      yield* costs("add", cache.add(Numbers.key("c"), 1))
      yield* costs("modify", (yield* process()).modify(Numbers.key("b"), (n) => Effect.succeed((n ?? 0) + 1)))
      yield* costs("remove", cache.remove(Numbers.key("c")))
      yield* costs("invalidate", cache.invalidate(Numbers.key("b")))
      yield* costs("invalidateTag", cache.invalidateTag("t"))
      yield* TestClock.adjust("1 hour")
      yield* costs("found after its time, computed", lookup("a"))
    }))

  it("are those of docs/requests.md, at its prices", () => {
    const page = readFileSync("docs/requests.md", "utf8")
    const rows = new Map<string, CountedOperation>([
      ["hit in memory", "hit in memory"],
      ["hit in the bucket", "hit in the bucket"],
      ["revalidation of an entry in memory (`revalidateAfter`)", "revalidation"],
      ["miss, computed", "miss, computed"],
      ["waiting for another process", "waiting for another process"],
      ["found after its time, computed", "found after its time, computed"],
      ["`refresh` of what is in memory", "refresh"],
      ["`set`", "set"],
      ["`add`", "add"],
      ["`modify`", "modify"],
      ["each tag in use, each process, each `tagsAge`", "look at a tag"]
    ])
    const [standard] = stores
    for (const [label, operation] of rows) {
      const dollars = page.split("\n").find((line) => line.startsWith(`| ${label} `))?.match(/\$(\d+\.\d\d)/)?.[1]
      const { get, put } = requestsOf[operation]
      const reckoned = (get * (standard?.perThousand.get ?? 0) + put * (standard?.perThousand.put ?? 0)) * 1000
      assert.strictEqual(dollars, reckoned.toFixed(2), label)
    }
    assert.include(page, "$0.0004 per 1,000")
  })
})

describe("the cost of a running program", () => {
  for (const [space, leases] of [[Numbers, false], [Leased, true]] as const) {
    it.scoped(`is that of its requests, ${leases ? "under leases" : "without leases"}`, () =>
      Effect.gen(function*() {
        const { process, requests } = yield* makeBucket(certain, {})
        const other = yield* (yield* process()).memoize(space, () => Effect.succeed(1))
        yield* other("z")
        const before = requests().length
        const cache = yield* process()
        const lookup = yield* cache.memoize(space, () => Effect.succeed(1))
        for (const key of ["a", "b", "a", "c", "a", "z"]) yield* lookup(key)
        yield* cache.set(space.key("d"), 4)
        yield* Effect.exit(cache.get(space.key("none")))
        const stats: unknown = JSON.parse(JSON.stringify(yield* cache.stats))
        const use = orThrow(useOfStats(stats, monthMillis, {
          entries: 0,
          entryBytes: 0,
          processes: 1,
          tags: 0,
          tagsAge: 5000
        }))
        const [cost] = monthlyCosts(use).filter((each) => each.leases === leases)
        const made = (method: string) => requests().slice(before).filter((each) => each.method === method).length
        assert.deepStrictEqual(cost?.requests, {
          get: made("GET"),
          put: made("PUT"),
          list: 0,
          remove: made("DELETE")
        })
      }))
  }

  it("tells what is no JSON of stats", () => {
    const rest = { entries: 0, entryBytes: 0, processes: 1, tags: 0, tagsAge: 5000 }
    assert.match(String(useOfStats({ memoryHits: 1 }, 1, rest)), /no number storeHits/)
  })
})
