import { NodeContext } from "@effect/platform-node"
import { assert, describe, it } from "@effect/vitest"
import { Context, Effect, Layer, Stream } from "effect"
import { ObjectStore } from "effect-aws-cache/S3Store"
import { execFileSync } from "node:child_process"
import * as Fs from "node:fs"
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"

const name = "space/1/object"

/** A store in a folder, with one object, and the file that holds it. */
const makeFolder = Effect.gen(function*() {
  const parent = yield* Effect.acquireRelease(
    Effect.promise(() => mkdtemp(join(tmpdir(), "hostile-"))),
    (folder) => Effect.promise(() => rm(folder, { recursive: true }))
  )
  const directory = join(parent, "store")
  const store = yield* openStore(directory)
  yield* store.save(name, Buffer.from("one"))
  return { parent, directory, store, file: filesIn(directory)[0]?.path ?? "" }
})

const openStore = (directory: string) =>
  Effect.map(
    Layer.build(Layer.provide(ObjectStore.layerFileSystem({ directory }), NodeContext.layer)),
    Context.get(ObjectStore)
  )

const filesIn = (directory: string) =>
  Fs.readdirSync(directory, { recursive: true, encoding: "utf8" }).map((each) => {
    const path = join(directory, each)
    const stat = Fs.lstatSync(path)
    return { path, mode: (stat.mode & 0o777).toString(8), isFolder: stat.isDirectory() }
  }).filter(({ isFolder }) => !isFolder)

const foldersIn = (directory: string) =>
  Fs.readdirSync(directory, { recursive: true, encoding: "utf8" })
    .map((each) => Fs.statSync(join(directory, each)))
    .filter((stat) => stat.isDirectory())

const textOf = (store: ObjectStore) =>
  Effect.map(store.load(name), (object) => object._tag === "Found" ? Buffer.from(object.body).toString() : object._tag)

const listed = (store: ObjectStore) => Effect.map(Stream.runCollect(store.list("space/")), (all) => all.length)

describe("fileSystemObjectStore: a folder that others meddle with", () => {
  it.scoped("files and folders are for their owner only", () =>
    Effect.gen(function*() {
      const { directory, store } = yield* makeFolder
      yield* store.add("space/1/other", Buffer.from("x"))
      yield* store.remove("space/1/other")
      assert.deepStrictEqual([...new Set(filesIn(directory).map(({ mode }) => mode))], ["600"])
      assert.deepStrictEqual([...new Set(foldersIn(directory).map(({ mode }) => (mode & 0o777).toString(8)))], ["700"])
      assert.strictEqual((Fs.statSync(directory).mode & 0o777).toString(8), "700")
    }))

  for (
    const version of ["7", "9999999999998", "9999999999999", "10000000000000", "99999999999999", "999999999999999999"]
  ) {
    for (const content of ["", "0123456789abcdefplanted"]) {
      it.scoped(`a file of version ${version} with ${content.length} bytes, planted, hides no write`, () =>
        Effect.gen(function*() {
          const { file, store } = yield* makeFolder
          Fs.writeFileSync(file.replace(/\d+$/, version), content)
          for (const text of ["two", "three", "four"]) {
            yield* store.save(name, Buffer.from(text))
            assert.strictEqual(yield* textOf(store), text)
          }
          yield* store.remove(name)
          assert.strictEqual(yield* textOf(store), "Absent")
          assert.strictEqual((yield* store.add(name, Buffer.from("five")))._tag, "Written")
          assert.strictEqual(yield* textOf(store), "five")
          assert.strictEqual(yield* listed(store), 1)
        }))
    }
  }

  const planted: Readonly<Record<string, (path: string) => void>> = {
    "a pipe": (path) => void execFileSync("mkfifo", [path]),
    "a folder": (path) => void Fs.mkdirSync(path),
    "a link to a file": (path) => {
      Fs.writeFileSync(join(dirname(path), "secret"), "0123456789abcdefsecret")
      Fs.symlinkSync(join(dirname(path), "secret"), path)
    },
    "a link to nothing": (path) => void Fs.symlinkSync("/nowhere", path),
    "a device": (path) => void Fs.symlinkSync("/dev/zero", path)
  }
  for (const [what, plant] of Object.entries(planted)) {
    it.scoped(`${what} in place of a version is none, and holds nobody`, () =>
      Effect.gen(function*() {
        const { file, store } = yield* makeFolder
        plant(file.replace(/\d+$/, "5"))
        assert.strictEqual(yield* textOf(store), "one")
        assert.strictEqual(yield* listed(store), 1)
        yield* store.save(name, Buffer.from("two"))
        assert.strictEqual(yield* textOf(store), "two")
        yield* store.remove(name)
        assert.strictEqual(yield* textOf(store), "Absent")
      }))
  }

  it.scoped("a folder that is a link is refused by every operation", () =>
    Effect.gen(function*() {
      const { directory, parent } = yield* makeFolder
      Fs.renameSync(join(directory, "space.d"), join(parent, "elsewhere"))
      Fs.symlinkSync(join(parent, "elsewhere"), join(directory, "space.d"))
      const store = yield* openStore(directory)
      const operations = [
        store.load(name),
        store.save(name, Buffer.from("x")),
        store.add(name, Buffer.from("x")),
        store.replace(name, Buffer.from("x"), "e"),
        store.remove(name),
        store.removeIfMatch(name, "e"),
        store.removeAll([name]),
        listed(store)
      ]
      for (const operation of operations) {
        const error = yield* Effect.flip(operation)
        assert.deepStrictEqual([error._tag, error.reason], ["ObjectStoreError", "AccessDenied"])
      }
      assert.strictEqual(filesIn(join(parent, "elsewhere")).length, 1)
    }))

  it.scoped("a root that is a link is the user's choice", () =>
    Effect.gen(function*() {
      const { directory, parent } = yield* makeFolder
      Fs.symlinkSync(directory, join(parent, "link"))
      const store = yield* openStore(join(parent, "link"))
      assert.strictEqual(yield* textOf(store), "one")
    }))
})
