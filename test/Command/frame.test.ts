import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { S3Cache } from "effect-aws-cache/S3Store"
import { readFileSync } from "node:fs"
import * as SpoiledS3 from "../servers/SpoiledS3.js"
import { runCommandLine } from "./runCommandLine.js"
import { embeddedBucket, inFolder, temporaryFolder, Texts, Users, UsersBefore } from "./stores.js"

const { version } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"))

describe("the command", () => {
  it.effect("says what it can do, without anything else", () =>
    Effect.gen(function*() {
      const help = yield* runCommandLine(["--help"])
      assert.strictEqual(help.code, 0)
      assert.include(help.stdout, "effect-aws-cache VERB TARGET [OPTIONS]")
      assert.strictEqual(help.stderr, "")
      const without = yield* runCommandLine([])
      assert.strictEqual(without.code, 2)
      assert.strictEqual(without.stdout, help.stdout)
      const told = yield* runCommandLine(["--version"])
      assert.deepStrictEqual([told.code, told.stdout], [0, `${version}\n`])
      assert.deepStrictEqual(yield* runCommandLine(["stat", ".", "--version"]), told)
    }))

  it.effect("explains each verb, whatever else stands there", () =>
    Effect.gen(function*() {
      for (const line of [["stat", "--help"], ["help", "stat"], ["stat", "s3://no-bucket", "-h", "--nonsense"]]) {
        const help = yield* runCommandLine(line)
        assert.strictEqual(help.code, 0)
        assert.include(help.stdout, "effect-aws-cache stat TARGET [OPTIONS]")
      }
    }))

  it.effect("refuses what it does not know, with what may be meant", () =>
    Effect.gen(function*() {
      const cases: ReadonlyArray<readonly [ReadonlyArray<string>, string]> = [
        [["stet", "."], "there is no verb stet: did you mean stat?"],
        [["stat"], "TARGET is missing: s3://bucket/prefix, dynamodb://table/prefix, or the path of a folder"],
        [["stat", ".", "."], ". is one too many"],
        [["stat", ".", "--jsn"], "there is no option --jsn: did you mean --json?"],
        [["stat", ".", "--json=yes"], "--json takes no value"],
        [["stat", ".", "--region"], "--region takes a value: --region REGION"],
        [["stat", ".", "--region", "a", "--region=b"], "--region a b: it is given more than once"],
        [["stat", ".", "--concurrency", "0"], "--concurrency 0: a whole number from 1 on"],
        [["copy", ".", ".", "--keyspace", "--dry-run"], "--keyspace takes a value, and --dry-run looks like an option"],
        [["prune", ".", "--expired", "--keep-keyspaces", ",", "--yes"], "--keep-keyspaces ,: it is empty"],
        [["copy", ".", "s3:/bucket"], "TO s3:/bucket: a bucket is named s3://bucket/prefix"],
        [["copy", ".", "~/cache"], "TO ~/cache: the shell has left the ~ as it is"],
        [["stat", "http://bucket"], "a target is s3://bucket/prefix, dynamodb://table/prefix, or the path of a folder"],
        [["stat", "\u001b[31m://x"], "there is no such folder"]
      ]
      for (const [line, message] of cases.slice(0, -1)) {
        const result = yield* runCommandLine(line)
        assert.strictEqual(result.code, 2, line.join(" "))
        assert.include(result.stderr, message)
        const verb = line[0] === "stet" ? "" : `${line[0]} `
        assert.include(result.stderr, `\neffect-aws-cache ${verb}--help tells what there is\n`)
        assert.strictEqual(result.stdout, "")
      }
      const [line, message] = cases.at(-1) ?? [[], ""]
      const result = yield* runCommandLine(line)
      assert.strictEqual(result.code, 3)
      assert.include(result.stderr, `${message}; a bucket is named s3://bucket/prefix\n`)
      assert.notInclude(result.stderr, "\u001b")
      assert.include(result.stderr, "\\u001b[31m")
    }))
})

