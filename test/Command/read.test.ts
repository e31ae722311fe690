import { assert, describe, it } from "@effect/vitest"
import { Effect, Redacted } from "effect"
import { S3Cache } from "effect-aws-cache/S3Store"
import { readdir, readFile, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { runCommandLine } from "./runCommandLine.js"
import { embeddedBucket, inFolder, temporaryFolder, Texts, Users, UsersBefore } from "./stores.js"

const key = Buffer.alloc(32, 7).toString("base64")

describe("ls", () => {
  it.live("lists entries with what is left of their time, in lines or in JSON, of all or of one keyspace", () =>
    Effect.scoped(Effect.gen(function*() {
      const folder = yield* temporaryFolder
      yield* inFolder(folder)(Effect.gen(function*() {
        yield* S3Cache.set(Users.key({ team: "core" }), ["Ada"], { tags: ["people"] })
        yield* S3Cache.set(UsersBefore.key({ team: "core" }), ["Ada"], { tags: ["old"] })
        yield* S3Cache.set(Texts.key("a\u001b[31m\u202eb"), "x", { timeToLive: "1 milli" })
        yield* S3Cache.invalidateTag("old")
      }))
      const all = yield* runCommandLine(["ls", folder])
      assert.strictEqual(all.code, 0)
      assert.match(all.stdout, /^ +BYTES +AGE +LEFT +KEYSPACE +KEY +TAGS\n/)
      assert.match(all.stdout, /59m \d+s +directory\/users:1 +\{"team":"core"\} +people\n/)
      assert.match(all.stdout, /invalidated +directory\/users:0 +\{"team":"core"\} +old\n/)
      assert.match(all.stdout, /expired +texts:1 +"a\\u001b\[31m\\u202eb"\n/)
      assert.notInclude(all.stdout, "\u001b")
      const one = yield* runCommandLine(["ls", folder, "directory/users:0", "--json"])
      const [line = "", ...more] = one.stdout.trimEnd().split("\n")
      const entry = JSON.parse(line)
      assert.deepStrictEqual(
        [more, entry.keyspace, entry.version, entry.verdict, entry.tags],
        [[], "directory/users", "0", "Invalidated", ["old"]]
      )
      const limited = yield* runCommandLine(["ls", folder, "directory/users", "--limit", "1", "--json"])
      assert.strictEqual(limited.stdout.trimEnd().split("\n").length, 1)
      const nothing = yield* runCommandLine(["ls", folder, "users"])
      assert.deepStrictEqual([nothing.code, nothing.stdout], [1, ""])
      assert.strictEqual(nothing.stderr, "there are no entries of users\n")
    })))

  it.live("reads headers only, and ends quietly when nobody reads on", () =>
    Effect.scoped(Effect.gen(function*() {
      const { endpoint, inBucket, requests } = yield* embeddedBucket
      const long = "x".repeat(100_000)
      yield* inBucket("cache/")(
        Effect.forEach(Array.from({ length: 300 }, (_, at) => at), (at) => S3Cache.set(Texts.key(`${at}`), long), {
          concurrency: 8
        })
      )
      const before = (yield* requests).length
      const headed = yield* runCommandLine(["ls", "s3://my-bucket", "--json", ...endpoint], { closeAfter: 1 })
      assert.deepStrictEqual([headed.code, headed.stderr], [0, ""])
      for (const request of (yield* requests).slice(before)) assert.strictEqual(request.method, "GET")
    })))

  it.live("ends cleanly when it is interrupted", () =>
    Effect.scoped(Effect.gen(function*() {
      const { endpoint, inBucket } = yield* embeddedBucket
      yield* inBucket("cache/")(
        Effect.forEach(Array.from({ length: 600 }, (_, at) => at), (at) => S3Cache.set(Texts.key(`${at}`), "x"), {
          concurrency: 8
        })
      )
      const line = ["ls", "s3://my-bucket", "--concurrency", "1", "--json", ...endpoint]
      const { code, signal, stderr, stdout } = yield* runCommandLine(line, { interruptOnOutput: "SIGINT" })
      assert.deepStrictEqual([code, signal, stderr], [130, null, ""])
      assert.isBelow(stdout.trimEnd().split("\n").length, 600)
    })))

  it.live("colours on a terminal, or where it is told to", () =>
    Effect.scoped(Effect.gen(function*() {
      const folder = yield* temporaryFolder
      yield* inFolder(folder)(S3Cache.set(Texts.key("a"), "x", { tags: ["t"] }))
      const coloured = yield* runCommandLine(["ls", folder], { env: { FORCE_COLOR: "1" } })
      assert.include(coloured.stdout, "\u001b[36mt\u001b[39m")
      const plain = yield* runCommandLine(["ls", folder], { env: { FORCE_COLOR: "1", NO_COLOR: "1" } })
      assert.notInclude(plain.stdout, "\u001b")
    })))
})

describe("get", () => {
  it.live("says what a reader would be told", () =>
    Effect.scoped(Effect.gen(function*() {
      const folder = yield* temporaryFolder
      yield* inFolder(folder)(Effect.gen(function*() {
        yield* S3Cache.set(Users.key({ team: "core" }), ["Ada", "Grace"], { tags: ["people"] })
        yield* S3Cache.set(Users.key({ team: "web" }), ["Tim"], { tags: ["web", "old"] })
        yield* S3Cache.set(Texts.key("soon"), "x", { timeToLive: "1 milli" })
        yield* S3Cache.invalidateTag("old")
      }))
      const get = (...line: ReadonlyArray<string>) => runCommandLine(["get", folder, ...line])
      const fresh = yield* get("directory/users", "{ \"team\": \"core\" }")
      assert.deepStrictEqual([fresh.code, fresh.stderr], [0, ""])
      assert.match(fresh.stdout, /^fresh {2}given out for another 59m/)
      assert.match(fresh.stdout, /tags +people\n/)
      assert.include(fresh.stdout, "    \"Ada\",\n    \"Grace\"\n")
      const invalidated = yield* get("directory/users:1", "{\"team\":\"web\"}")
      assert.match(invalidated.stdout, /^invalidated {2}a miss: the tag old was invalidated /)
      const expired = yield* get("texts", "soon")
      assert.match(expired.stdout, /^expired {2}.* ago: a miss, unless readers may have it stale/)
      const absent = yield* get("texts", "never")
      assert.deepStrictEqual([absent.code, absent.stdout], [1, ""])
      assert.match(absent.stderr, /^there is no entry: .*\nthat is version 1 of texts; name another one as texts:2\n$/)
      assert.match((yield* get("texts:1", "never")).stderr, /^there is no entry: .*\n$/)
      const value = yield* get("directory/users", "{\"team\":\"core\"}", "--value")
      assert.deepStrictEqual([value.code, value.stdout], [0, "[\"Ada\",\"Grace\"]\n"])
      const wrong = yield* get("directory/users")
      assert.strictEqual(wrong.code, 2)
      const json = JSON.parse((yield* get("directory/users", "{\"team\":\"core\"}", "--json")).stdout)
      assert.deepStrictEqual([json.verdict, json.value, json.head.tags], ["Fresh", ["Ada", "Grace"], ["people"]])
      const byName = JSON.parse((yield* get(json.object, "--json")).stdout)
      assert.deepStrictEqual(byName.value, ["Ada", "Grace"])
    })))

  it.live("says what is damaged, and what stands in another's place", () =>
    Effect.scoped(Effect.gen(function*() {
      const folder = yield* temporaryFolder
      yield* inFolder(folder)(S3Cache.set(Texts.key("a"), "x".repeat(100)))
      const { object } = JSON.parse((yield* runCommandLine(["get", folder, "texts", "a", "--json"])).stdout)
      const other = `texts/2/${String(object).split("/").at(-1)}`
      const { endpoint, inBucket } = yield* embeddedBucket
      yield* inBucket("cache/")(S3Cache.set(Texts.key("a"), "x"))
      const files = yield* Effect.promise(() => readdir(folder, { recursive: true, withFileTypes: true }))
      const file = files.find((each) => each.isFile())
      if (file === undefined) return assert.fail()
      const path = join(file.parentPath, file.name)
      const bytes = yield* Effect.promise(() => readFile(path))
      bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1
      yield* Effect.promise(() => writeFile(path, bytes))
      const damaged = yield* runCommandLine(["get", folder, "texts", "a"])
      assert.strictEqual(damaged.code, 1)
      assert.match(damaged.stdout, /^unreadable {2}a miss \(Damaged\): the checksum of its payload does not match\n/)
      assert.match(damaged.stdout, /keyspace +texts:1\n/)
      const absent = yield* runCommandLine(["get", "s3://my-bucket", other, ...endpoint])
      assert.strictEqual(absent.code, 1)
    })))

  it.live("decrypts with a key that stands in the environment or in a file, and shows none", () =>
    Effect.scoped(Effect.gen(function*() {
      const folder = yield* temporaryFolder
      const encryption = { keys: [{ id: "k1", key: Redacted.make(key) }] } as const
      yield* inFolder(folder, { encryption })(S3Cache.set(Texts.key("secret"), "hello"))
      const without = yield* runCommandLine(["get", folder, "texts", "secret"])
      assert.strictEqual(without.code, 0)
      assert.match(without.stdout, /^fresh .*, to those who have the key\n/)
      assert.include(without.stdout, "encrypted with k1")
      assert.notInclude(without.stdout, "hello")
      const value = yield* runCommandLine(["get", folder, "texts", "secret", "--value"])
      assert.deepStrictEqual([value.code, value.stdout], [1, ""])
      const withKey = yield* runCommandLine(["get", folder, "texts", "secret", "--value", "--key-env", "KEYS"], {
        env: { KEYS: `k0:${Buffer.alloc(32, 1).toString("base64")},k1:${key}` }
      })
      assert.deepStrictEqual([withKey.code, withKey.stdout], [0, "\"hello\"\n"])
      const file = join(yield* temporaryFolder, "keys")
      yield* Effect.promise(() => writeFile(file, `k1:${key}\n`))
      const withFile = yield* runCommandLine(["get", folder, "texts", "secret", "--value", "--key-file", file])
      assert.deepStrictEqual([withFile.code, withFile.stdout], [0, "\"hello\"\n"])
      const wrongKey = yield* runCommandLine(["get", folder, "texts", "secret", "--key-env", "KEYS"], {
        env: { KEYS: `k1:${Buffer.alloc(32, 1).toString("base64")}` }
      })
      assert.deepStrictEqual([wrongKey.code, wrongKey.stdout.includes("KeyWrong")], [1, true])
      const noKey = yield* runCommandLine(["get", folder, "texts", "secret", "--key-env", "KEYS"], {
        env: { KEYS: "no-key-at-all" }
      })
      assert.strictEqual(noKey.code, 2)
      assert.notInclude(noKey.stderr, "no-key-at-all")
    })))
})
