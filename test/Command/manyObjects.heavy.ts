import { assert, it } from "@effect/vitest"
import { Effect, Stream } from "effect"
import { createHash } from "node:crypto"
import { entriesOf } from "../../src/Command/bucket/entriesOf.js"
import { prune } from "../../src/Command/bucket/prune.js"
import { survey } from "../../src/Command/bucket/survey.js"
import { makeTagMarks } from "../../src/Command/bucket/tagMarks.js"
import { makeEntryFormat } from "../../src/S3Store/entry/EntryFormat.js"
import { makeMemoryObjectStore } from "../../src/S3Store/objects/memoryObjectStore.js"
import { LoadOutcome, type ObjectStore } from "../../src/S3Store/objects/ObjectStore.js"
import { collectGarbage } from "../support/collectGarbage.js"

const objects = 1_000_000
const mebibyte = 1024 * 1024
const created = 1_700_000_000_000

const nameOf = (at: number) => `many/1/${createHash("sha256").update(`${at}`).digest("hex")}`

/** A store of so many objects, which are there only while they are asked for. Every other has expired. */
const makeManyObjects = (onSample: () => void) =>
  Effect.gen(function*() {
    const format = yield* makeEntryFormat()
    const header = { keyspace: "many", version: "1", created, writeId: "w", outcome: "success" as const, tags: ["t"] }
    const over = yield* format.encode({ ...header, key: "1", expires: created }, "json", "value")
    const fresh = yield* format.encode({ ...header, key: "1", expires: Number.POSITIVE_INFINITY }, "json", "value")
    const bodyOf = (name: string) => Number.parseInt(name.slice(-1), 16) % 2 === 0 ? over : fresh
    const store: ObjectStore = {
      ...yield* makeMemoryObjectStore,
      list: (prefix) =>
        !"many/1/".startsWith(prefix) ? Stream.empty : Stream.map(Stream.range(0, objects - 1), (at) => {
          if (at % 100_000 === 99_999) onSample()
          const name = nameOf(at)
          return { name, size: bodyOf(name).length, etag: "e", modified: created + at * 1000 }
        }),
      load: (name) =>
        Effect.succeed(
          name.startsWith("many/")
            ? LoadOutcome.Found({ body: bodyOf(name), size: bodyOf(name).length, etag: "e", modified: created })
            : LoadOutcome.Absent()
        ),
      removeIfMatch: () => Effect.succeed("removed")
    }
    return store
  })

// The names alone would take 100 MiB.
it.live("a million objects are surveyed, pruned and listed in a few megabytes", () =>
  Effect.scoped(Effect.gen(function*() {
    const samples: Array<number> = []
    const store = yield* makeManyObjects(() => {
      collectGarbage()
      samples.push(process.memoryUsage().heapUsed)
    })
    collectGarbage()
    const before = process.memoryUsage().heapUsed
    const { entries } = yield* survey(store, { sample: 1000, concurrency: 32 })
    const pruned = yield* prune(store, { expiredFor: 0, keep: 1_000_000 }, { isDry: false, concurrency: 32 })
    let listed = 0
    yield* Stream.runForEach(entriesOf(store, yield* makeTagMarks(store), undefined, 32), (group) =>
      Effect.sync(() => {
        listed += group.length
      }))
    const removed = [...pruned.removed.values()].reduce((sum, { entries }) => sum + entries, 0)
    assert.deepStrictEqual([entries, listed, removed + pruned.left.entries], [objects, objects, objects])
    assert.isAtMost(pruned.left.bytes, 1_000_000)
    assert.isAtLeast(samples.length, 40)
    assert.isBelow(Math.max(...samples) - before, 24 * mebibyte)
  })))
