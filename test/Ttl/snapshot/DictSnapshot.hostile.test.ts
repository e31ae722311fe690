import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import * as FileSystem from "@effect/platform/FileSystem"
import { assert, describe, it } from "@effect/vitest"
import { DictSnapshot, DictSnapshotError, TtlDict } from "effect-aws-cache/Ttl"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as TestClock from "effect/TestClock"
import * as fc from "fast-check"
import { execFileSync } from "node:child_process"
import process from "node:process"
import { amount } from "../../support/property.js"
import { until } from "../../support/until.js"
import { warnings } from "../../support/warnings.js"

const folder = Effect.flatMap(FileSystem.FileSystem, (fs) => fs.makeTempDirectoryScoped())

const form = { name: "docs", key: Schema.String, value: Schema.Unknown }

interface Tree {
  readonly children: ReadonlyArray<Tree>
}
const Tree: Schema.Schema<Tree> = Schema.Struct({ children: Schema.Array(Schema.suspend(() => Tree)) })

/** A value nested so deep, made in one of several ways. */
const deep = (depth: number, kind: number): unknown => {
  let value: unknown = 1
  for (let at = 0; at < depth; at++) {
    if (kind === 0) value = { d: value }
    else if (kind === 1) value = [value]
    else if (kind === 2) value = new Map([["d", value]])
    else if (kind === 3) value = new Set([value])
    else value = new Map([[{ d: value }, 0]])
  }
  return value
}

/** Objects in a list, each of which leads to the next one: a clone of it is as deep as it is long. */
const linked = (count: number): unknown => {
  const nodes = Array.from({ length: count }, (): { next?: unknown } => ({}))
  for (const [at, node] of nodes.entries()) node.next = nodes[at + 1]
  return nodes
}

/** The same, but that a clone finds each object before it needs it, and is not deep at all. */
const backwards = (count: number): unknown => {
  const nodes = Array.from({ length: count }, (): { next?: unknown } => ({}))
  for (const [at, node] of nodes.entries()) node.next = nodes[at - 1]
  return nodes
}

const tree = (depth: number): Tree => {
  let value: Tree = { children: [] }
  for (let at = 0; at < depth; at++) value = { children: [value] }
  return value
}

/** Takes a snapshot of these entries, and brings it back elsewhere. */
const there = <V, VI>(value: Schema.Schema<V, VI>, entries: Iterable<readonly [string, V]>) =>
  Effect.gen(function*() {
    const path = `${yield* folder}/dict`
    const { logger } = warnings()
    const dict = yield* TtlDict.make<string, V>({ maxBytes: "256M" })
    for (const [key, value] of entries) yield* dict.set(key, value)
    const shape = { name: "docs", key: Schema.String, value }
    const taken = yield* Effect.provide(DictSnapshot.snapshot(dict, shape, path), logger)
    const again = yield* TtlDict.make<string, V>({ maxBytes: "256M" })
    const back = yield* DictSnapshot.restore(again, shape, path)
    return { taken, back, keys: yield* again.keys, values: yield* again.values }
  })

const good = Array.from({ length: 100 }, (_, at) => [`good ${at}`, at] as const)

/** A file system in which one kind of operation on a file never ends, and cannot be interrupted where that is so. */
const hanging = (operation: "stat" | "open" | "read" | "writeAll" | "sync" | "rename", seen: { hangs: boolean }) => {
  const hang = Effect.uninterruptible(Effect.zipRight(Effect.sync(() => (seen.hangs = true)), Effect.never))
  return Layer.effect(
    FileSystem.FileSystem,
    Effect.map(FileSystem.FileSystem, (fs): FileSystem.FileSystem => ({
      ...fs,
      ...(operation === "stat" ? { stat: () => hang } : {}),
      ...(operation === "rename" ? { rename: () => hang } : {}),
      open: (path, options) =>
        operation === "open"
          ? hang
          : Effect.map(fs.open(path, options), (file): FileSystem.File => {
            const own: PropertyDescriptor = { value: operation === "sync" ? hang : () => hang }
            return ["read", "writeAll", "sync"].includes(operation) ? Object.create(file, { [operation]: own }) : file
          })
    }))
  )
}

