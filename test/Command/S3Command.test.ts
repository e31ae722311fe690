/**
 * What the command changes, on the server of the tests.
 */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Option, Redacted } from "effect"
import { ClientCacheLive } from "effect-aws-cache/ClientLayer"
import { S3Cache, type S3CacheOptions } from "effect-aws-cache/S3Store"
import * as S3Server from "../servers/S3Server.js"
import { runCommandLine } from "./runCommandLine.js"
import { temporaryFolder, Texts, Users, UsersBefore } from "./stores.js"

/** Two places on the server, as the command and as a cache know them. Whatever lies there is removed afterwards. */
const places = Effect.gen(function*() {
  const { bucket, clientConfig, keyPrefix } = yield* S3Server.make
  const endpoint = String(clientConfig.endpoint)
  const place = (name: string) => ({
    target: `s3://${bucket}/${keyPrefix}${name}`,
    inBucket: (options: S3CacheOptions = {}) => <A, E>(use: Effect.Effect<A, E, S3Cache>) =>
      Effect.provide(
        use,
        Layer.provide(
          S3Cache.layerS3({ ...options, bucket, keyPrefix: `${keyPrefix}${name}/`, clientConfig }),
          ClientCacheLive
        )
      )
  })
  return {
    endpoint: ["--endpoint", endpoint],
    toEndpoint: ["--to-endpoint", endpoint],
    one: place("one"),
    other: place("other")
  }
})

const entriesIn = (stdout: string): ReadonlyArray<string> =>
  stdout.trimEnd().split("\n").filter((line) => line !== "").map((line) => {
    const { key, keyspace, verdict, version } = JSON.parse(line)
    return `${keyspace}:${version} ${key} ${verdict}`
  }).sort()

const fill = Effect.gen(function*() {
  yield* S3Cache.set(UsersBefore.key({ team: "a" }), ["old"])
  yield* S3Cache.set(Users.key({ team: "a" }), ["Ada"], { tags: ["people"] })
  yield* S3Cache.set(Users.key({ team: "b" }), ["Bob"], { tags: ["gone"] })
  yield* S3Cache.set(Texts.key("short"), "x", { timeToLive: "1 milli" })
  yield* S3Cache.set(Texts.key("long"), "x".repeat(20_000), { timeToLive: "2 hours" })
  yield* S3Cache.invalidateTag("gone")
})

describe("prune", () => {
  it.live("removes what a dry run said, and nothing else", () =>
    Effect.scoped(Effect.gen(function*() {
      const { endpoint, one } = yield* places
      yield* one.inBucket()(fill)
      const prune = (...words: ReadonlyArray<string>) => runCommandLine(["prune", one.target, ...words, ...endpoint])
      const refused = yield* prune("--expired")
      assert.strictEqual(refused.code, 2)
      assert.include(refused.stderr, "nobody can be asked here: add --yes, or --dry-run to see what would go")
      const rules = ["--expired", "--stale-for", "0s", "--json"]
      const dry = yield* prune(...rules, "--dry-run")
      const all = yield* runCommandLine(["ls", one.target, "--json", ...endpoint])
      assert.strictEqual(entriesIn(all.stdout).length, 5)
      const done = yield* prune(...rules, "--yes")
      assert.deepStrictEqual([dry.code, done.code, dry.stderr, done.stderr], [0, 0, "", ""])
      assert.deepStrictEqual({ ...JSON.parse(dry.stdout), dryRun: false }, JSON.parse(done.stdout))
      assert.strictEqual(JSON.parse(done.stdout).removed.entries, 2)
      const left = yield* runCommandLine(["ls", one.target, "--json", ...endpoint])
      assert.deepStrictEqual(entriesIn(left.stdout), [
        "directory/users:0 {\"team\":\"a\"} Fresh",
        "directory/users:1 {\"team\":\"a\"} Fresh",
        "texts:1 \"long\" Fresh"
      ])
      // What was invalidated stays so, were it written again by somebody who had computed it before.
      const slip = yield* prune("--keep-keyspaces", "directory/user:1", "--yes")
      assert.deepStrictEqual([slip.code, slip.stdout], [2, ""])
      assert.include(slip.stderr, "--keep-keyspaces directory/user:1: nothing of that lies here, all would go")
      const named = yield* prune("--keep-keyspaces", "directory/users:1", "--yes", "--json")
      assert.deepStrictEqual(JSON.parse(named.stdout).retired, ["directory/users/0", "texts/1"])
      const kept = yield* prune("--keep", "1K", "--yes")
      assert.match(kept.stdout, /nothing to remove, left 1 entry/)
      const oldest = yield* prune("--keep", "1B", "--yes")
      assert.match(oldest.stdout, /removed 1 object/)
      const stat = yield* runCommandLine(["stat", one.target, "--json", ...endpoint])
      assert.deepStrictEqual([stat.code, JSON.parse(stat.stdout).markers.count >= 1], [1, true])
    })))
})

