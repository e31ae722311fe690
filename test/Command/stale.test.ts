/**
 * What the command says and does of what has expired, and its writer may still give out.
 */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Logger } from "effect"
import { ClientCache } from "effect-aws-cache/ClientLayer"
import { ObjectStore, S3Cache } from "effect-aws-cache/S3Store"
import { EmbeddedS3 } from "effect-aws-cache/testing"
import * as Layer from "effect/Layer"
import * as DynamoDBServer from "../servers/DynamoDBServer.js"
import { runCommandLine } from "./runCommandLine.js"
import { embeddedBucket, inFolder, temporaryFolder, Texts } from "./stores.js"

const options = { staleIfError: "30 days" } as const

/** One that is fresh, one that is stale, one that is so by a tag, and two that are over. */
const fill = Effect.gen(function*() {
  yield* S3Cache.set(Texts.key("fresh"), "fresh")
  yield* S3Cache.set(Texts.key("stale"), "a stale value", { timeToLive: "1 milli" })
  yield* S3Cache.set(Texts.key("by tag"), "a stale value", { timeToLive: "1 hour", tags: ["all"] })
  yield* S3Cache.set(Texts.key("invalidated"), "over", { timeToLive: "1 hour", tags: ["old"] })
  yield* S3Cache.expireTag("all")
  yield* S3Cache.invalidateTag("old")
})

/** The same by a writer without windows. */
const fillMore = S3Cache.set(Texts.key("expired"), "over", { timeToLive: "1 milli" })

const late = (key: string) =>
  Effect.orElseSucceed(S3Cache.getOrCompute(Texts.key(key), Effect.fail("down")), () => "nothing")

/** Stores, with what uses them, and how the command is told of them. */
const places = {
  "a folder": Effect.map(temporaryFolder, (folder) => ({
    target: [folder],
    within: (given: typeof options | {}) => inFolder(folder, given)
  })),
  "a bucket": Effect.map(embeddedBucket, ({ endpoint, inBucket }) => ({
    target: ["s3://my-bucket", ...endpoint],
    within: (given: typeof options | {}) => inBucket("cache/", given)
  })),
  "a table before a bucket, by size": Effect.gen(function*() {
    const { clientConfig, table } = yield* DynamoDBServer.make
    const server = yield* EmbeddedS3.make({ buckets: ["my-bucket"] })
    const bySize = ObjectStore.layerBySize({
      small: ObjectStore.layerDynamoDB({ table, clientConfig }),
      large: ObjectStore.layerS3({ bucket: "my-bucket", clientConfig: server.clientConfig }),
      limit: 10
    })
    return {
      target: [
        `dynamodb://${table}`,
        ...["--endpoint", String(clientConfig.endpoint)],
        ...["--large", "s3://my-bucket", "--large-endpoint", server.endpoint]
      ],
      within: (given: typeof options | {}) => <A, E>(use: Effect.Effect<A, E, S3Cache>) =>
        Effect.provide(use, Layer.provide(S3Cache.layer(given), Layer.provide(bySize, ClientCache.layer())))
    }
  })
} as const

describe("what is stale", () => {
  for (const place of ["a folder", "a bucket", "a table before a bucket, by size"] as const) {
    it.scopedLive(`is told, copied, and left by prune --expired: ${place}`, () =>
      Effect.gen(function*() {
        const { target: [target = "", ...more], within } = yield* places[place]
        const run = (verb: string, ...words: ReadonlyArray<string>) => runCommandLine([verb, target, ...words, ...more])
        yield* within(options)(fill)
        yield* within({})(fillMore)

        const stat = yield* run("stat")
        assert.match(stat.stdout, / EXPIRED {2}STILL OF USE {2}INVALIDATED\n/)
        assert.match(stat.stdout, / texts .* 3 +2 +1\n/)
        const { expired, stale } = JSON.parse((yield* run("stat", "--json")).stdout).spaces[0].sample
        assert.deepStrictEqual([expired, stale], [3, 2])

        const listed = (yield* run("ls", "texts")).stdout
        for (const [key, says] of [["stale", "stale"], ["by tag", "stale"], ["expired", "expired"]]) {
          assert.match(listed, new RegExp(` ${says} +texts:1 +"${key}"`))
        }
        const lines = (yield* run("ls", "texts", "--json")).stdout.trimEnd().split("\n").map((line) => JSON.parse(line))
        const lateFor = (key: string) =>
          lines.filter((line) => JSON.parse(line.key) === key)
            .map(({ expires, until }) => expires === null && until === null ? null : until - expires)
        assert.deepStrictEqual(["fresh", "stale", "expired"].flatMap(lateFor), [null, 30 * 86_400_000, 0])

        const got = yield* run("get", "texts", "stale")
        assert.match(
          got.stdout,
          /^expired {2}.* unless readers may have it stale for so long; its writer may for another 29d/
        )
        assert.notInclude((yield* run("get", "texts", "expired")).stdout, "its writer may")

        const elsewhere = yield* temporaryFolder
        const copied = JSON.parse((yield* run("copy", elsewhere, "--json")).stdout)
        assert.strictEqual(copied.copied.entries, 3)
        assert.deepStrictEqual(Object.keys(copied.skipped).sort(), ["expired", "invalidated"])
        assert.strictEqual(yield* inFolder(elsewhere, options)(late("stale")), "a stale value")
        assert.strictEqual(yield* inFolder(elsewhere, options)(late("by tag")), "a stale value")

        const pruned = JSON.parse((yield* run("prune", "--expired", "--stale-for", "0s", "--yes", "--json")).stdout)
        assert.deepStrictEqual(
          [pruned.removed.because.expired.entries, pruned.removed.because.invalidated.entries],
          [1, 1]
        )
        assert.deepStrictEqual([pruned.spared, pruned.left.entries], [2, 3])
        for (const key of ["stale", "by tag"]) {
          assert.strictEqual(yield* within(options)(late(key)), "a stale value")
          assert.strictEqual(yield* within({})(late(key)), "nothing")
          assert.strictEqual(yield* within(options)(late(key)), "a stale value")
        }
        const again = yield* run("prune", "--expired", "--stale-for", "0s", "--yes")
        assert.match(again.stdout, / {2}2 entries have expired, and may still be given out stale/)
      }).pipe(Effect.provide(Logger.remove(Logger.defaultLogger))))
  }
})
