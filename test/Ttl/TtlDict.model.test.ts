import { assert, describe, it } from "@effect/vitest"
import { type Dict, SyncTtlDict, TtlDict } from "effect-aws-cache/Ttl"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import * as fc from "fast-check"
import { ManualClock } from "../support/ManualClock.js"
import { property } from "../support/property.js"
import { type Command, livesOnABadClock, livesWithJumps } from "./dictCommands.js"
import { NaiveDict, type Value } from "./NaiveDict.js"

const tags: Readonly<Record<string, string>> = { EntryTooLargeError: "tooLarge", CacheExistsError: "exists" }

const outcomeOf = (error: unknown): unknown => error instanceof Error && error.name in tags ? tags[error.name] : error

const attempt = (f: () => unknown): unknown => {
  try {
    return f()
  } catch (error) {
    return outcomeOf(error)
  }
}

const sync = (dict: SyncTtlDict<string, Value>, command: Command, now: number, written: number): unknown => {
  const { bytes, delta, key, name, other, timeToLive } = command
  const value = { bytes, written }
  switch (name) {
    case "get":
    case "peek":
    case "peekEntry":
    case "has":
    case "pop":
      return dict[name](key)
    case "set":
    case "add":
      return void dict[name](key, value, { timeToLive })
    case "setUntil":
      return void dict.set(key, value, { timeToLive: 1, expiresAt: now + delta })
    case "getOrInsert":
      return dict.getOrInsert(key, value, { timeToLive })
    case "getOrCompute":
      return dict.getOrCompute(key, () => value, { timeToLive })
    case "refresh":
      return dict.refresh(key, () => value, { timeToLive })
    case "setMany":
      return void dict.setMany([[key, value], [other, { bytes: bytes + 1, written }, { timeToLive }]])
    case "hasMany":
    case "removeMany":
      return dict[name]([key, other])
    case "getMany":
      return dict.getMany([key, other])
    case "remove":
      return dict.delete(key)
    case "invalidate":
      return void dict.delete(key)
    case "invalidateWhen":
      return dict.invalidateWhen(key, (held) => held.bytes >= bytes)
    case "expire":
      return dict.expire(key)
    case "popVictim":
    case "popNewest":
    case "clear":
    case "purge":
      return dict[name]()
    case "timeToLive":
      return dict.timeToLive(key, now + delta)
    case "setTimeToLive":
      return dict.setTimeToLive(key, timeToLive ?? dict.limits.timeToLive)
    case "setExpiresAt":
      return dict.setExpiresAt(key, now + delta)
    case "moveToEnd":
      return dict.moveToEnd(key)
    case "moveToStart":
      return dict.moveToEnd(key, { last: false })
    case "reweigh": {
      const found = dict.peek(key)
      if (found !== undefined) found.bytes = bytes
      return dict.reweigh(key)
    }
    case "resizeMaxSize":
      return dict.resize({ maxSize: bytes })
    case "resizeMaxBytes":
      return dict.resize({ maxBytes: bytes + 1 })
    case "resizeTimeToLive":
      return dict.resize({ timeToLive: timeToLive ?? dict.limits.timeToLive })
    case "jump":
      return undefined
  }
}

const found = (effect: Effect.Effect<unknown, { readonly _tag: string }>): Effect.Effect<boolean> =>
  Effect.isSuccess(effect)

const reweighed = (dict: Dict<string, Value>, key: string, bytes: number) =>
  Effect.map(dict.peek(key), Option.map((held) => (held.bytes = bytes))).pipe(
    Effect.zipRight(dict.reweigh(key)),
    Effect.catchTag("CacheNotFoundError", () => Effect.succeed(undefined))
  )

