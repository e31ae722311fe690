import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import * as FileSystem from "@effect/platform/FileSystem"
import { assert, describe, it } from "@effect/vitest"
import { DictSnapshot, DictSnapshotError, TtlDict } from "effect-aws-cache/Ttl"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import { Buffer } from "node:buffer"
import { createHash } from "node:crypto"
import { serialize } from "node:v8"
import { start } from "../../programs/program.js"
import { fileError } from "../../support/majors.js"
import { stoppedWrites } from "../../support/stoppedWrites.js"
import { until } from "../../support/until.js"
import { warnings } from "../../support/warnings.js"

const folder = Effect.flatMap(FileSystem.FileSystem, (fs) => fs.makeTempDirectoryScoped())

const form = { name: "numbers", key: Schema.String, value: Schema.Number }
const texts = { name: "numbers", key: Schema.String, value: Schema.String }

const take = (path: string) =>
  Effect.gen(function*() {
    const dict = yield* TtlDict.make<string, number>()
    yield* dict.setMany([["a", 1], ["b", 2, { timeToLive: "1 hour" }]])
    yield* DictSnapshot.snapshot(dict, form, path)
  })

/** What comes of bringing back a file into a dictionary with one entry, and what is warned of. */
const outcomeOf = (path: string) =>
  Effect.gen(function*() {
    const { logger, messages } = warnings()
    const dict = yield* TtlDict.make<string, number>({ maxSize: 10 })
    yield* dict.set("mine", 0)
    const report = yield* Effect.provide(DictSnapshot.restore(dict, form, path), logger)
    if (report.outcome !== "restored") assert.deepStrictEqual(yield* dict.entries, [["mine", 0]])
    return { outcome: report.outcome, warned: messages().join("\n") }
  })

/** A file of frames, with the checksum it needs. */
const fileOf = (firstLine: string, ...frames: ReadonlyArray<Uint8Array>): Uint8Array => {
  const length = (bytes: Uint8Array) => Buffer.from(Uint32Array.of(bytes.byteLength).buffer)
  const content = Buffer.concat([
    Buffer.from(firstLine),
    ...frames.flatMap((bytes) => [length(bytes), bytes]),
    length(new Uint8Array())
  ])
  return Buffer.concat([content, createHash("sha256").update(content).digest()])
}

const firstLine = "effect-aws-cache/ttl-dict 1\n"
const header = { name: "numbers", takenAt: 0, limits: { timeToLive: Infinity, maxBytes: 1000, maxSize: Infinity } }
const of = (...contents: ReadonlyArray<unknown>) => fileOf(firstLine, ...contents.map((content) => serialize(content)))

const unusable: ReadonlyArray<readonly [name: string, file: Uint8Array, reason: string]> = [
  ["is empty", new Uint8Array(), "no snapshot"],
  ["is something else", Buffer.from("{\"a\":1}".repeat(100)), "no snapshot"],
  ["is a snapshot of something else", fileOf("effect-aws-cache/other 1\n"), "no snapshot"],
  ["has no version", fileOf("effect-aws-cache/ttl-dict \n"), "no snapshot"],
  ["is of a later version", fileOf("effect-aws-cache/ttl-dict 2\n", serialize(header)), "version 2"],
  ["ends after its first line", Buffer.from(firstLine), "damaged"],
  ["has no header", of(), "no header"],
  ["has a header that is none", of({ ...header, limits: undefined }), "do not accept"],
  ["is of another dictionary", of({ ...header, name: "others" }, [["a", 1, 5e12]]), "\"others\""],
  ["has a header that is no clone", fileOf(firstLine, Buffer.from("secret")), "do not accept"],
  ["has nothing but entries that are none", of(header, { a: 1 }), "do not accept"],
  ["has nothing but entries without a moment of expiry", of(header, [["a", 1]]), "do not accept"],
  ["has nothing but a key that the schema does not accept", of(header, [[1, 1, 5e12]]), "do not accept"],
  ["has nothing but a value that the schema does not accept", of(header, [["b", "secret", 5e12]]), "do not accept"],
  [
    "has nothing but a frame that is no clone",
    fileOf(firstLine, serialize(header), Buffer.from("secret")),
    "cannot be read"
  ],
  [
    "announces a frame of four gigabytes",
    (() => {
      const content = Buffer.concat([Buffer.from(firstLine), Buffer.from([255, 255, 255, 255])])
      return Buffer.concat([content, createHash("sha256").update(content).digest()])
    })(),
    "damaged"
  ]
]

