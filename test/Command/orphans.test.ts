/**
 * `prune --orphans`: contents of a store by size that nothing points to, while programs write.
 */
import { NodeContext } from "@effect/platform-node"
import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, Fiber, Layer, Stream } from "effect"
import { ClientCache } from "effect-aws-cache/ClientLayer"
import { ObjectStore, S3Cache } from "effect-aws-cache/S3Store"
import { readdir, utimes } from "node:fs/promises"
import { join } from "node:path"
import { contentFolder, contentNameOf } from "../../src/S3Store/levels/contentPointer.js"
import * as DynamoDBServer from "../servers/DynamoDBServer.js"
import { runCommandLine } from "./runCommandLine.js"
import { temporaryFolder, Texts, Users } from "./stores.js"

const long = (text: string) => `${text} `.repeat(4000)

const namesIn = (store: ObjectStore) =>
  Effect.map(
    Stream.runCollect(store.list(contentFolder)),
    (objects) => Array.from(objects, ({ name }) => name).sort()
  )

/** A table, and a folder for what is large, where a content can be made as old as one likes. */
const sized = (partitions = 16) =>
  Effect.gen(function*() {
    const { clientConfig, table } = yield* DynamoDBServer.make
    const directory = yield* temporaryFolder
    const small = yield* ObjectStore.makeDynamoDB({ table, clientConfig, partitions })
    const large = yield* ObjectStore.makeFileSystem({ directory })
    const store = yield* ObjectStore.makeBySize({ small, large })
    const options = ["--endpoint", String(clientConfig.endpoint), "--large", directory]
    return {
      ...{ small, large, store, directory },
      /** Every other process: it has seen nothing before. */
      inBoth: <A, E>(use: Effect.Effect<A, E, S3Cache>, over = store) =>
        Effect.provide(use, Layer.provide(S3Cache.layer(), Layer.succeed(ObjectStore, over))),
      /** What was written until now was written two days ago. */
      twoDaysPass: Effect.gen(function*() {
        const then = new Date(Date.now() - 2 * 86_400_000)
        const files = yield* Effect.promise(() => readdir(directory, { recursive: true, withFileTypes: true }))
        for (const file of files) {
          if (file.isFile()) yield* Effect.promise(() => utimes(join(file.parentPath, file.name), then, then))
        }
      }),
      /** A content that nothing points to, as a process leaves it that is killed before it writes the pointer. */
      leave: (name: string, generation: number) =>
        large.save(contentNameOf(name, String(generation).padStart(24, "0")), new Uint8Array(10_000)),
      prune: (...words: ReadonlyArray<string>) =>
        runCommandLine(["prune", `dynamodb://${table}`, ...words, ...options]),
      /** The same with another prefix. */
      pruneElsewhere: (...words: ReadonlyArray<string>) =>
        runCommandLine(["prune", `dynamodb://${table}/other`, ...words, ...options])
    }
  })

const withServices = <A, E, R>(test: Effect.Effect<A, E, R>) =>
  Effect.provide(test, Layer.merge(ClientCache.layer(), NodeContext.layer))

