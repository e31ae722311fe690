import { S3Client } from "@aws-sdk/client-s3"
import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect, Fiber, Logger, Option, Redacted, TestClock } from "effect"
import { type AwsCredentials, Session } from "effect-aws-cache/ClientLayer"
import * as fc from "fast-check"
import { property } from "../../support/property.js"
import { eventually, turns, until } from "../../support/until.js"
import { warnings } from "../../support/warnings.js"
import { sessionEnvironment } from "../sessionEnvironment.js"

/** A source of credentials that answers when the test says so. */
const heldSource = (life?: Duration.DurationInput) =>
  Effect.map(Effect.clock, (clock) => {
    const waiting: Array<
      { readonly resolve: (value: AwsCredentials) => void; readonly reject: (error: Error) => void }
    > = []
    let calls = 0
    return {
      provider: () => {
        calls += 1
        return new Promise<AwsCredentials>((resolve, reject) => waiting.push({ resolve, reject }))
      },
      calls: () => calls,
      succeed: Effect.suspend(() => {
        const expiration = life === undefined
          ? {}
          : { expiration: new Date(clock.unsafeCurrentTimeMillis() + Duration.toMillis(life)) }
        for (const { resolve } of waiting.splice(0)) {
          resolve({ accessKeyId: `key-${calls}`, secretAccessKey: "secret", ...expiration })
        }
        return turns(3)
      }),
      fail: Effect.suspend(() => {
        for (const { reject } of waiting.splice(0)) reject(new Error("not now"))
        return turns(3)
      })
    }
  })

const prepare = (life?: Duration.DurationInput) =>
  Effect.gen(function*() {
    yield* sessionEnvironment()
    const source = yield* heldSource(life)
    const session = yield* Session.make({ region: "us-east-1", credentials: source.provider })
    const get = Effect.map(session.getCredentials(), (found) => Redacted.value(Option.getOrThrow(found).accessKeyId))
    /** Asks, answers, and gives what came. */
    const first = Effect.gen(function*() {
      const asked = yield* Effect.fork(get)
      yield* until(() => source.calls() > 0)
      yield* source.succeed
      return yield* Fiber.join(asked)
    })
    return { source, session, get, first }
  })

