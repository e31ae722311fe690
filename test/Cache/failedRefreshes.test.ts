import { assert, describe, it } from "@effect/vitest"
import { Cause, Chunk, Data, Effect, Exit, Fiber, Option, Stream, TestClock } from "effect"
import { type CacheStats, Store, type StoreEvent } from "effect-aws-cache/Cache"
import { TtlDict } from "effect-aws-cache/Ttl"
import { turns } from "../support/until.js"
import { withWarnings } from "../support/warningsOf.js"

class Gone extends Data.TaggedError("Gone")<{ readonly id: string }> {}
class Offline extends Data.TaggedError("Offline")<{ readonly host: string }> {}

type Failure = Gone | Offline
type Computation = Effect.Effect<string, Failure>

const isGone = (error: unknown): error is Gone => error instanceof Gone

type Options = Pick<
  Store.Options<string, string, Gone>,
  "staleIfError" | "staleWhileRevalidate" | "failureTimeToLive" | "refreshAhead" | "failure"
>

interface Made extends
  Pick<
    Store.Store<string, string, Gone>,
    "getOrCompute" | "getManyOrCompute" | "memoize" | "refresh" | "modify" | "getOption" | "invalidate"
  >
{
  readonly set: (key: string, value: string) => Effect.Effect<void>
  readonly stats: Effect.Effect<CacheStats>
  readonly events: Stream.Stream<StoreEvent<string>>
}

const stores = [
  [
    "Store",
    (options: Options) =>
      Effect.map(
        Store.make<string, string, Gone>({ name: "users", timeToLive: "1 minute", ...options }),
        (store): Made => ({ ...store, set: (key, value) => Effect.orDie(store.set(key, value)) })
      )
  ],
  [
    "TtlDict",
    (options: Options) =>
      Effect.map(
        TtlDict.make<string, string, Gone>({ name: "users", timeToLive: "1 minute", ...options }),
        (dict): Made => ({ ...dict, set: (key, value) => Effect.orDie(dict.set(key, value)) })
      )
  ]
] as const

/** The ways to ask for a value that may be computed. */
const ways: ReadonlyArray<
  readonly [way: string, ask: (store: Made, key: string, compute: Computation) => Computation]
> = [
  ["getOrCompute", (store, key, compute) => store.getOrCompute(key, compute)],
  ["memoize", (store, key, compute) => Effect.flatMap(store.memoize(() => compute), (f) => f(key))],
  [
    "getManyOrCompute",
    (store, key, compute) =>
      Effect.map(
        store.getManyOrCompute([key], ([missing = ""]) => Effect.map(compute, (value) => [[missing, value]])),
        ([value = Option.none()]) => Option.getOrElse(value, () => "none")
      )
  ]
]

/** The windows in which an old value is given out, and when a lookup is in it. */
const windows = [
  ["staleIfError", { staleIfError: "1 hour" }, "2 minutes"],
  ["staleWhileRevalidate", { staleWhileRevalidate: "1 hour" }, "2 minutes"],
  ["refreshAhead", { refreshAhead: 0.5 }, "45 seconds"]
] as const

const failures: ReadonlyArray<readonly [what: string, compute: Computation, told: RegExp]> = [
  [
    "a failure",
    Effect.fail(new Offline({ host: "h1" })),
    /^computing "a" anew failed, so its old value is given out: .*Offline/
  ],
  [
    "a defect",
    Effect.die(new TypeError("no such field")),
    /^computing "a" anew died, so its old value is given out: TypeError: no such field at /
  ]
]

describe("how long a failure is remembered", () => {
  for (const [what, make] of stores) {
    it.scoped(`is asked once for each, with an old value and without: ${what}`, () =>
      Effect.gen(function*() {
        const asked: Array<string> = []
        const store = yield* make({
          staleIfError: "1 hour",
          failure: isGone,
          failureTimeToLive: ({ id }) => (asked.push(id), id === "kept" ? "1 minute" : 0)
        })
        for (const id of ["kept", "let go"]) {
          const failing = Effect.fail(new Gone({ id }))
          yield* store.set(id, "old")
          yield* TestClock.adjust("2 minutes")
          yield* Effect.exit(store.getOrCompute(id, failing))
          yield* Effect.exit(store.getOrCompute(`${id}, new`, failing))
        }
        assert.deepStrictEqual(asked, ["kept", "kept", "let go", "let go"])
      }))
  }
})