describe("prune --orphans", () => {
  it.scopedLive("counts and removes contents that are old and that nothing points to", () =>
    withServices(Effect.gen(function*() {
      const { directory, inBoth, large, leave, prune, twoDaysPass } = yield* sized()
      yield* inBoth(S3Cache.set(Texts.key("kept"), long("kept")))
      yield* leave(Texts.key("kept").objectName, 1)
      yield* leave(Texts.key("gone").objectName, 2)
      yield* leave(Users.key({ team: "core" }).objectName, 3)
      yield* twoDaysPass
      yield* leave(Texts.key("young").objectName, 4)

      const seen = yield* prune("--orphans", "--dry-run")
      assert.strictEqual(seen.code, 0, seen.stderr)
      assert.include(seen.stdout, "would remove 3 objects, 29.3 KiB, leaving 1 entry")
      assert.match(seen.stdout, /contents that nothing points to +3 +29\.3 KiB/)
      assert.include(seen.stdout, `5 contents of large entries looked at in ${directory}`)
      assert.strictEqual((yield* namesIn(large)).length, 5)

      const some = JSON.parse((yield* prune("texts", "--orphans", "--yes", "--json")).stdout)
      assert.deepInclude(some, {
        dryRun: false,
        contents: 4,
        removed: { entries: 2, bytes: 20_000, because: { orphan: { entries: 2, bytes: 20_000 } } }
      })
      const rest = JSON.parse((yield* prune("--orphans", "--yes", "--json")).stdout)
      assert.deepInclude(rest, {
        contents: 3,
        removed: { entries: 1, bytes: 10_000, because: { orphan: { entries: 1, bytes: 10_000 } } }
      })
      assert.strictEqual((yield* namesIn(large)).length, 2)
      assert.strictEqual(yield* inBoth(S3Cache.get(Texts.key("kept"))), long("kept"))
      const nothing = yield* prune("--orphans", "--yes")
      assert.include(nothing.stdout, "nothing to remove")
    })))

  it.scopedLive("goes with other rules, whose contents it does not count twice", () =>
    withServices(Effect.gen(function*() {
      const { inBoth, large, leave, prune, twoDaysPass } = yield* sized()
      yield* inBoth(S3Cache.set(Texts.key("old"), long("old")))
      yield* leave(Texts.key("gone").objectName, 1)
      yield* twoDaysPass
      const rules = ["--older-than", "0s", "--orphans", "--json"]
      const because = (result: { readonly stdout: string }): unknown => JSON.parse(result.stdout).removed.because
      const expected = { old: { entries: 1 }, orphan: { entries: 1, bytes: 10_000 } }
      const dry = because(yield* prune(...rules, "--dry-run"))
      assert.containSubset(dry, expected)
      assert.deepStrictEqual(because(yield* prune(...rules, "--yes")), dry)
      assert.deepStrictEqual(yield* namesIn(large), [])
    })))

  it.scopedLive("takes nothing from writers that are at work meanwhile", () =>
    withServices(Effect.gen(function*() {
      const { inBoth, large, leave, prune, small, twoDaysPass } = yield* sized()
      const keys = Array.from({ length: 20 }, (_, at) => Texts.key(`text-${at}`))
      yield* inBoth(Effect.forEach(keys, (key) => S3Cache.set(key, long("before"))))
      for (let at = 0; at < 20; at++) yield* leave(Texts.key(`text-${at}`).objectName, at)
      yield* twoDaysPass

      // One has written its content, and not yet the pointer to it.
      const isHeld = yield* Deferred.make<void>()
      const mayGoOn = yield* Deferred.make<void>()
      const held = (name: string, body: Uint8Array) =>
        Effect.zipRight(
          Effect.zipRight(Deferred.succeed(isHeld, undefined), Deferred.await(mayGoOn)),
          small.save(name, body)
        )
      const slow = yield* ObjectStore.makeBySize({ small: { ...small, save: held, saveOnce: undefined }, large })
      const late = yield* Effect.fork(inBoth(S3Cache.set(Texts.key("late"), long("late")), slow))
      yield* Deferred.await(isHeld)
      // The others write as fast as they can, entries that grow and shrink.
      let rounds = 0
      const writing = yield* Effect.fork(
        inBoth(Effect.forever(
          Effect.suspend(() => {
            const text = ++rounds % 3 === 0 ? `short ${rounds}` : long(`round ${rounds}`)
            return Effect.forEach(keys.slice(0, 10), (key) => S3Cache.set(key, text), { concurrency: 5 })
          })
        ))
      )
      const first = yield* prune("--orphans", "--orphans-after", "1h", "--yes", "--json")
      const second = yield* prune("--orphans", "--orphans-after", "1h", "--yes", "--json")
      yield* Fiber.interrupt(writing)
      yield* Deferred.succeed(mayGoOn, undefined)
      yield* Fiber.join(late)

      assert.strictEqual(first.code, 0, first.stderr)
      assert.deepStrictEqual(JSON.parse(first.stdout).removed.because.orphan, { entries: 20, bytes: 200_000 })
      assert.strictEqual(JSON.parse(second.stdout).removed.entries, 0)
      assert.isAbove(rounds, 1)
      for (const key of keys.slice(0, 10)) {
        assert.match(yield* inBoth(S3Cache.get(key)), /^(before|round|short) /)
      }
      for (const key of keys.slice(10)) assert.strictEqual(yield* inBoth(S3Cache.get(key)), long("before"))
      assert.strictEqual(yield* inBoth(S3Cache.get(Texts.key("late"))), long("late"))
    })))

  it.scopedLive("refuses a table whose names are over another number of partitions", () =>
    withServices(Effect.gen(function*() {
      for (const [written, asked] of [[64, undefined], [16, 64], [100, undefined], [7, 3]] as const) {
        const { inBoth, large, prune, twoDaysPass } = yield* sized(written)
        yield* inBoth(Effect.forEach(
          Array.from({ length: 300 }, (_, at) => Texts.key(`text-${at}`)),
          (key, at) => S3Cache.set(key, at < 20 ? long("kept") : "short"),
          { concurrency: 10 }
        ))
        yield* twoDaysPass
        const options = ["--orphans", "--yes", ...asked === undefined ? [] : ["--partitions", String(asked)]]
        const refused = yield* prune(...options)
        assert.strictEqual(refused.code, 2, `${written} and ${asked}`)
        assert.include(refused.stderr, "say --partitions as programs do")
        const done = yield* prune("--orphans", "--yes", "--partitions", String(written))
        assert.include(done.stdout, "nothing to remove")
        assert.strictEqual((yield* namesIn(large)).length, 20)
      }
    })))

  it.scopedLive("refuses what would take away the contents of others", () =>
    withServices(Effect.gen(function*() {
      const { directory, large, leave, prune, pruneElsewhere, twoDaysPass, inBoth } = yield* sized()
      yield* inBoth(S3Cache.set(Texts.key("kept"), long("kept")))
      yield* twoDaysPass
      const elsewhere = yield* pruneElsewhere("--orphans", "--yes")
      assert.strictEqual(elsewhere.code, 2)
      assert.include(elsewhere.stderr, `and all contents in ${directory} would go: is it their store?`)
      assert.strictEqual((yield* namesIn(large)).length, 1)
      yield* leave(Texts.key("gone").objectName, 1)
      const soon = yield* prune("--orphans", "--orphans-after", "59m", "--yes")
      assert.strictEqual(soon.code, 2)
      assert.include(soon.stderr, "--orphans-after: 1h at least")
      const alone = yield* prune("--expired", "--orphans-after", "2h", "--yes")
      assert.include(alone.stderr, "--orphans-after is for --orphans")
      const one = yield* runCommandLine(["prune", directory, "--orphans", "--yes"])
      assert.strictEqual(one.code, 2)
      assert.include(one.stderr, "--orphans is for stores by size")
    })))
})
