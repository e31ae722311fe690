import { assert, describe, it } from "@effect/vitest"
import { Deferred, Duration, Effect, Either, Exit, Fiber, Option, Schema, Stream, TestClock } from "effect"
import { Keyspace, type S3CacheService } from "effect-aws-cache/S3Store"
import { Buffer } from "node:buffer"
import type { ServerResponse } from "node:http"
import { makeRequestTimeouts } from "../../../src/S3Store/bucket/RequestTimeouts.js"
import { makeS3ObjectStore } from "../../../src/S3Store/bucket/s3ObjectStore.js"
import { makeS3CacheService } from "../../../src/S3Store/cache/makeS3CacheService.js"
import { stoodStill, withinTime } from "../../../src/S3Store/common/standstill.js"
import { start } from "../../programs/program.js"
import * as LocalHttp from "../../servers/LocalHttp.js"
import { ManualClock } from "../../support/ManualClock.js"
import { turns, until } from "../../support/until.js"
import { anyServer, clientOf } from "../bucketOf.js"

const Numbers = Keyspace.make("numbers", { key: Schema.Number, value: Schema.Number })

const eight = Array.from({ length: 8 }, (_, at) => at)

const late = () => "late"

/** The two that give up, with the same limit. */
const waits = {
  withinTime: (limit: Duration.Duration) =>
    Effect.succeed(<A>(effect: Effect.Effect<A>): Effect.Effect<A, string> =>
      withinTime(effect, Duration.toMillis(limit), late)
    ),
  Deadlines: (limit: Duration.Duration) =>
    Effect.map(
      makeRequestTimeouts(limit),
      ({ run }) => <A>(effect: Effect.Effect<A>): Effect.Effect<A, string> =>
        run((signal) => Effect.runPromise(effect, { signal }), String, late)
    )
}

