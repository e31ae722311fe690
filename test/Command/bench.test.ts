import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { runCommandLine } from "./runCommandLine.js"
import { embeddedBucket } from "./stores.js"

describe("bench", () => {
  it.scopedLive("says what it will cost, and then how long everything takes", () =>
    Effect.gen(function*() {
      const { endpoint } = yield* embeddedBucket
      const line = ["bench", "s3://my-bucket", "--count", "5", "--sizes", "100,2K", ...endpoint]
      const { code, stderr, stdout } = yield* runCommandLine(line)
      assert.strictEqual(code, 0)
      assert.include(stderr, "30 reads, 40 writes and 11 removals, about $0.00021 at the list price of S3 Standard\n")
      assert.lengthOf(stdout.match(/^ {2}(set|get|add|lease) +(100 B|2\.0 KiB) +5 +[\d.,]+ ms/gm) ?? [], 8)
      const json = yield* runCommandLine([...line, "--operations", "get", "--json"])
      assert.include(json.stderr, ", less than $0.0001 at the list price of S3 Standard\n")
      const { rows } = JSON.parse(json.stdout)
      assert.deepStrictEqual(
        rows.map(({ bytes, count, operation }: Record<string, unknown>) => [operation, bytes, count]),
        [["get", 100, 5], ["get", 2048, 5]]
      )
      const listed = yield* runCommandLine(["stat", "s3://my-bucket", "--json", ...endpoint])
      assert.strictEqual(JSON.parse(listed.stdout).entries, 0)
    }))

  it.effect("refuses what cannot be meant, and tells when the store cannot be asked", () =>
    Effect.gen(function*() {
      for (
        const [words, says] of [
          [["--operations", "put"], "--operations put: some of set,get,add,lease"],
          [["--sizes", "1G"], "--sizes 1G: sizes such as 512,4K,1M"],
          [["--count", "10001"], "--count 10001: at most 10000"]
        ] as const
      ) {
        const wrong = yield* runCommandLine(["bench", "s3://my-bucket", ...words])
        assert.strictEqual(wrong.code, 2)
        assert.include(wrong.stderr, says)
      }
      const dead = yield* runCommandLine(["bench", "s3://b-b", "--count", "1", "--endpoint", "http://127.0.0.1:1"])
      assert.strictEqual(dead.code, 3)
      assert.include(dead.stderr, "nothing listens there")
    }))
})
