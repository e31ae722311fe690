import { NodeContext } from "@effect/platform-node"
import { assert, describe, it } from "@effect/vitest"
import { Context, Effect, Layer, Stream, TestClock } from "effect"
import { ObjectStore } from "effect-aws-cache/S3Store"
import { type ChildProcess, spawn } from "node:child_process"
import { createHash } from "node:crypto"
import { once } from "node:events"
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { createInterface } from "node:readline"
import { fileURLToPath } from "node:url"
import { property } from "../../support/property.js"
import { turns } from "../../support/until.js"

const worker = fileURLToPath(new URL("../../../build/test/support/folderWorker.js", import.meta.url))

const temporaryFolder = Effect.acquireRelease(
  Effect.promise(() => mkdtemp(join(tmpdir(), "objects-"))),
  (folder) => Effect.promise(() => rm(folder, { recursive: true }))
)

const storeIn = (directory: string, maxObjectBytes?: number) =>
  Effect.map(
    Layer.build(Layer.provide(ObjectStore.layerFileSystem({ directory, maxObjectBytes }), NodeContext.layer)),
    Context.get(ObjectStore)
  )

/** A process that works on a folder; it is killed at the end at the latest. */
const spawned = (folder: string, work: "add" | "count" | "write", count = 1) =>
  Effect.acquireRelease(
    Effect.promise(async () => {
      const child = spawn(process.execPath, ["--no-warnings", worker, folder, work, String(count)], {
        stdio: ["ignore", "pipe", "inherit"]
      })
      const ended = once(child, "close")
      const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
      await lines.next()
      const result = lines.next().then(({ value }): unknown => value === undefined ? undefined : JSON.parse(value))
      return { child, ended, result }
    }),
    ({ child, ended }) => killed(child, ended)
  )

const killed = (child: ChildProcess, ended: Promise<unknown>) =>
  Effect.promise(async () => {
    child.kill("SIGKILL")
    await ended
  })

const textOf = (store: ObjectStore, name: string) =>
  Effect.map(store.load(name), (object) => object._tag === "Found" ? Buffer.from(object.body).toString() : object._tag)

/** Waits until one of the objects is there that are never removed. */
const someWritten = (store: ObjectStore): Effect.Effect<void, unknown> =>
  Effect.flatMap(
    Stream.runCollect(store.list("space/1/")),
    (objects) =>
      Array.from(objects).some(({ name }) => name.length === "space/1/0".length)
        ? Effect.void
        : Effect.zipRight(turns(20), someWritten(store))
  )

/** Every file below a folder, as paths from it. */
const filesBelow = (folder: string) =>
  Effect.promise(async () =>
    (await readdir(folder, { recursive: true, withFileTypes: true }))
      .filter((file) => file.isFile())
      .map((file) => join(file.parentPath, file.name))
  )