const inEffect = (
  dict: Dict<string, Value>,
  command: Command,
  now: number,
  written: number
): Effect.Effect<unknown, unknown> => {
  const { bytes, delta, key, name, other, timeToLive } = command
  const value = { bytes, written }
  switch (name) {
    case "get":
      return Effect.map(dict.getOption(key), Option.getOrUndefined)
    case "peek":
      return Effect.map(dict.peek(key), Option.getOrUndefined)
    case "peekEntry":
      return Effect.map(dict.peekEntry(key), Option.getOrUndefined)
    case "has":
      return dict.has(key)
    case "pop":
      return Effect.map(Effect.option(dict.pop(key)), Option.getOrUndefined)
    case "set":
    case "add":
      return dict[name](key, value, { timeToLive })
    case "setUntil":
      return dict.set(key, value, { timeToLive: 1, expiresAt: now + delta })
    case "getOrInsert":
      return dict.getOrInsert(key, value, { timeToLive })
    case "getOrCompute":
      return dict.getOrCompute(key, Effect.succeed(value), { timeToLive })
    case "refresh":
      return dict.refresh(key, Effect.succeed(value), { timeToLive })
    case "setMany":
      return dict.setMany([[key, value], [other, { bytes: bytes + 1, written }, { timeToLive }]])
    case "hasMany":
    case "removeMany":
      return dict[name]([key, other])
    case "getMany":
      return Effect.map(dict.getMany([key, other]), (held) => held.map(Option.getOrUndefined))
    case "remove":
      return found(dict.remove(key))
    case "invalidate":
    case "expire":
      return dict[name](key)
    case "invalidateWhen":
      return dict.invalidateWhen(key, (held) => held.bytes >= bytes)
    case "popVictim":
    case "popNewest":
      return Effect.map(dict[name], Option.getOrUndefined)
    case "clear":
      return Effect.asVoid(dict.clear)
    case "purge":
      return dict.purge
    case "timeToLive":
      return Effect.map(
        Effect.option(dict.timeToLive(key, now + delta)),
        (left) => Option.getOrUndefined(Option.map(left, Duration.toMillis))
      )
    case "setTimeToLive":
      return Effect.flatMap(dict.limits, (limits) => found(dict.setTimeToLive(key, timeToLive ?? limits.timeToLive)))
    case "setExpiresAt":
      return found(dict.setExpiresAt(key, now + delta))
    case "moveToEnd":
      return found(dict.moveToEnd(key))
    case "moveToStart":
      return found(dict.moveToEnd(key, { last: false }))
    case "reweigh":
      return reweighed(dict, key, bytes)
    case "resizeMaxSize":
      return dict.resize({ maxSize: bytes })
    case "resizeMaxBytes":
      return dict.resize({ maxBytes: bytes + 1 })
    case "resizeTimeToLive":
      return Effect.flatMap(dict.limits, (limits) => dict.resize({ timeToLive: timeToLive ?? limits.timeToLive }))
    case "jump":
      return Effect.void
  }
}

const weigher = (_: string, value: Value) => value.bytes

const plain = (entries: Iterable<readonly [string, Value]>) => [...entries].map(([key, value]) => [key, { ...value }])