describe("the memo of credentials", () => {
  it.scoped("asks once for all who ask while there are none", () =>
    Effect.gen(function*() {
      const { get, source } = yield* prepare()
      const all = yield* Effect.fork(Effect.all(Array.from({ length: 100 }, () => get), { concurrency: "unbounded" }))
      yield* until(() => source.calls() > 0)
      yield* turns(5)
      yield* source.succeed
      assert.deepStrictEqual([...new Set(yield* Fiber.join(all))], ["key-1"])
      assert.strictEqual(source.calls(), 1)
    }))

  it.scoped("keeps credentials that do not expire", () =>
    Effect.gen(function*() {
      const { first, get, source } = yield* prepare()
      yield* first
      yield* TestClock.adjust("1000 days")
      assert.strictEqual(yield* get, "key-1")
      assert.strictEqual(source.calls(), 1)
    }))

  it.scoped("refreshes in the background five minutes before the end, once", () =>
    Effect.gen(function*() {
      const { first, get, source } = yield* prepare("1 hour")
      yield* first
      yield* TestClock.adjust(Duration.subtract(Duration.minutes(55), Duration.millis(1)))
      assert.strictEqual(yield* get, "key-1")
      assert.strictEqual(source.calls(), 1)
      yield* TestClock.adjust("1 millis")
      assert.deepStrictEqual(yield* Effect.all([get, get, get], { concurrency: "unbounded" }), [
        "key-1",
        "key-1",
        "key-1"
      ])
      yield* until(() => source.calls() === 2)
      assert.strictEqual(yield* get, "key-1")
      yield* source.succeed
      yield* eventually(Effect.map(get, (key) => key === "key-2"))
      assert.strictEqual(source.calls(), 2)
    }))

  it.scoped("makes those wait who ask in the last minute", () =>
    Effect.gen(function*() {
      const { first, get, source } = yield* prepare("1 hour")
      yield* first
      yield* TestClock.adjust("59 minutes")
      const waiting = yield* Effect.fork(Effect.all([get, get], { concurrency: "unbounded" }))
      yield* until(() => source.calls() === 2)
      yield* turns(5)
      assert.isTrue(Option.isNone(yield* Fiber.poll(waiting)))
      yield* source.succeed
      assert.deepStrictEqual(yield* Fiber.join(waiting), ["key-2", "key-2"])
    }))

  it.scoped("takes half the life of credentials that live shortly, not five minutes", () =>
    Effect.gen(function*() {
      const { first, get, source } = yield* prepare("100 seconds")
      yield* first
      yield* TestClock.adjust("49 seconds")
      for (let n = 0; n < 20; n++) assert.strictEqual(yield* get, "key-1")
      assert.strictEqual(source.calls(), 1)
      yield* TestClock.adjust("1 second")
      assert.strictEqual(yield* get, "key-1")
      yield* until(() => source.calls() === 2)
      yield* source.succeed
      yield* eventually(Effect.map(get, (key) => key === "key-2"))
      // The last tenth.
      yield* TestClock.adjust("90 seconds")
      const waiting = yield* Effect.fork(get)
      yield* until(() => source.calls() === 3)
      assert.isTrue(Option.isNone(yield* Fiber.poll(waiting)))
      yield* source.succeed
      assert.strictEqual(yield* Fiber.join(waiting), "key-3")
    }))

  it.scoped("serves valid credentials while their source fails, and asks it every ten seconds", () => {
    // Of each failure that leaves what still serves: after it the ten seconds begin.
    const { logger, messages } = warnings()
    return Effect.gen(function*() {
      const { first, get, source } = yield* prepare("1 hour")
      yield* first
      yield* TestClock.adjust("56 minutes")
      assert.strictEqual(yield* get, "key-1")
      yield* until(() => source.calls() === 2)
      yield* source.fail
      yield* until(() => messages().length === 1)
      for (let n = 0; n < 20; n++) assert.strictEqual(yield* get, "key-1")
      assert.strictEqual(source.calls(), 2)
      yield* TestClock.adjust("10 seconds")
      assert.strictEqual(yield* get, "key-1")
      yield* until(() => source.calls() === 3)
      yield* source.fail
      yield* until(() => messages().length === 2)
      // In the last minute those who ask wait for the answer, and then have the old ones still.
      yield* TestClock.adjust("3 minutes")
      const waiting = yield* Effect.fork(get)
      yield* until(() => source.calls() === 4)
      yield* source.fail
      assert.strictEqual(yield* Fiber.join(waiting), "key-1")
      // Expired: there is nothing to serve.
      yield* TestClock.adjust("1 minute")
      const late = yield* Effect.fork(Effect.flip(get))
      yield* until(() => source.calls() === 5)
      yield* source.fail
      assert.strictEqual((yield* Fiber.join(late))._tag, "CredentialsError")
      const again = yield* Effect.fork(get)
      yield* until(() => source.calls() === 6)
      yield* source.succeed
      assert.strictEqual(yield* Fiber.join(again), "key-6")
    }).pipe(Effect.provide(logger))
  })

  it.scoped("says that credentials still serve as long as they do, and not when they have expired", () => {
    const said: Array<string> = []
    const listening = Logger.replace(Logger.defaultLogger, Logger.make(({ message }) => said.push(String(message))))
    return Effect.gen(function*() {
      const { first, get, source } = yield* prepare("1 hour")
      yield* first
      yield* TestClock.adjust("56 minutes")
      yield* get
      yield* until(() => source.calls() === 2)
      yield* source.fail
      yield* until(() => said.length === 1)
      assert.match(said.join(), /still serve/)
      yield* TestClock.adjust("1 hour")
      const late = yield* Effect.fork(Effect.flip(get))
      yield* until(() => source.calls() === 3)
      yield* source.fail
      assert.strictEqual((yield* Fiber.join(late))._tag, "CredentialsError")
      yield* turns(5)
      assert.strictEqual(said.length, 1)
    }).pipe(Effect.provide(listening))
  })

  it.scoped("a failure is everybody's who waits, and nobody's after them", () =>
    Effect.gen(function*() {
      const { get, source } = yield* prepare()
      const failing = yield* Effect.fork(Effect.all([Effect.flip(get), Effect.flip(get)], { concurrency: "unbounded" }))
      yield* until(() => source.calls() === 1)
      yield* turns(3)
      yield* source.fail
      for (const { _tag, message } of yield* Fiber.join(failing)) {
        assert.strictEqual(_tag, "CredentialsError")
        assert.match(message, /^Session: there are no credentials for provider #\d+: Error: not now$/)
      }
      const next = yield* Effect.fork(get)
      yield* until(() => source.calls() === 2)
      yield* source.succeed
      assert.strictEqual(yield* Fiber.join(next), "key-2")
    }))

  it.scoped("goes on for the others when whoever asked first is interrupted, and for nobody too", () =>
    Effect.gen(function*() {
      const { get, source } = yield* prepare()
      const first = yield* Effect.fork(get)
      yield* until(() => source.calls() === 1)
      const second = yield* Effect.fork(get)
      yield* turns(3)
      yield* Fiber.interrupt(first)
      yield* Fiber.interrupt(second)
      yield* source.succeed
      assert.strictEqual(yield* get, "key-1")
      assert.strictEqual(source.calls(), 1)
    }))

  it.scoped("forceRefresh joins a resolution under way, and its failure leaves what is there", () =>
    Effect.gen(function*() {
      const { first, get, session, source } = yield* prepare("1 hour")
      yield* first
      const force = session.getCredentials({ forceRefresh: true })
      const forced = yield* Effect.fork(
        Effect.all([Effect.flip(force), Effect.flip(force)], { concurrency: "unbounded" })
      )
      yield* until(() => source.calls() === 2)
      yield* turns(3)
      assert.strictEqual(yield* get, "key-1")
      yield* source.fail
      yield* Fiber.join(forced)
      assert.strictEqual(source.calls(), 2)
      assert.strictEqual(yield* get, "key-1")
    }))

  it.scoped("what was resolved for a session before its reload is not kept", () =>
    Effect.gen(function*() {
      const { get, session, source } = yield* prepare()
      const before = yield* Effect.fork(get)
      yield* until(() => source.calls() === 1)
      yield* session.reload
      const after = yield* Effect.fork(get)
      yield* until(() => source.calls() === 2)
      yield* source.succeed
      yield* Fiber.join(before)
      yield* Fiber.join(after)
      yield* get
      assert.strictEqual(source.calls(), 2)
    }))

  // Tenants ask through clients of one session, in any order; their sources answer, or fail, in any order; all may be
  // forgotten or refreshed meanwhile.
  it.effect("a tenant never gets another's credentials", () =>
    Effect.promise(() => {
      const tenant = fc.integer({ min: 0, max: 3 })
      const step = fc.oneof(
        { weight: 5, arbitrary: fc.record({ do: fc.constant("ask" as const), tenant, forceRefresh: fc.boolean() }) },
        {
          weight: 5,
          arbitrary: fc.record({ do: fc.constant("answer" as const), at: fc.nat(), succeeds: fc.boolean() })
        },
        { weight: 1, arbitrary: fc.record({ do: fc.constant("reload" as const) }) },
        { weight: 1, arbitrary: fc.record({ do: fc.constant("turn" as const) }) }
      )
      return fc.assert(
        fc.asyncProperty(fc.array(step, { maxLength: 40 }), (steps) =>
          Effect.runPromise(Effect.scoped(Effect.gen(function*() {
            yield* sessionEnvironment()
            const session = yield* Session.make({ region: "us-east-1" })
            const waiting: Array<(succeeds: boolean) => void> = []
            const running = [0, 0, 0, 0]
            const providers = running.map((_, tenant) =>
            () =>
              new Promise<AwsCredentials>((resolve, reject) => {
                running[tenant] = (running[tenant] ?? 0) + 1
                waiting.push((succeeds) => {
                  running[tenant] = (running[tenant] ?? 0) - 1
                  if (succeeds) resolve({ accessKeyId: `tenant-${tenant}`, secretAccessKey: `secret-${tenant}` })
                  else reject(new Error(`tenant-${tenant}`))
                })
              })
            )
            const answers: Array<Promise<void>> = []
            let reloads = 1
            for (const step of steps) {
              if (step.do === "ask") {
                const credentials = providers[step.tenant]
                if (credentials === undefined) return yield* Effect.dieMessage("no such tenant")
                const s3 = yield* session.client(S3Client, { credentials })
                answers.push(
                  s3.config.credentials({ forceRefresh: step.forceRefresh }).then(
                    ({ accessKeyId, secretAccessKey }) => {
                      assert.strictEqual(accessKeyId, `tenant-${step.tenant}`)
                      assert.strictEqual(secretAccessKey, `secret-${step.tenant}`)
                    },
                    (error: unknown) => assert.include(String(error), `tenant-${step.tenant}`)
                  )
                )
              } else if (step.do === "answer") {
                waiting.splice(step.at % Math.max(1, waiting.length), 1)[0]?.(step.succeeds)
              } else if (step.do === "reload") {
                reloads += 1
                yield* session.reload
              } else {
                yield* turns(2)
              }
              // One resolution of a tenant at a time, but for those that a reload has cut loose.
              assert.isAtMost(Math.max(...running), reloads)
            }
            let settled = false
            const all = Promise.all(answers).finally(() => {
              settled = true
            })
            yield* until(() => {
              for (const answer of waiting.splice(0)) answer(true)
              return settled
            })
            yield* Effect.promise(() => all)
          })))),
        property(150)
      )
    }))
})
