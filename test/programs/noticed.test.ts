import { PublishCommand } from "@aws-sdk/client-sns"
import { assert, describe, it } from "@effect/vitest"
import { Array as Arr, Effect } from "effect"
import * as FaultProxy from "../servers/FaultProxy.js"
import * as NotifyingS3 from "../servers/NotifyingS3.js"
import * as QueueServer from "../servers/QueueServer.js"
import { notificationOf } from "../servers/s3Messages.js"
import { amount } from "../support/property.js"
import { eventually } from "../support/until.js"
import { type Program, start } from "./program.js"

const keys = 16
const changes = amount(100, 3000)

/** What a process has printed. */
const linesOf = (program: Program) =>
  program.stdout().split("\n").slice(0, -1).map((line) => {
    const [word = "", value, time] = line.split(" ")
    return { word, value: Number(value), time: Number(time) }
  })

/** A bucket whose notifications go to a topic, and processes that read and write. */
const makeWorld = ({ late, pause, twice }: { readonly late: number; readonly pause: number; readonly twice: number }) =>
  Effect.gen(function*() {
    const queues = yield* QueueServer.make
    const topic = yield* QueueServer.makeTopic(queues.sns, "events")
    const s3 = yield* NotifyingS3.make(
      (change) => queues.sns.send(new PublishCommand({ TopicArn: topic, Message: notificationOf(change) })),
      { late, twice, logSize: 0 }
    )
    const proxy = yield* FaultProxy.make({ port: Number(new URL(queues.endpoint).port) })
    const run = (role: "reader" | "writer", first = 0, count = 0) =>
      start("test/support/noticedMain.js", {
        NOTICED_ROLE: role,
        NOTICED_S3: s3.endpoint,
        NOTICED_QUEUES: proxy.url,
        NOTICED_TOPIC: topic,
        NOTICED_BUCKET: s3.bucket,
        NOTICED_KEYS: String(keys),
        NOTICED_FIRST: String(first),
        NOTICED_COUNT: String(count),
        NOTICED_PAUSE: String(pause),
        AWS_REGION: "us-east-1",
        AWS_ACCESS_KEY_ID: "embedded",
        AWS_SECRET_ACCESS_KEY: "embedded"
      })
    const reader = Effect.tap(
      run("reader"),
      (program) =>
        eventually(Effect.sync(() => linesOf(program).length > 0), `a reader that is ready: ${program.stderr()}`)
    )
    return { proxy, reader, run, s3 }
  })

/** How long after each change a reader had it, or something newer, in order: those that it never had are infinite. */
const delays = (reader: Program, writers: ReadonlyArray<Program>): ReadonlyArray<number> => {
  const [ready, ...lines] = linesOf(reader)
  const seenOf = Arr.groupBy(lines, ({ word }) => word)
  return writers.flatMap(linesOf).filter(({ time }) => time > (ready?.value ?? 0)).map((written) => {
    const seen = seenOf[written.word]?.find(({ value }) => value >= written.value)
    return seen === undefined ? Number.POSITIVE_INFINITY : Math.max(0, seen.time - written.time)
  }).sort((a, b) => a - b)
}

/** The last that was printed of each key. */
const lastOf = (programs: ReadonlyArray<Program>): ReadonlyMap<string, number> =>
  new Map(programs.flatMap(linesOf).map(({ value, word }) => [word, value]))

/** None was missed. What is measured says nothing on a machine that does other things, too. */
const missedNone = (all: ReadonlyArray<number>): void => {
  assert.strictEqual(all.filter((delay) => delay === Number.POSITIVE_INFINITY).length, 0)
  if (process.env["NOTICED_PRINT"] === undefined) return
  process.stdout.write(
    `${[0.5, 0.9, 0.99, 1].map((share) => `${share}: ${all[Math.ceil(share * all.length) - 1]} ms`).join(", ")}\n`
  )
}

/** Waits until a reader has the newest of everything. */
const caughtUp = (reader: Program, writers: ReadonlyArray<Program>) =>
  eventually(
    Effect.sync(() => {
      const has = lastOf([reader])
      return [...lastOf(writers)].every(([key, value]) => (has.get(key) ?? 0) >= value)
    }),
    "a reader that misses nothing"
  )

describe("processes that hear of each other by the notifications of their bucket", () => {
  it.scopedLive("have what was written elsewhere soon, and miss nothing", () =>
    Effect.gen(function*() {
      const { reader, run, s3 } = yield* makeWorld({ late: 0, twice: 0, pause: amount(100, 10) })
      const readers = [yield* reader, yield* reader]
      const writer = yield* run("writer", 1, changes)
      assert.strictEqual(yield* writer.ended, 0, writer.stderr())
      yield* s3.flush
      for (const one of readers) {
        yield* caughtUp(one, [writer])
        assert.isAtLeast(delays(one, [writer]).length, changes)
        missedNone(delays(one, [writer]))
      }
    }))

  it.scopedLive("miss nothing though processes are killed and frozen, and requests to SQS are cut", () =>
    Effect.gen(function*() {
      const { proxy, reader, run, s3 } = yield* makeWorld({ late: 3, twice: 0.1, pause: 2 })
      const stays = yield* reader
      const writers: Array<Program> = []
      const each = amount(150, 1000)
      for (let round = 0; round < amount(3, 10); round++) {
        const killed = yield* reader
        const writer = yield* run("writer", 1 + round * 10 * each, 5 * each)
        writers.push(writer)
        yield* eventually(Effect.sync(() => linesOf(writer).length >= each / 2), "some writes")
        yield* proxy.set(FaultProxy.Fault.Reset())
        killed.kill("SIGKILL")
        stays.kill("SIGSTOP")
        yield* eventually(Effect.sync(() => linesOf(writer).length >= each), "more writes")
        yield* proxy.set(FaultProxy.Fault.Pass())
        stays.kill("SIGCONT")
        writer.kill("SIGKILL")
        assert.strictEqual(yield* writer.ended, "SIGKILL", writer.stderr())
      }
      yield* s3.flush
      const comes = yield* reader
      const last = yield* run("writer", 1_000_000, keys)
      assert.strictEqual(yield* last.ended, 0, last.stderr())
      writers.push(last)
      yield* s3.flush
      yield* caughtUp(stays, writers)
      yield* caughtUp(comes, [last])
      missedNone(delays(stays, writers))
    }))
})