/** A file system that tells this of every file. */
const telling = (info: Partial<FileSystem.File.Info>) =>
  Layer.effect(
    FileSystem.FileSystem,
    Effect.map(FileSystem.FileSystem, (fs): FileSystem.FileSystem => ({
      ...fs,
      open: (path, options) =>
        Effect.map(fs.open(path, options), (file): FileSystem.File =>
          Object.create(file, {
            stat: { value: Effect.map(file.stat, (told): FileSystem.File.Info => ({ ...told, ...info })) }
          }))
    }))
  )

const restored = (path: string, options?: DictSnapshot.RestoreOptions) =>
  Effect.gen(function*() {
    const { logger, messages } = warnings()
    const dict = yield* TtlDict.make<string, unknown>()
    const { outcome } = yield* Effect.provide(DictSnapshot.restore(dict, form, path, options), logger)
    return { outcome, warned: messages().join("\n") }
  })

const take = (path: string, options?: DictSnapshot.SnapshotOptions) =>
  Effect.gen(function*() {
    const dict = yield* TtlDict.make<string, unknown>()
    for (const [key, value] of good) yield* dict.set(key, value)
    return yield* DictSnapshot.snapshot(dict, form, path, options)
  })

describe("what cannot be read back", () => {
  it.layer(NodeFileSystem.layer)((it) => {
    it.effect(
      "is left out and counted, and costs nothing else, however deep it is nested",
      () =>
        Effect.promise(() =>
          fc.assert(
            fc.asyncProperty(
              fc.array(fc.tuple(fc.integer({ min: 1, max: 30_000 }), fc.nat(4)), { minLength: 1, maxLength: 4 }),
              (shapes) =>
                Effect.gen(function*() {
                  const bad = shapes.map(([depth, kind], at) => [`deep ${at}`, deep(depth, kind)] as const)
                  const { back, keys, taken } = yield* there(Schema.Unknown, [...good.slice(50), ...bad, ...good])
                  assert.strictEqual(taken.entries + taken.skipped, 100 + bad.length)
                  const left = keys.filter((key) => key.startsWith("good"))
                  assert.lengthOf(left, 100)
                  // What was written comes back, and nothing deep is written.
                  const expected = { outcome: "restored", entries: taken.entries, expired: 0, skipped: 0, refused: 0 }
                  assert.deepStrictEqual(back, expected)
                  assert.lengthOf(keys, taken.entries)
                  const shallow = shapes.filter(([depth, kind]) => (kind === 4 ? 2 * depth : depth) < 999)
                  assert.strictEqual(taken.entries, 100 + shallow.length)
                }).pipe(Effect.scoped, Effect.provide(NodeFileSystem.layer), Effect.runPromise)
            ),
            { numRuns: amount(10, 50) }
          )
        )
    )

    it.scoped("is known by how deep the clone is, not the value", () =>
      Effect.gen(function*() {
        const entries = [["linked", linked(5000)], ["backwards", backwards(5000)], ["short", linked(500)]] as const
        const { back, keys, taken } = yield* there(Schema.Unknown, [...entries, ...good])
        assert.deepStrictEqual(taken, { entries: 102, skipped: 1 })
        assert.strictEqual(back.entries, 102)
        assert.deepStrictEqual(keys.slice(0, 2), ["backwards", "short"])
      }))

    it.scoped("is left out where it is the schema that goes too deep", () =>
      Effect.gen(function*() {
        const shallow = Array.from({ length: 20 }, (_, at) => [`good ${at}`, tree(at)] as const)
        const { back, keys, taken } = yield* there(Tree, [
          ...shallow,
          ["deep", tree(400)],
          ["too deep", tree(100_000)],
          ...shallow.slice(0, 2)
        ])
        assert.isAtLeast(taken.skipped, 1)
        assert.strictEqual(taken.entries + taken.skipped, 22)
        assert.strictEqual(back.entries, taken.entries)
        assert.lengthOf(keys.filter((key) => key.startsWith("good")), 20)
      }))

    it.scoped("is left out where a schema does not accept what it encoded, or throws", () =>
      Effect.gen(function*() {
        const odd = Schema.transform(Schema.Number, Schema.Number, {
          strict: true,
          decode: (value) => {
            if (value === 3) throw new Error("three")
            return value
          },
          encode: (value) => {
            if (value === 5) throw new Error("five")
            return value
          }
        })
        const Small = Schema.transform(Schema.Number.pipe(Schema.lessThan(10)), Schema.Number, {
          strict: true,
          decode: (value) => value,
          encode: (value) => value
        })
        const numbers = Array.from({ length: 20 }, (_, at) => [`${at}`, at] as const)
        const thrown = yield* there(odd, numbers)
        assert.deepStrictEqual(thrown.taken, { entries: 18, skipped: 2 })
        assert.strictEqual(thrown.back.entries, 18)
        const small = yield* there(Small, numbers)
        assert.deepStrictEqual(small.taken, { entries: 10, skipped: 10 })
        assert.deepStrictEqual(small.back, { outcome: "restored", entries: 10, expired: 0, skipped: 0, refused: 0 })
      }))

    it.scoped("keeps buffers that come back in memory of their own", () =>
      Effect.gen(function*() {
        const bytes = Array.from({ length: 100 }, (_, at) => [`${at}`, new Uint8Array(1000).fill(at)] as const)
        const { back, values } = yield* there(Schema.Uint8ArrayFromSelf, bytes)
        assert.strictEqual(back.entries, 100)
        for (const [at, value] of values.entries()) {
          assert.deepStrictEqual([value[0], value[999], value.length], [at, at, 1000])
          assert.isBelow(value.buffer.byteLength, 1200)
        }
      }))
  })
})