describe("invalidate", () => {
  it.live("makes the entries of a tag misses, or lets them expire", () =>
    Effect.scoped(Effect.gen(function*() {
      const { endpoint, one } = yield* places
      yield* one.inBucket()(fill)
      const done = yield* runCommandLine(["invalidate", one.target, "people", ...endpoint])
      assert.deepStrictEqual([done.code, done.stderr], [0, ""])
      assert.match(done.stdout, /^invalidated {2}the entries of people that were made until now, in s3:/)
      const read = S3Cache.getOption(Users.key({ team: "a" }))
      assert.deepStrictEqual(yield* one.inBucket()(read), Option.none())
      yield* one.inBucket()(S3Cache.set(Users.key({ team: "a" }), ["Eve"], { tags: ["people"] }))
      assert.deepStrictEqual(yield* one.inBucket()(read), Option.some(["Eve"]))
      const expired = yield* runCommandLine(["invalidate", one.target, "people", "--expire", "--json", ...endpoint])
      assert.strictEqual(JSON.parse(expired.stdout).how, "expired")
      const get = yield* runCommandLine(["get", one.target, "directory/users", "{\"team\":\"a\"}", ...endpoint])
      assert.match(get.stdout, /^expired {2}.* ago, by the tag people: a miss/)
    })))
})

describe("copy", () => {
  it.live("gives readers of the other place the same, and what was invalidated to none of them", () =>
    Effect.scoped(Effect.gen(function*() {
      const { endpoint, one, other, toEndpoint } = yield* places
      yield* one.inBucket()(fill)
      const both = [...endpoint, ...toEndpoint]
      yield* other.inBucket()(S3Cache.set(Texts.key("long"), "newer"))
      const dry = yield* runCommandLine(["copy", one.target, other.target, "--dry-run", "--json", ...both])
      const done = yield* runCommandLine(["copy", one.target, other.target, "--json", ...both])
      assert.deepStrictEqual([done.code, done.stderr], [0, ""])
      const report = JSON.parse(done.stdout)
      assert.deepStrictEqual({ ...JSON.parse(dry.stdout), dryRun: false }, report)
      assert.strictEqual(report.copied.entries, 2)
      assert.deepStrictEqual(Object.keys(report.skipped).sort(), ["expired", "invalidated", "newer"])
      const listed = (target: string) =>
        Effect.map(
          runCommandLine(["ls", target, "directory/users", "--json", ...endpoint]),
          ({ stdout }) =>
            stdout.trimEnd().split("\n").map((line) => {
              const { created, expires, key, tags, verdict } = JSON.parse(line)
              return { created, expires, key, tags, verdict }
            }).filter(({ verdict }) => verdict === "Fresh").sort((a, b) => a.created - b.created)
        )
      assert.deepStrictEqual(yield* listed(other.target), yield* listed(one.target))
      assert.strictEqual(yield* other.inBucket()(S3Cache.get(Texts.key("long"))), "newer")
      assert.deepStrictEqual(yield* other.inBucket()(S3Cache.get(Users.key({ team: "a" }))), ["Ada"])
      yield* one.inBucket()(S3Cache.invalidateTag("people"))
      const again = yield* runCommandLine(["copy", one.target, other.target, ...both])
      assert.match(again.stdout, /copied 0 entries, 0 B, and 1 marker of tags\n/)
      assert.deepStrictEqual(yield* other.inBucket()(S3Cache.getOption(Users.key({ team: "a" }))), Option.none())
    })))

  it.live("encrypts what is encrypted for its new place, by keys that are not on the command line", () =>
    Effect.scoped(Effect.gen(function*() {
      const { endpoint, one } = yield* places
      const key = Buffer.alloc(32, 7).toString("base64")
      const encryption = { keys: [{ id: "k1", key: Redacted.make(key) }] } as const
      yield* one.inBucket({ encryption, compression: { algorithm: "gzip" } })(
        S3Cache.set(Texts.key("secret"), "hello ".repeat(1000), { tags: ["t"] })
      )
      const folder = yield* temporaryFolder
      const without = yield* runCommandLine(["copy", one.target, folder, "--json", ...endpoint])
      assert.deepStrictEqual([without.code, Object.keys(JSON.parse(without.stdout).skipped)], [1, ["encrypted"]])
      const env = { KEYS: `k1:${key}` }
      const copied = yield* runCommandLine(["copy", one.target, folder, "--key-env", "KEYS", ...endpoint], { env })
      assert.deepStrictEqual([copied.code, copied.stderr], [0, ""])
      const line = ["get", folder, "texts", "secret", "--json"]
      const locked = JSON.parse((yield* runCommandLine(line)).stdout)
      assert.deepStrictEqual(
        [locked.fault.reason, locked.head.compression, locked.head.tags],
        ["KeyUnknown", "gzip", ["t"]]
      )
      const open = JSON.parse((yield* runCommandLine([...line, "--key-env", "KEYS"], { env })).stdout)
      assert.strictEqual(open.value, "hello ".repeat(1000))
    })))

  it.live("does not copy a place onto itself", () =>
    Effect.scoped(Effect.gen(function*() {
      const folder = yield* temporaryFolder
      const same = yield* runCommandLine(["copy", folder, folder])
      assert.deepStrictEqual([same.code, same.stdout], [2, ""])
      assert.include(same.stderr, "FROM and TO are the same")
    })))
})