/** The bytes of objects nested so deep, as a clone has them; to make them needs no recursion. */
const nested = (depth: number, inside: unknown): Uint8Array => {
  const [, , ...around] = serialize({ d: 0 })
  const opening = Buffer.from(around.slice(0, -4))
  const closing = Buffer.from(around.slice(-2))
  const bytes = serialize(inside)
  return Buffer.concat([
    bytes.subarray(0, 2),
    ...Array.from({ length: depth }, () => opening),
    bytes.subarray(2),
    ...Array.from({ length: depth }, () => closing)
  ])
}

const refusedFrames: ReadonlyArray<readonly [name: string, frame: Uint8Array]> = [
  ["that is no clone", Buffer.from("secret")],
  ["that ends in the middle", serialize([["secret", 1, 5e12]]).subarray(0, -3)],
  ["that is nested a million deep", nested(1_000_000, "secret")],
  ["that is no list", serialize({ secret: 1 })],
  ["with an entry without a moment of expiry", serialize([["secret", 1]])],
  ["with a key that the schema does not accept", serialize([[1, 1, 5e12]])],
  ["with a value that the schema does not accept", serialize([["b", "secret", 5e12]])],
  ["with a value that the schema does not accept, beside others", serialize([["b", "secret", 5e12], ["c", 3, 5e12]])]
]

/** A file that only its owner may use. */
const writeOwned = (path: string, bytes: Uint8Array) =>
  Effect.flatMap(FileSystem.FileSystem, (fs) => fs.writeFile(path, bytes, { mode: 0o600 }))