describe("a process that stood still", () => {
  it("is told from one that is a little late", () => {
    for (const [lateness, limit, expected] of [[0, 1, false], [50, 1, false], [51, 1, true], [51, 10_000, false]]) {
      assert.strictEqual(stoodStill(Number(lateness), Number(limit)), expected, `${lateness} of ${limit}`)
    }
    assert.isTrue(stoodStill(1001, 10_000))
  })

  it.effect("the limit holds where nobody may interrupt, and who is in time does not wait for it", () =>
    Effect.gen(function*() {
      const fast = yield* Effect.fork(Effect.uninterruptible(withinTime(Effect.succeed(1), 10_000, late)))
      const slow = yield* Effect.fork(Effect.uninterruptible(Effect.either(withinTime(Effect.never, 10_000, late))))
      yield* turns(10)
      assert.deepStrictEqual(yield* Fiber.poll(fast), Option.some(Exit.succeed(1)))
      assert.isTrue(Option.isNone(yield* Fiber.poll(slow)))
      yield* Effect.fork(TestClock.adjust("10 seconds"))
      assert.deepStrictEqual(yield* Fiber.join(slow), Either.left("late"))
    }))

  for (const [name, make] of Object.entries(waits)) {
    describe(`${name}`, () => {
      const setting = Effect.gen(function*() {
        const clock = new ManualClock()
        const within = yield* make(Duration.seconds(10))
        const answer = yield* Deferred.make<number>()
        const fiber = yield* Effect.fork(Effect.withClock(Effect.either(within(Deferred.await(answer))), clock))
        yield* turns(3)
        return {
          answer: Deferred.succeed(answer, 1),
          ended: Fiber.join(fiber),
          isOver: Effect.map(Fiber.poll(fiber), Option.isSome),
          pass: (millis: number) => clock.advance(millis, 0)
        }
      })

      it.scoped("gives up at its time, when nothing stood still", () =>
        Effect.gen(function*() {
          const { ended, isOver, pass } = yield* setting
          yield* pass(9999)
          yield* turns(60)
          assert.isFalse(yield* isOver)
          yield* pass(1)
          assert.deepStrictEqual(yield* ended, Either.left("late"))
        }))

      it.scoped("starts anew after a standstill", () =>
        Effect.gen(function*() {
          const { answer, ended, isOver, pass } = yield* setting
          yield* pass(3_600_000)
          yield* turns(60)
          yield* pass(9999)
          yield* turns(60)
          assert.isFalse(yield* isOver)
          yield* answer
          assert.deepStrictEqual(yield* ended, Either.right(1))
        }))

      it.scoped("starts anew once only", () =>
        Effect.gen(function*() {
          const { ended, isOver, pass } = yield* setting
          yield* pass(3_600_000)
          yield* turns(60)
          assert.isFalse(yield* isOver)
          yield* pass(3_600_000)
          assert.deepStrictEqual(yield* ended, Either.left("late"))
        }))

      it.scoped("takes an answer that comes out of the sockets when the time is over", () =>
        Effect.gen(function*() {
          for (const [lateness, wait] of [[0, 1], [30, 20], [1000, 40]] as const) {
            const { answer, ended, pass } = yield* setting
            yield* pass(10_000 + lateness)
            yield* turns(wait)
            yield* answer
            assert.deepStrictEqual(yield* ended, Either.right(1), `${lateness} ms late`)
          }
        }))
    })
  }

  it.scopedLive(
    "with a busy event loop gets what was answered meanwhile, whatever it asked",
    () =>
      Effect.gen(function*() {
        const server = yield* start("test/servers/embeddedS3Main.js", {}, ["busy"])
        yield* until(() => server.stdout().includes("\n"))
        const client = yield* clientOf(anyServer(server.stdout().trim().replace("endpoint=", "")))
        const cacheWithin = (limit: Duration.DurationInput) =>
          Effect.flatMap(
            makeS3ObjectStore(client, { bucket: "busy", requestTimeout: limit }),
            (store) => makeS3CacheService(store, { maxSize: 0, loadTimeout: limit, saveTimeout: limit })
          )
        const operationsOf = (
          cache: S3CacheService
        ): Record<string, (at: number) => Effect.Effect<unknown, unknown>> => ({
          set: (at: number) => cache.set(Numbers.key(at), at),
          get: (at: number) => cache.get(Numbers.key(at)),
          list: () => Stream.runCount(cache.list(Numbers)),
          invalidateTag: (at: number) => cache.invalidateTag(String(at)),
          remove: (at: number) => cache.remove(Numbers.key(at))
        })
        // How long it all takes on this machine, so that the limit is above that, and the loop busy for longer.
        const patient = operationsOf(yield* cacheWithin("1 hour"))
        const atOnce = { concurrency: "unbounded", discard: true } as const
        const warmUp = Effect.forEach(Object.values(patient), (operation) => Effect.forEach(eight, operation, atOnce))
        yield* warmUp
        const [took] = yield* Effect.timed(warmUp)
        // A server closes what was idle for five seconds.
        const limit = Math.min(Math.max(400, 3 * Duration.toMillis(took)), 2000)
        const cache = yield* cacheWithin(limit)
        for (const [name, operation] of Object.entries(operationsOf(cache))) {
          const clock = yield* Effect.clock
          const fiber = yield* Effect.fork(
            Effect.forEach(eight, (at) => Effect.either(operation(at)), { concurrency: "unbounded" })
          )
          yield* turns(3)
          for (
            const began = clock.unsafeCurrentTimeMillis();
            clock.unsafeCurrentTimeMillis() < began + 2 * limit + 100;
          );
          const failed = (yield* Fiber.join(fiber)).filter(Either.isLeft)
          assert.deepStrictEqual(failed, [], name)
        }
        assert.strictEqual((yield* cache.stats).circuit, "closed")
      })
  )

  it.scopedLive("frozen by its system gets what was answered meanwhile", () =>
    Effect.gen(function*() {
      // Longer than all eight take to be asked for, on a machine that is busy.
      const limit = 3000
      const objects = new Map<string, Buffer>()
      const held: Array<() => void> = []
      const hold = (response: ServerResponse, body: Buffer | undefined) =>
        held.push(() => response.writeHead(body === undefined ? 404 : 200, { etag: "\"1\"" }).end(body))
      const server = yield* LocalHttp.make((request, response, body) => {
        const name = String(request.url).replace(/\?.*$/, "")
        if (request.method === "PUT") objects.set(name, body)
        hold(response, request.method === "PUT" ? Buffer.alloc(0) : objects.get(name))
      })
      const process = yield* start("test/support/frozenMain.js", {
        FROZEN_ENDPOINT: server.url,
        FROZEN_TIMEOUT: `${limit} millis`,
        AWS_REGION: "us-east-1",
        AWS_ACCESS_KEY_ID: "embedded",
        AWS_SECRET_ACCESS_KEY: "embedded-s3"
      })
      for (const what of ["writes", "reads"]) {
        yield* until(() => held.length === 8)
        process.kill("SIGSTOP")
        yield* Effect.sleep(limit + 500)
        for (const answer of held.splice(0)) answer()
        yield* Effect.sleep("200 millis")
        assert.strictEqual(process.stdout(), "", what)
        process.kill("SIGCONT")
      }
      assert.strictEqual(yield* process.ended, 0, process.stderr())
      assert.deepStrictEqual(JSON.parse(process.stdout()), { written: 8, read: 8, circuit: "closed" })
    }))
})
