/**
 * What every verb does to a value whose time is over and that may still be given out.
 */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit, Fiber, Option, TestClock } from "effect"
import { Store } from "effect-aws-cache/Cache"
import { SyncTtlDict, TtlDict } from "effect-aws-cache/Ttl"

type Options = Pick<Store.Options<string, number, never>, "staleWhileRevalidate" | "staleIfError" | "staleIfSlow">

type Verbs = Pick<
  Store.Store<string, number>,
  | "add"
  | "expire"
  | "getOrCompute"
  | "getOption"
  | "invalidate"
  | "invalidateWhen"
  | "modify"
  | "pop"
  | "purge"
  | "remove"
  | "removeMany"
  | "set"
>

const makers = {
  Store: (options: Options) => Store.make<string, number>({ timeToLive: "1 minute", ...options }),
  TtlDict: (options: Options) => TtlDict.make<string, number>({ timeToLive: "1 minute", ...options })
}

/** How a stale value may still be given out, and to whom. */
const windows: ReadonlyArray<readonly [Options, compute: Effect.Effect<number, string>]> = [
  [{ staleWhileRevalidate: "1 hour" }, Effect.never],
  [{ staleIfError: "1 hour" }, Effect.fail("no answer")],
  [{ staleIfSlow: { after: 0, within: "1 hour" } }, Effect.never]
]

/** A verb, what it says of a stale 1, and what is given out after it: the old value, another, or nothing. */
const verbs: ReadonlyArray<
  readonly [name: string, call: (store: Verbs) => Effect.Effect<unknown, unknown>, says: unknown, then: number | "none"]
> = [
  ["remove", (store) => store.remove("a"), "CacheNotFoundError", "none"],
  ["pop", (store) => store.pop("a"), "CacheNotFoundError", "none"],
  ["removeMany", (store) => store.removeMany(["a"]), 0, "none"],
  ["invalidate", (store) => store.invalidate("a"), undefined, "none"],
  ["invalidateWhen, of it", (store) => store.invalidateWhen("a", (value) => value === 1), true, "none"],
  ["invalidateWhen, of another", (store) => store.invalidateWhen("a", (value) => value === 2), false, 1],
  ["expire", (store) => store.expire("a"), undefined, 1],
  ["purge", (store) => store.purge, 0, 1],
  ["modify", (store) => store.modify("a", (value) => Effect.succeed(value + 1)), "CacheNotFoundError", 1],
  ["add", (store) => store.add("a", 5), undefined, 5],
  ["set", (store) => store.set("a", 5), undefined, 5],
  ["getOption", (store) => Effect.map(store.getOption("a"), ({ _tag }) => _tag), "None", 1]
]

const tagOf = (error: unknown): unknown =>
  typeof error === "object" && error !== null && "_tag" in error ? error._tag : error

describe("a stale value", () => {
  for (const [name, make] of Object.entries(makers)) {
    for (const [options, compute] of windows) {
      for (const [verb, call, says, then] of verbs) {
        it.scoped(`of a ${name} with ${Object.keys(options).join()}: ${verb}`, () =>
          Effect.gen(function*() {
            const store: Verbs = yield* make(options)
            yield* store.set("a", 1)
            yield* TestClock.adjust("2 minutes")
            const said = yield* Effect.match(call(store), { onFailure: tagOf, onSuccess: (value) => value })
            assert.deepStrictEqual(said, says)
            const asked = yield* Effect.fork(Effect.exit(store.getOrCompute("a", compute)))
            yield* TestClock.adjust(1)
            const polled = Option.getOrUndefined(yield* Fiber.poll(asked))
            const given = polled !== undefined && Exit.isSuccess(polled) && Exit.isSuccess(polled.value)
              ? polled.value.value
              : "none"
            assert.strictEqual(given, then)
          }))
      }
    }
  }

  it("of a SyncTtlDict: invalidateWhen", async () => {
    let now = 0
    const dict = new SyncTtlDict<string, number>({
      timeToLive: "1 minute",
      staleWhileRevalidate: "1 hour",
      now: () => now
    })
    dict.set("a", 1)
    now = 2 * 60_000
    assert.isFalse(dict.invalidateWhen("a", (value) => value === 2))
    assert.strictEqual(await dict.fetch("a", () => new Promise<number>(() => {})), 1)
    assert.isTrue(dict.invalidateWhen("a", (value) => value === 1))
    assert.isFalse(dict.invalidateWhen("a", (value) => value === 1))
    assert.strictEqual(await dict.fetch("a", () => 2), 2)
  })
})
