import { assert, it } from "@effect/vitest"
import { TtlDict } from "effect-aws-cache/Ttl"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as TestClock from "effect/TestClock"
import * as fc from "fast-check"

const maxItems = 4
const maxBytes = 20
const timeToLive = 50

type Command =
  | {
    readonly _tag: "set" | "add"
    readonly key: string
    readonly bytes: number
    readonly timeToLive: number | undefined
  }
  | { readonly _tag: "get" | "peek" | "has" | "remove" | "pop"; readonly key: string }
  | { readonly _tag: "setTtl"; readonly key: string; readonly timeToLive: number }
  | { readonly _tag: "wait"; readonly millis: number }
  | { readonly _tag: "popVictim" | "clear" | "purge" }

const key = fc.constantFrom("a", "b", "c", "d", "e", "f", "g")
const wait = fc.integer({ min: 0, max: 30 })

const command: fc.Arbitrary<Command> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      _tag: fc.constantFrom("set" as const, "set" as const, "add" as const),
      key,
      bytes: fc.integer({ min: 0, max: maxBytes + 2 }),
      timeToLive: fc.option(fc.constantFrom(0, 1, 10, 100, Infinity), { nil: undefined })
    })
  },
  {
    weight: 5,
    arbitrary: fc.record({
      _tag: fc.constantFrom(
        "get" as const,
        "get" as const,
        "peek" as const,
        "has" as const,
        "remove" as const,
        "pop" as const
      ),
      key
    })
  },
  {
    weight: 1,
    arbitrary: fc.record({ _tag: fc.constant("setTtl" as const), key, timeToLive: fc.constantFrom(0, 1, 20, Infinity) })
  },
  { weight: 3, arbitrary: fc.record({ _tag: fc.constant("wait" as const), millis: wait }) },
  {
    weight: 1,
    arbitrary: fc.record({ _tag: fc.constantFrom("popVictim" as const, "clear" as const, "purge" as const) })
  }
)

interface Value {
  readonly bytes: number
  readonly written: number
}

/** The obvious dictionary: a `Map` in order of use, everything recomputed at every step. */
class Model {
  private entries = new Map<string, { readonly value: Value; readonly expiresAt: number }>()

  live(now: number) {
    for (const [key, entry] of this.entries) if (entry.expiresAt <= now) this.entries.delete(key)
    return this.entries
  }

  contents(now: number): Array<readonly [string, Value]> {
    return [...this.live(now)].map(([key, { value }]) => [key, value] as const)
  }

  bytes(now: number): number {
    return [...this.live(now).values()].reduce((sum, { value }) => sum + value.bytes, 0)
  }

  write(key: string, value: Value, now: number, expiresAt: number): boolean {
    if (value.bytes > maxBytes) return false
    const entries = this.live(now)
    entries.delete(key)
    if (expiresAt <= now) return true
    entries.set(key, { value, expiresAt })
    for (const victim of [...entries.keys()]) {
      if (entries.size <= maxItems && this.bytes(now) <= maxBytes) break
      entries.delete(victim)
    }
    return true
  }

  use(key: string, now: number): Value | undefined {
    const entry = this.live(now).get(key)
    if (entry === undefined) return undefined
    this.entries.delete(key)
    this.entries.set(key, entry)
    return entry.value
  }

  peek(key: string, now: number): Value | undefined {
    return this.live(now).get(key)?.value
  }

  expire(key: string, now: number, expiresAt: number): boolean {
    const entry = this.live(now).get(key)
    if (entry === undefined) return false
    this.entries.set(key, { value: entry.value, expiresAt })
    return true
  }

  remove(key: string, now: number): Value | undefined {
    const value = this.peek(key, now)
    this.entries.delete(key)
    return value
  }
}

it.scoped.prop(
  "holds what a model holds, in the same order, within both limits, after every step",
  [fc.array(command, { maxLength: 60 })],
  ([commands]) =>
    Effect.gen(function*() {
      const dict = yield* TtlDict.make<string, Value>({
        maxItems,
        maxBytes,
        timeToLive,
        weigher: (_, value) => value.bytes
      })
      const model = new Model()
      let now = 0
      for (const [step, command] of commands.entries()) {
        switch (command._tag) {
          case "set":
          case "add": {
            const value = { bytes: command.bytes, written: step }
            const exists = model.peek(command.key, now) !== undefined
            const expiresAt = now + (command.timeToLive ?? timeToLive)
            const options = command.timeToLive === undefined ? undefined : { timeToLive: command.timeToLive }
            const outcome = yield* Effect.either(dict[command._tag](command.key, value, options))
            const expected = command._tag === "add" && exists
              ? "CacheExistsError"
              : model.write(command.key, value, now, expiresAt)
              ? "written"
              : "EntryTooLargeError"
            assert.strictEqual(Either.isLeft(outcome) ? outcome.left._tag : "written", expected)
            break
          }
          case "get":
            assert.strictEqual(Option.getOrUndefined(yield* dict.getOption(command.key)), model.use(command.key, now))
            break
          case "peek":
            assert.strictEqual(Option.getOrUndefined(yield* dict.peek(command.key)), model.peek(command.key, now))
            break
          case "has":
            assert.strictEqual(yield* dict.has(command.key), model.peek(command.key, now) !== undefined)
            break
          case "remove":
            assert.strictEqual(
              Either.isRight(yield* Effect.either(dict.remove(command.key))),
              model.remove(command.key, now) !== undefined
            )
            break
          case "pop":
            assert.strictEqual(
              Option.getOrUndefined(yield* Effect.option(dict.pop(command.key))),
              model.remove(command.key, now)
            )
            break
          case "setTtl":
            assert.strictEqual(
              Either.isRight(yield* Effect.either(dict.setTtl(command.key, command.timeToLive))),
              model.expire(command.key, now, now + command.timeToLive)
            )
            break
          case "wait":
            now += command.millis
            yield* TestClock.adjust(command.millis)
            break
          case "popVictim": {
            const victim = model.contents(now)[0]
            assert.deepStrictEqual(yield* dict.popVictim, Option.fromNullable(victim))
            if (victim !== undefined) model.remove(victim[0], now)
            break
          }
          case "clear":
            yield* dict.clear
            for (const [key] of model.contents(now)) model.remove(key, now)
            break
          case "purge":
            yield* dict.purge
        }
        // Asked after some steps only: asking reclaims what has expired, which must not be needed.
        if (step % 3 === 0) continue
        assert.deepStrictEqual(yield* dict.entries, model.contents(now))
        const bytes = yield* dict.byteSize
        assert.strictEqual(bytes, model.bytes(now))
        assert.isAtMost(bytes, maxBytes)
        assert.isAtMost(yield* dict.size, maxItems)
      }
    }),
  { fastCheck: { numRuns: 300 } }
)