describe("computations that fail while there is an old value", () => {
  for (const [what, make] of stores) {
    for (const [window, options, when] of windows) {
      for (const [way, ask] of ways) {
        for (const [how, compute, told] of failures) {
          it.scoped(`are told and counted: ${how}, ${window}, ${way}, ${what}`, () =>
            withWarnings((warnings) =>
              Effect.gen(function*() {
                const store = yield* make(options)
                yield* store.set("a", "old")
                yield* TestClock.adjust(when)
                assert.strictEqual(yield* ask(store, "a", compute), "old")
                yield* turns(5)
                assert.strictEqual(warnings().length, 1)
                assert.match(warnings()[0] ?? "", told)
                const { computationFailures, computations } = yield* store.stats
                assert.deepStrictEqual({ computations, computationFailures }, {
                  computations: 1,
                  computationFailures: 1
                })
                assert.strictEqual(yield* ask(store, "a", compute), "old", "and it stays")
              })
            ))
        }

        it.scoped(`are answers where they are remembered: ${window}, ${way}, ${what}`, () =>
          withWarnings((warnings) =>
            Effect.gen(function*() {
              const store = yield* make({ ...options, failure: isGone, failureTimeToLive: "10 minutes" })
              yield* store.set("a", "old")
              yield* TestClock.adjust(when)
              const gone = new Gone({ id: "a" })
              const first = yield* Effect.exit(ask(store, "a", Effect.fail(gone)))
              yield* turns(5)
              // Who comes within a window does not wait for the answer.
              assert.deepStrictEqual(first, window === "staleIfError" ? Exit.fail(gone) : Exit.succeed("old"))
              for (const [, again] of ways) {
                assert.deepStrictEqual(yield* Effect.exit(again(store, "a", Effect.succeed("new"))), Exit.fail(gone))
              }
              assert.isTrue(Option.isNone(yield* store.getOption("a")))
              assert.deepStrictEqual(warnings(), [])
              assert.strictEqual((yield* store.stats).computations, 1)
              yield* TestClock.adjust("10 minutes")
              assert.strictEqual(yield* ask(store, "a", Effect.succeed("new")), "new")
            })
          ))
      }
    }

    it.scoped(`are told once a minute for failures and for defects, with how many there were: ${what}`, () =>
      withWarnings((warnings) =>
        Effect.gen(function*() {
          const store = yield* make({ staleIfError: "1 hour" })
          const keys = Array.from({ length: 40 }, (_, n) => `k${n}`)
          yield* Effect.forEach(keys, (key) => store.set(key, "old"))
          yield* TestClock.adjust("2 minutes")
          const offline = Effect.fail(new Offline({ host: "x".repeat(5000) }))
          yield* Effect.forEach(keys, (key) => store.getOrCompute(key, offline))
          assert.strictEqual(warnings().length, 1)
          yield* store.getOrCompute("k0", Effect.die("bug"))
          assert.strictEqual(warnings().length, 2)
          yield* TestClock.adjust("1 minute")
          yield* store.getOrCompute("k7", offline)
          assert.include(warnings()[2] ?? "", "(and 39 more since the last warning)")
          for (const warning of warnings()) assert.isAtMost(warning.length, 500)
        })
      ))

    it.scoped(`are not told to the log where their caller gets them: ${what}`, () =>
      withWarnings((warnings) =>
        Effect.gen(function*() {
          const store = yield* make({ staleIfError: "1 hour", failure: isGone, failureTimeToLive: "1 hour" })
          yield* store.set("a", "old")
          const offline = new Offline({ host: "h1" })
          assert.deepStrictEqual(yield* Effect.exit(store.refresh("a", Effect.fail(offline))), Exit.fail(offline))
          assert.deepStrictEqual(yield* Effect.exit(store.modify("a", () => Effect.fail(offline))), Exit.fail(offline))
          yield* TestClock.adjust("2 minutes")
          assert.deepStrictEqual(yield* Effect.exit(store.refresh("a", Effect.fail(offline))), Exit.fail(offline))
          assert.deepStrictEqual(yield* Effect.exit(store.getOrCompute("b", Effect.fail(offline))), Exit.fail(offline))
          assert.strictEqual(yield* store.getOrCompute("a", Effect.succeed("new")), "new")
          assert.deepStrictEqual(warnings(), [])
          assert.strictEqual((yield* store.stats).computationFailures, 4)
          const gone = new Gone({ id: "a" })
          assert.deepStrictEqual(yield* Effect.exit(store.refresh("a", Effect.fail(gone))), Exit.fail(gone))
          assert.deepStrictEqual(yield* Effect.exit(store.getOrCompute("a", Effect.succeed("x"))), Exit.fail(gone))
        })
      ))

    it.scoped(`take no place where something was written or removed meanwhile: ${what}`, () =>
      withWarnings((warnings) =>
        Effect.gen(function*() {
          for (const change of ["set", "invalidate"] as const) {
            const store = yield* make({ staleWhileRevalidate: "1 hour", failure: isGone, failureTimeToLive: "1 hour" })
            yield* store.set("a", "old")
            yield* TestClock.adjust("2 minutes")
            const slow = (end: Computation) => Effect.zipRight(Effect.sleep("1 second"), end)
            assert.strictEqual(yield* store.getOrCompute("a", slow(Effect.fail(new Gone({ id: "a" })))), "old")
            yield* change === "set" ? store.set("a", "new") : store.invalidate("a")
            yield* TestClock.adjust("1 second")
            assert.strictEqual(
              yield* store.getOrCompute("a", Effect.succeed("other")),
              change === "set" ? "new" : "other"
            )
          }
          assert.deepStrictEqual(warnings(), [])
        })
      ))

    it.scoped(`are events with their cause: ${what}`, () =>
      Effect.gen(function*() {
        const store = yield* make({ staleIfError: "1 hour" })
        const listening = yield* Effect.fork(
          store.events.pipe(
            Stream.filter(({ _tag }) => _tag === "ComputationEnded"),
            Stream.take(3),
            Stream.runCollect
          )
        )
        yield* turns(5)
        yield* store.getOrCompute("a", Effect.succeed("old"))
        yield* TestClock.adjust("2 minutes")
        const offline = new Offline({ host: "h1" })
        yield* Effect.withSpan(store.getOrCompute("a", Effect.fail(offline)), "request")
        yield* store.getOrCompute("a", Effect.die("bug"))
        const ended = { _tag: "ComputationEnded", key: "a", millis: 0 } as const
        assert.deepStrictEqual(Chunk.toReadonlyArray(yield* Fiber.join(listening)), [
          { ...ended, outcome: "success" },
          { ...ended, outcome: "failure", cause: Cause.fail(offline) },
          { ...ended, outcome: "defect", cause: Cause.die("bug") }
        ])
      }))
  }
})