const fill = Effect.gen(function*() {
  yield* S3Cache.set(Users.key({ team: "core" }), ["Ada", "Grace"], { tags: ["people", "team:core"] })
  yield* S3Cache.set(Users.key({ team: "web" }), ["Tim"], { tags: ["people"] })
  yield* S3Cache.set(UsersBefore.key({ team: "core" }), ["Ada"])
  yield* S3Cache.set(Texts.key("long"), "x".repeat(3000))
})

describe("stat", () => {
  it.live("shows keyspaces, versions, sizes and tags, of a folder as of a bucket", () =>
    Effect.scoped(Effect.gen(function*() {
      const folder = yield* temporaryFolder
      yield* inFolder(folder)(fill)
      const { endpoint, inBucket } = yield* embeddedBucket
      yield* inBucket("reports/")(fill)
      const ofFolder = yield* runCommandLine(["stat", folder, "--json"])
      const ofBucket = yield* runCommandLine(["stat", "s3://my-bucket/reports", "--json", ...endpoint])
      for (const { code, stderr, stdout } of [ofFolder, ofBucket]) {
        assert.deepStrictEqual([code, stderr], [0, ""])
        const found = JSON.parse(stdout)
        assert.strictEqual(found.entries, 4)
        assert.deepStrictEqual(
          found.spaces.map(({ entries, keyspace, version }: Record<string, unknown>) => [keyspace, version, entries]),
          [["texts", "1", 1], ["directory/users", "1", 2], ["directory/users", "0", 1]]
        )
        const unmarked = { invalidated: null, expired: null }
        assert.deepStrictEqual(found.tags, [
          { tag: "people", entries: 2, ...unmarked },
          { tag: "team:core", entries: 1, ...unmarked }
        ])
      }
      const { code, stdout } = yield* runCommandLine(["stat", "s3://my-bucket/reports/", ...endpoint])
      assert.strictEqual(code, 0)
      assert.match(stdout, /^s3:\/\/my-bucket\/reports\/ {2}4 entries, /)
      assert.match(stdout, /directory\/users +1 +2 /)
    })))

  it.live("tells that nothing lies there, and that the store cannot be asked", () =>
    Effect.scoped(Effect.gen(function*() {
      const { endpoint } = yield* embeddedBucket
      const empty = yield* runCommandLine(["stat", "s3://my-bucket", ...endpoint])
      assert.deepStrictEqual([empty.code, empty.stdout], [1, "s3://my-bucket/cache/  nothing lies here\n"])
      const folder = yield* temporaryFolder
      yield* inFolder(folder)(S3Cache.invalidateTag("people"))
      const marked = yield* runCommandLine(["stat", folder])
      assert.deepStrictEqual(
        [marked.code, marked.stdout],
        [1, `${folder}  0 entries, 0 B\n\n  besides: 1 marker of tags\n`]
      )
      const absent = yield* runCommandLine(["stat", "s3://no-bucket", ...endpoint])
      assert.strictEqual(absent.code, 3)
      assert.include(absent.stderr, "NoSuchBucket")
    })))
})

describe("prune", () => {
  it.live("tells how far it came, should the store give up", () =>
    Effect.scoped(Effect.gen(function*() {
      const { endpoint: [, url = ""], inBucket } = yield* embeddedBucket
      yield* inBucket("cache/")(fill)
      let removals = 0
      const spoiled = yield* SpoiledS3.make(url, {
        answer: ({ key, method }) =>
          method === "DELETE" && !key.includes("/.probe/") && ++removals > 2
            ? SpoiledS3.denied("s3:DeleteObject", "it")
            : undefined
      })
      const words = ["--older-than", "0s", "--concurrency", "1", "--yes", "--json", "--endpoint", spoiled.url]
      const result = yield* runCommandLine(["prune", "s3://my-bucket", ...words])
      assert.deepStrictEqual([result.code, result.stdout], [3, ""])
      assert.match(result.stderr, /^until then 2 objects were removed\nerror: remove of /)
    })))
})