describe("fileSystemObjectStore", () => {
  it.scoped("four processes that add the same 100 objects: each has exactly one writer", () =>
    Effect.gen(function*() {
      const folder = yield* temporaryFolder
      const workers = yield* Effect.forEach([1, 2, 3, 4], () => spawned(folder, "add", 100), {
        concurrency: "unbounded"
      })
      const store = yield* storeIn(folder)
      const writerOf = new Map<string, string>()
      for (const { child, result } of workers) {
        const written = yield* Effect.promise(() => result)
        assert.isArray(written)
        for (const name of Array.isArray(written) ? written : []) {
          assert.isFalse(writerOf.has(name), `${name} has two writers`)
          writerOf.set(name, String(child.pid))
        }
      }
      assert.strictEqual(writerOf.size, 100)
      for (const [name, writer] of writerOf) assert.strictEqual(yield* textOf(store, name), writer)
    }))

  it.scoped("four processes that count together lose no step", () =>
    Effect.gen(function*() {
      const folder = yield* temporaryFolder
      const store = yield* storeIn(folder)
      yield* store.save("counter", Buffer.from("0"))
      const workers = yield* Effect.forEach([1, 2, 3, 4], () => spawned(folder, "count", 50), {
        concurrency: "unbounded"
      })
      let doubts = 0
      for (const { result } of workers) doubts += Number(yield* Effect.promise(() => result))
      const counter = Number((yield* textOf(store, "counter")).split(" ")[0])
      assert.isAtLeast(counter, 200)
      assert.isAtMost(counter, 200 + doubts)
      // One file is left of all versions.
      assert.strictEqual((yield* filesBelow(folder)).length, 1)
    }))

  it.scoped("a process that is killed at any moment leaves every object whole, or none", () =>
    Effect.gen(function*() {
      const folder = yield* temporaryFolder
      const store = yield* storeIn(folder)
      // 50 times in the heavy suite.
      const kills = Math.min(50, 2 * (property(1).numRuns ?? 1))
      let whole = 0
      for (let round = 0; round < kills; round++) {
        yield* Effect.scoped(Effect.gen(function*() {
          yield* spawned(folder, "write")
          yield* someWritten(store)
          yield* turns(1 + 997 * round % 3000)
        }))
        for (let at = 0; at < 20; at++) {
          const object = yield* store.load(`space/1/${at}`)
          if (object._tag === "Absent") continue
          const body = object._tag === "Found" ? Buffer.from(object.body) : assert.fail(object._tag)
          assert.isTrue(createHash("sha256").update(body.subarray(32)).digest().equals(body.subarray(0, 32)))
          whole++
        }
      }
      assert.isAbove(whole, 0)
      // What the killed left behind is in nobody's way, and goes after an hour.
      yield* TestClock.setTime(Date.now() + 2 * 3_600_000)
      const listed = Array.from(yield* Stream.runCollect(store.list("")))
      const files = yield* filesBelow(folder)
      assert.isEmpty(files.filter((file) => file.includes("~")))
      assert.isAtLeast(files.length, listed.length)
    }))

  it.scoped("removals and temporary files are swept after an hour, and nothing else is", () =>
    Effect.gen(function*() {
      const folder = yield* temporaryFolder
      const store = yield* storeIn(folder)
      for (const name of ["kept", "removed"]) yield* store.save(name, Buffer.from(name))
      yield* store.remove("removed")
      const [file = ""] = yield* filesBelow(folder)
      yield* Effect.promise(() => writeFile(join(file, "../~left"), "by a process that was killed"))
      const count = Effect.map(filesBelow(folder), (files) => files.length)
      assert.strictEqual(yield* count, 3)
      yield* TestClock.setTime(Date.now() + 3_500_000)
      yield* Stream.runDrain(store.list(""))
      assert.strictEqual(yield* count, 3)
      yield* TestClock.setTime(Date.now() + 3_700_000)
      const names = Array.from(yield* Stream.runCollect(store.list(""))).map(({ name }) => name)
      assert.deepStrictEqual(names, ["kept"])
      assert.strictEqual(yield* count, 1)
      assert.strictEqual(yield* textOf(store, "kept"), "kept")
    }))

  for (const name of ["", ".", "..", "/a", "a/", "a//b", "a/../b", "../a", "a\\b", "a\0b", "ü", "a b", "~a", "C:a"]) {
    it.scoped(`refuses the name ${JSON.stringify(name)}`, () =>
      Effect.gen(function*() {
        const folder = yield* temporaryFolder
        const store = yield* storeIn(join(folder, "inside"))
        const requests: ReadonlyArray<Effect.Effect<unknown, { readonly reason: string }>> = [
          store.load(name),
          store.save(name, Buffer.from("a")),
          store.add(name, Buffer.from("a")),
          store.replace(name, Buffer.from("a"), ""),
          store.remove(name),
          store.removeIfMatch(name, ""),
          store.removeAll([name])
        ]
        for (const request of requests) assert.strictEqual((yield* Effect.flip(request)).reason, "BadName")
        assert.isEmpty(yield* Effect.promise(() => readdir(folder)))
      }))
  }

  it.scoped("does not read what is too large, but its first bytes", () =>
    Effect.gen(function*() {
      const store = yield* storeIn(yield* temporaryFolder, 1000)
      yield* store.save("a", Buffer.alloc(1000))
      assert.strictEqual((yield* store.load("a"))._tag, "Found")
      yield* store.save("a", Buffer.alloc(1001))
      assert.deepInclude(yield* store.load("a"), { _tag: "TooLarge", size: 1001 })
      assert.deepInclude(yield* store.load("a", { firstBytes: 3 }), { _tag: "Found", size: 1001 })
    }))

  it.scoped("a folder that cannot be used is a typed failure", () =>
    Effect.gen(function*() {
      const folder = yield* temporaryFolder
      yield* Effect.promise(() => writeFile(join(folder, "file"), "no folder"))
      const store = yield* storeIn(join(folder, "file"))
      const error = yield* Effect.flip(store.save("a", Buffer.from("a")))
      assert.strictEqual(error._tag, "ObjectStoreError")
      assert.include(error.message, "save of ")
    }))

  it.scoped("options that make no sense are refused", () =>
    Effect.gen(function*() {
      const empty = yield* Effect.flip(storeIn(" "))
      assert.include(empty.message, "directory is \" \", but must be the path of a folder")
      const none = yield* Effect.flip(storeIn("folder", 0))
      assert.include(none.message, "maxObjectBytes is 0, but must be a whole number of bytes above 0")
    }))
})