describe("a dictionary and a naive model of it", () => {
  it("have the same contents, order, answers and removals, within both limits, after every step", () => {
    fc.assert(
      fc.property(livesWithJumps, ({ commands, maxBytes, maxSize, timeToIdle, timeToLive }) => {
        let now = 0
        const removed: Array<string> = []
        const dict = new SyncTtlDict<string, Value>({
          maxBytes,
          maxSize,
          timeToIdle,
          timeToLive,
          weigher,
          now: () => now,
          onRemoval: (key, value, reason) => removed.push(`${key} ${value.written} ${reason}`)
        })
        const model = new NaiveDict(maxSize, maxBytes, timeToLive, timeToIdle)
        for (const [written, command] of commands.entries()) {
          if (command.name === "jump") {
            // What has expired by then is reclaimed in both, before the clock makes it live again.
            if (command.delta < 0) assert.strictEqual(dict.size, model.contents(now).length)
            now += command.delta
            dict.purge()
          }
          assert.deepStrictEqual(
            attempt(() => sync(dict, command, now, written)),
            model.apply(command, now, written),
            command.name
          )
          // Asked after some steps only: asking reclaims what has expired, which must not be needed.
          if (written % 3 === 0) continue
          const { limits } = dict
          const bytes = dict.byteSize
          assert.deepStrictEqual(plain(dict), plain(model.contents(now)))
          assert.strictEqual(bytes, model.byteSize(now))
          assert.isAtMost(bytes, limits.maxBytes)
          assert.isAtMost(dict.size, limits.maxSize)
        }
        dict.purge()
        model.contents(now)
        assert.deepStrictEqual(removed.sort(), model.removed.sort())
      }),
      property(1000)
    )
  })

  it("on a clock that jumps anywhere: nothing expired is given out, and no limit is exceeded", () => {
    fc.assert(
      fc.property(livesOnABadClock, ({ commands, maxBytes, maxSize, timeToIdle, timeToLive }) => {
        let now = 0
        let left = 0
        const dict = new SyncTtlDict<string, Value>({
          maxBytes,
          maxSize,
          timeToIdle,
          timeToLive,
          weigher,
          now: () => now,
          onRemoval: () => left++
        })
        for (const [written, command] of commands.entries()) {
          if (command.name === "jump") now += command.delta
          attempt(() => sync(dict, command, now, written))
          const { limits } = dict
          const entries = dict.entriesWithExpiry()
          assert.isAtMost(dict.byteSize, limits.maxBytes)
          assert.isAtMost(entries.length, limits.maxSize)
          for (const [key, value, expiresAt] of entries) {
            assert.isAbove(expiresAt, now)
            assert.strictEqual(dict.peek(key), value)
          }
        }
        const { cleared, deleted, evicted, expired, insertions, replaced, size } = dict.stats
        const gone = evicted + expired + deleted + cleared
        assert.strictEqual(left, gone + replaced)
        // A value that takes another's place is no insertion; one that replaces and expires at once takes an entry away.
        assert.isAtMost(insertions - gone - replaced, size)
        assert.isAtLeast(insertions - gone, size)
      }),
      property(300)
    )
  })

  it.live("answer alike, with Effect and without", () =>
    Effect.promise(() =>
      fc.assert(
        fc.asyncProperty(livesWithJumps, ({ commands, ...limits }) => {
          const clock = new ManualClock()
          const removed: Array<string> = []
          const removedInEffect: Array<string> = []
          const twin = new SyncTtlDict<string, Value>({
            ...limits,
            weigher,
            now: () => clock.unsafeCurrentTimeMillis(),
            onRemoval: (key, value, reason) => removed.push(`${key} ${value.written} ${reason}`)
          })
          const program = Effect.gen(function*() {
            const dict = yield* TtlDict.make<string, Value>({
              ...limits,
              weigher,
              onRemoval: (key, value, reason) =>
                Effect.sync(() => removedInEffect.push(`${key} ${value.written} ${reason}`))
            })
            for (const [written, command] of commands.entries()) {
              if (command.name === "jump") yield* clock.advance(command.delta, 1)
              const now = clock.unsafeCurrentTimeMillis()
              const answer = yield* Effect.catchAll(
                inEffect(dict, command, now, written),
                (error) => Effect.succeed(outcomeOf(error))
              )
              assert.deepStrictEqual(
                answer,
                attempt(() => sync(twin, command, now, written)),
                command.name
              )
              assert.deepStrictEqual(plain(yield* dict.entries), plain(twin))
              assert.strictEqual(yield* dict.byteSize, twin.byteSize)
            }
            const { hooks: _, ...stats } = yield* dict.stats
            const { hooks: __, ...expected } = twin.stats
            assert.deepStrictEqual(stats, expected)
            assert.deepStrictEqual([stats.coalesced, stats.inFlight], [0, 0])
          })
          return Effect.runPromiseExit(Effect.withClock(Effect.scoped(program), clock)).then((exit) => {
            if (Exit.isFailure(exit)) throw exit.cause
            // The scope has waited for the hooks: they have all run, in the same order.
            assert.deepStrictEqual(removedInEffect, removed)
          })
        }),
        property(150)
      )
    ))
})