describe("a snapshot's file", () => {
  it.layer(NodeFileSystem.layer)((it) => {
    for (const [name, bytes, reason] of unusable) {
      it.scoped(`that ${name} is an empty start, with a warning`, () =>
        Effect.gen(function*() {
          const path = `${yield* folder}/dict`
          yield* writeOwned(path, bytes)
          const { outcome, warned } = yield* outcomeOf(path)
          assert.strictEqual(outcome, "unusable")
          assert.include(warned, `numbers: the snapshot ${path} is not used: `)
          assert.include(warned, reason)
          assert.notInclude(warned, "secret")
        }))
    }

    it.scoped("that is made by hand as it should be is brought back", () =>
      Effect.gen(function*() {
        const path = `${yield* folder}/dict`
        const file = of(header, [["a", 1, 5e12]], [["b", 2, Infinity]])
        yield* writeOwned(path, file)
        assert.deepStrictEqual(yield* outcomeOf(path), { outcome: "restored", warned: "" })
      }))

    for (const [name, frame] of refusedFrames) {
      it.scoped(`with a frame ${name} loses that, and nothing else`, () =>
        Effect.gen(function*() {
          const path = `${yield* folder}/dict`
          const before = serialize([["a", 1, 5e12], ["old", 0, -1]])
          yield* writeOwned(path, fileOf(firstLine, serialize(header), before, frame, serialize([["z", 26, 5e12]])))
          const { logger, messages } = warnings()
          const dict = yield* TtlDict.make<string, number>()
          const { refused, ...report } = yield* Effect.provide(DictSnapshot.restore(dict, form, path), logger)
          const others = name.endsWith("others") ? 1 : 0
          assert.strictEqual(refused, 1)
          assert.deepStrictEqual(report, { outcome: "restored", entries: 2 + others, expired: 1, skipped: 0 })
          assert.deepStrictEqual((yield* dict.entries).filter(([key]) => key !== "c"), [["a", 1], ["z", 26]])
          assert.lengthOf(messages(), 1)
          assert.include(messages()[0], `numbers: 1 entries of the snapshot ${path} cannot be read`)
          assert.notInclude(messages()[0], "secret")
        }))
    }

    it.scoped("ends with an entry of any size", () =>
      Effect.gen(function*() {
        const path = `${yield* folder}/dict`
        const texts = { name: "texts", key: Schema.String, value: Schema.String }
        const dict = yield* TtlDict.make<string, string>()
        yield* dict.set("large", "x".repeat(300_000))
        assert.deepStrictEqual(yield* DictSnapshot.snapshot(dict, texts, path), { entries: 1, skipped: 0 })
        const again = yield* TtlDict.make<string, string>()
        assert.strictEqual((yield* DictSnapshot.restore(again, texts, path)).entries, 1)
        assert.deepStrictEqual(yield* again.entries, yield* dict.entries)
      }))

    it.scoped("that is not there is an empty start, without a warning", () =>
      Effect.gen(function*() {
        assert.deepStrictEqual(yield* outcomeOf(`${yield* folder}/dict`), { outcome: "missing", warned: "" })
      }))

    it.scoped("that is a folder is an empty start, with a warning", () =>
      Effect.gen(function*() {
        const { outcome, warned } = yield* outcomeOf(yield* folder)
        assert.strictEqual(outcome, "unusable")
        assert.include(warned, "is not used")
      }))

    it.scoped("is not used when it was cut anywhere", () =>
      Effect.gen(function*() {
        const fs = yield* FileSystem.FileSystem
        const path = `${yield* folder}/dict`
        yield* take(path)
        const whole = yield* fs.readFile(path)
        assert.strictEqual((yield* outcomeOf(path)).outcome, "restored")
        for (let length = 0; length < whole.byteLength; length++) {
          yield* fs.writeFile(path, whole.subarray(0, length))
          assert.strictEqual((yield* outcomeOf(path)).outcome, "unusable", `${length} of ${whole.byteLength} bytes`)
        }
        yield* fs.writeFile(path, Buffer.concat([whole, Buffer.from([0])]))
        assert.strictEqual((yield* outcomeOf(path)).outcome, "unusable")
      }))

    it.scoped("is not used when any of its bytes has changed", () =>
      Effect.gen(function*() {
        const fs = yield* FileSystem.FileSystem
        const path = `${yield* folder}/dict`
        yield* take(path)
        const whole = yield* fs.readFile(path)
        for (const [at, byte] of whole.entries()) {
          const changed = Buffer.from(whole)
          changed[at] = byte ^ (1 << (at % 8))
          yield* fs.writeFile(path, changed)
          assert.strictEqual((yield* outcomeOf(path)).outcome, "unusable", `byte ${at}`)
        }
      }))

    it.scoped("gives no object a prototype", () =>
      Effect.gen(function*() {
        const path = `${yield* folder}/dict`
        yield* Effect.gen(function*() {
          yield* TtlDict.set("a", JSON.parse("{\"__proto__\":{\"polluted\":true}}"))
          yield* TtlDict.snapshot(path)
          yield* TtlDict.clear
          yield* TtlDict.restore(path)
          const value = yield* TtlDict.get("a")
          assert.isFalse("polluted" in Object(value))
          assert.isFalse("polluted" in {})
        }).pipe(Effect.provide(TtlDict.layer({ maxBytes: "1M" })))
      }))

    it.scoped("can be read by its owner only", () =>
      Effect.gen(function*() {
        const fs = yield* FileSystem.FileSystem
        const path = `${yield* folder}/dict`
        yield* take(path)
        assert.strictEqual((yield* fs.stat(path)).mode & 0o777, 0o600)
      }))

    it.scoped("is written in a folder that is there, or the error says why not", () =>
      Effect.gen(function*() {
        const path = `${yield* folder}/nowhere/dict`
        const error = yield* Effect.flip(take(path))
        if (!(error instanceof DictSnapshotError)) return assert.fail(String(error))
        assert.strictEqual(error.path, path)
        assert.include(error.message, `numbers: the snapshot ${path} could not be written: NotFound`)
        assert.propertyVal(error, "reason", "NotFound")
      }))

    it.scoped("stays as it was when writing over it fails, and nothing is left beside it", () =>
      Effect.gen(function*() {
        const fs = yield* FileSystem.FileSystem
        const here = yield* folder
        const path = `${here}/dict`
        yield* take(path)
        const before = yield* fs.readFile(path)
        const dict = yield* TtlDict.make<string, string>({ maxBytes: "64M" })
        for (let at = 0; at < 100; at++) yield* dict.set(`${at}`, "x".repeat(10_000))
        const full = Effect.fail(
          fileError("writeAll", "no space left")
        )
        for (const writes of [0, 1, 2, 3, 5]) {
          const error = yield* Effect.flip(
            Effect.provide(DictSnapshot.snapshot(dict, texts, path), stoppedWrites(writes, full))
          )
          assert.include(error.message, "no space left")
          assert.propertyVal(error, "reason", "Unknown")
          assert.deepStrictEqual(yield* fs.readFile(path), before)
          assert.deepStrictEqual(yield* fs.readDirectory(here), ["dict"])
        }
      }))

    it.scoped("stays as it was when writing over it is interrupted, and nothing is left beside it", () =>
      Effect.gen(function*() {
        const fs = yield* FileSystem.FileSystem
        const here = yield* folder
        const path = `${here}/dict`
        yield* take(path)
        const before = yield* fs.readFile(path)
        const dict = yield* TtlDict.make<string, string>({ entries: [["a", "x"], ["b", "y"]] })
        for (const writes of [0, 1, 2, 3]) {
          let inTheMiddle = false
          const hang = Effect.zipRight(Effect.sync(() => (inTheMiddle = true)), Effect.never)
          const fiber = yield* Effect.fork(
            Effect.provide(DictSnapshot.snapshot(dict, texts, path), stoppedWrites(writes, hang))
          )
          yield* until(() => inTheMiddle)
          assert.lengthOf(yield* fs.readDirectory(here), 2)
          assert.isTrue(Exit.isInterrupted(yield* Fiber.interrupt(fiber)))
          assert.deepStrictEqual(yield* fs.readFile(path), before)
          assert.deepStrictEqual(yield* fs.readDirectory(here), ["dict"])
        }
      }))

    it.scoped("is always that of one writer", () =>
      Effect.gen(function*() {
        const path = `${yield* folder}/dict`
        const writer = (name: string) =>
          Effect.gen(function*() {
            const dict = yield* TtlDict.make<string, string>()
            for (let at = 0; at < 200; at++) yield* dict.set(`${at}`, `${name} ${"x".repeat(1000)}`)
            yield* Effect.repeatN(DictSnapshot.snapshot(dict, texts, path), 4)
          })
        const reader = Effect.gen(function*() {
          const dict = yield* TtlDict.make<string, string>()
          const { outcome } = yield* DictSnapshot.restore(dict, texts, path)
          if (outcome === "restored") assert.strictEqual(new Set(yield* dict.values).size, 1)
          return outcome
        })
        const written = yield* Effect.fork(Effect.all(["a", "b", "c"].map(writer), { concurrency: "unbounded" }))
        let restored = 0
        while (restored < 5) {
          const outcome = yield* reader
          assert.notStrictEqual(outcome, "unusable")
          if (outcome === "restored") restored++
        }
        yield* Fiber.join(written)
        assert.strictEqual(yield* reader, "restored")
      }))
  })

  it.scopedLive(
    "is the old one when its process is killed in the middle of writing a new one",
    () =>
      Effect.gen(function*() {
        const fs = yield* FileSystem.FileSystem
        const here = yield* folder
        const path = `${here}/dict`
        const program = yield* start("test/support/snapshotMain.js", {}, [path])
        yield* until(() => program.stdout().includes("in the middle"))
        const left = (yield* fs.readDirectory(here)).filter((name) => name !== "dict")
        assert.lengthOf(left, 1, program.stderr())
        assert.isAbove(Number((yield* fs.stat(`${here}/${left[0]}`)).size), 100_000)
        program.kill("SIGKILL")
        assert.strictEqual(yield* program.ended, "SIGKILL")

        yield* Effect.gen(function*() {
          assert.deepStrictEqual(yield* TtlDict.restore(path), {
            outcome: "restored",
            entries: 1,
            expired: 0,
            skipped: 0,
            refused: 0
          })
          assert.strictEqual(yield* TtlDict.get("old"), "value")

          // What it left behind may still be written to; after a while it is not, and goes.
          yield* TtlDict.snapshot(path)
          assert.deepStrictEqual((yield* fs.readDirectory(here)).filter((name) => name !== "dict"), left)
          const longAgo = new Date(Date.now() - 16 * 60_000)
          yield* fs.utimes(`${here}/${left[0]}`, longAgo, longAgo)
          yield* fs.writeFileString(`${here}/dict.other.tmp`, "somebody else's")
          yield* fs.utimes(`${here}/dict.other.tmp`, longAgo, longAgo)
          yield* TtlDict.snapshot(path)
          assert.deepStrictEqual(yield* fs.readDirectory(here), ["dict", "dict.other.tmp"])
        }).pipe(Effect.provide(Layer.fresh(TtlDict.layer({ maxBytes: "1M" }))))
      }).pipe(Effect.provide(NodeFileSystem.layer))
  )
})