describe("a snapshot in a hostile place", () => {
  it.layer(NodeFileSystem.layer)((it) => {
    it.scoped("is not used when anybody but its owner may use it", () =>
      Effect.gen(function*() {
        const fs = yield* FileSystem.FileSystem
        const path = `${yield* folder}/dict`
        yield* take(path)
        for (const mode of [0o600, 0o400, 0o700]) {
          yield* fs.chmod(path, mode)
          assert.strictEqual((yield* restored(path)).outcome, "restored", mode.toString(8))
        }
        for (const mode of [0o644, 0o640, 0o620, 0o610, 0o604, 0o602, 0o601, 0o666, 0o777]) {
          yield* fs.chmod(path, mode)
          const { outcome, warned } = yield* restored(path)
          assert.strictEqual(outcome, "unusable", mode.toString(8))
          assert.include(warned, `(mode ${mode.toString(8)})`)
          assert.include(warned, "make it 600")
        }
      }))

    it.scoped("is not used when it belongs to somebody else", () =>
      Effect.gen(function*() {
        const fs = yield* FileSystem.FileSystem
        const path = `${yield* folder}/dict`
        yield* take(path)
        const user = process.geteuid?.() ?? 0
        const of = (uid: Option.Option<number>) => Effect.provide(restored(path), telling({ uid }))
        assert.strictEqual((yield* of(Option.some(user))).outcome, "restored")
        assert.strictEqual((yield* of(Option.none())).outcome, "restored")
        const told = yield* of(Option.some(user + 1))
        assert.strictEqual(told.outcome, "unusable")
        assert.include(told.warned, "belongs to another user")
        // With a real file, where this is allowed to give files away.
        const given = yield* Effect.option(fs.chown(path, user + 1, 0))
        if (Option.isSome(given)) assert.strictEqual((yield* restored(path)).outcome, "unusable")
      }))

    it.scoped("that is a pipe, a device, a folder or a link to them is no snapshot, and nobody waits for it", () =>
      Effect.gen(function*() {
        const fs = yield* FileSystem.FileSystem
        const here = yield* folder
        execFileSync("mkfifo", ["-m", "600", `${here}/pipe`])
        yield* fs.symlink(`${here}/pipe`, `${here}/link`)
        for (const path of [`${here}/pipe`, `${here}/link`, here, "/dev/zero", "/dev/null", "/dev/tty"]) {
          const { outcome, warned } = yield* restored(path)
          assert.strictEqual(outcome, "unusable", path)
          assert.include(warned, "is not used")
        }
      }))

    it.scoped("that has become a pipe when it was opened is no snapshot", () =>
      Effect.gen(function*() {
        const path = `${yield* folder}/dict`
        yield* take(path)
        const { outcome, warned } = yield* Effect.provide(restored(path), telling({ type: "FIFO" }))
        assert.strictEqual(outcome, "unusable")
        assert.include(warned, "no file (FIFO)")
      }))

    it.scoped("replaces a pipe when it is written", () =>
      Effect.gen(function*() {
        const path = `${yield* folder}/dict`
        execFileSync("mkfifo", [path])
        yield* take(path)
        assert.strictEqual((yield* restored(path)).outcome, "restored")
      }))

    for (const operation of ["stat", "open", "read"] as const) {
      it.scoped(`ends within its time limit, and can be interrupted, where ${operation} hangs`, () =>
        Effect.gen(function*() {
          const path = `${yield* folder}/dict`
          yield* take(path)
          for (const timeout of [undefined, "5 seconds"] as const) {
            const seen = { hangs: false }
            const fiber = yield* Effect.fork(Effect.provide(restored(path, { timeout }), hanging(operation, seen)))
            yield* until(() => seen.hangs)
            yield* TestClock.adjust(timeout ?? "1 minute")
            yield* TestClock.adjust("1 second")
            const { outcome, warned } = yield* Fiber.join(fiber)
            assert.strictEqual(outcome, "unusable")
            assert.include(warned, `took longer than ${timeout === undefined ? "1m" : "5s"}`)
          }
          const seen = { hangs: false }
          const fiber = yield* Effect.fork(Effect.provide(restored(path), hanging(operation, seen)))
          yield* until(() => seen.hangs)
          const interrupted = yield* Effect.fork(Fiber.interrupt(fiber))
          yield* TestClock.adjust("1 second")
          assert.isTrue(Exit.isInterrupted(yield* Fiber.join(interrupted)))
        }))
    }

    for (const operation of ["open", "writeAll", "sync", "rename"] as const) {
      it.scoped(`is not written, within the time limit, where ${operation} hangs`, () =>
        Effect.gen(function*() {
          const path = `${yield* folder}/dict`
          yield* take(path)
          const seen = { hangs: false }
          const fiber = yield* Effect.fork(Effect.provide(Effect.flip(take(path)), hanging(operation, seen)))
          yield* until(() => seen.hangs)
          yield* TestClock.adjust("1 minute")
          yield* TestClock.adjust("1 second")
          const error = yield* Fiber.join(fiber)
          assert.instanceOf(error, DictSnapshotError)
          assert.strictEqual(error.message, `docs: the snapshot ${path} could not be written: it took longer than 1m`)
          assert.strictEqual(error.reason, "Timeout")
          assert.strictEqual((yield* restored(path)).outcome, "restored")

          const again = { hangs: false }
          const other = yield* Effect.fork(Effect.provide(take(path), hanging(operation, again)))
          yield* until(() => again.hangs)
          const interrupted = yield* Effect.fork(Fiber.interrupt(other))
          yield* TestClock.adjust("1 second")
          assert.isTrue(Exit.isInterrupted(yield* Fiber.join(interrupted)))
        }))
    }
  })
})
