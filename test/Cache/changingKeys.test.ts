import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, Equal, Exit, Fiber, Hash } from "effect"
import { LeasedStore, Store } from "effect-aws-cache/Cache"
import { SyncTtlDict, TtlDict } from "effect-aws-cache/Ttl"
import * as fc from "fast-check"
import { FiledMap } from "../../src/Cache/engine/structures/FiledMap.js"
import { keyEquality } from "../../src/Cache/keys/keyEquality.js"
import { ManualClock } from "../support/ManualClock.js"
import { property } from "../support/property.js"

class Key implements Equal.Equal {
  n: number
  constructor(n: number) {
    this.n = n
  }
  [Hash.symbol]() {
    return Hash.number(this.n)
  }
  [Equal.symbol](that: unknown) {
    return that instanceof Key && that.constructor === this.constructor && that.n === this.n
  }
}

/** Keys of few hashes. */
class Poor extends Key {
  override [Hash.symbol]() {
    return this.n % 2
  }
}

interface Made {
  /** What is computed is told by `compute`, which runs while the key is what somebody makes it. */
  readonly ask: (key: Key, compute: Effect.Effect<string>) => Effect.Effect<string>
  readonly set: (key: Key, value: string) => Effect.Effect<void>
  readonly inFlight: Effect.Effect<number>
}

const stores: ReadonlyArray<readonly [what: string, make: Effect.Effect<Made, unknown, import("effect").Scope.Scope>]> =
  [
    [
      "Store",
      Effect.map(Store.make<Key, string>({ timeToLive: 10 }), (store) => ({
        ask: store.getOrCompute,
        set: (key, value) => Effect.orDie(store.set(key, value)),
        inFlight: Effect.map(store.stats, ({ inFlight }) => inFlight)
      }))
    ],
    [
      "TtlDict",
      Effect.map(TtlDict.make<Key, string>({ timeToLive: 10 }), (dict) => ({
        ask: dict.getOrCompute,
        set: (key, value) => Effect.orDie(dict.set(key, value)),
        inFlight: Effect.map(dict.stats, ({ inFlight }) => inFlight)
      }))
    ],
    [
      "LeasedStore",
      Effect.map(
        LeasedStore.make<Key, string>({ timeToLive: 10, acquire: () => Effect.succeed("") }),
        (store) => ({
          ask: (key, acquire) => store.use(key, Effect.succeed, { acquire }),
          set: (key, value) => Effect.orDie(store.set(key, value)),
          inFlight: Effect.map(store.stats, ({ inFlight }) => inFlight)
        })
      )
    ]
  ]

const unused = Effect.succeed("nobody asks for this")

describe("keys that change while their values are computed", () => {
  for (const [what, make] of stores) {
    it.effect(`and back: ${what}`, () =>
      Effect.gen(function*() {
        const clock = new ManualClock()
        yield* Effect.gen(function*() {
          const { ask, inFlight } = yield* make
          for (const Class of [Key, Poor]) {
            const key = new Class(1)
            let calls = 0
            const compute = Effect.sync(() => `${++calls}`)
            const changing = Effect.tap(compute, () =>
              Effect.sync(() => {
                key.n = 4
              }))
            yield* ask(key, changing)
            assert.strictEqual(yield* inFlight, 0)
            key.n = 1
            yield* clock.advance(20)
            assert.strictEqual(yield* ask(new Class(1), compute), "2")
            yield* clock.advance(20)
            assert.strictEqual(yield* ask(key, compute), "3")
            yield* clock.advance(20)
          }
        }).pipe(Effect.scoped, Effect.withClock(clock))
      }))

    it.scoped(`the value is given out under no other key: ${what}`, () =>
      Effect.gen(function*() {
        const { ask } = yield* make
        const key = new Key(1)
        const change = Effect.sync(() => {
          key.n = 2
        })
        assert.strictEqual(yield* ask(key, Effect.as(change, "of 1")), "of 1")
        assert.strictEqual(yield* ask(new Key(2), Effect.succeed("of 2")), "of 2")
      }))

    it.scoped(`what is written meanwhile wins: ${what}`, () =>
      Effect.gen(function*() {
        const { ask, set } = yield* make
        const key = new Key(1)
        const started = yield* Deferred.make<void>()
        const done = yield* Deferred.make<void>()
        const compute = Deferred.succeed(started, undefined).pipe(
          Effect.zipRight(Deferred.await(done)),
          Effect.as("computed")
        )
        const asking = yield* Effect.fork(ask(key, compute))
        yield* Deferred.await(started)
        key.n = 2
        yield* set(new Key(1), "written")
        key.n = 1
        yield* Deferred.succeed(done, undefined)
        assert.strictEqual(yield* Fiber.join(asking), "computed")
        assert.strictEqual(yield* ask(new Key(1), unused), "written")
      }))

    it(`at any moment, in any order: ${what}`, () =>
      fc.assert(
        fc.asyncProperty(
          fc.constantFrom(Key, Poor),
          fc.array(
            fc.record({
              at: fc.nat({ max: 40 }),
              step: fc.oneof(
                fc.record({ _tag: fc.constant("ask" as const), key: fc.nat({ max: 2 }), takes: fc.nat({ max: 8 }) }),
                fc.record({ _tag: fc.constant("change" as const), key: fc.nat({ max: 2 }), n: fc.nat({ max: 3 }) }),
                fc.record({ _tag: fc.constant("set" as const), n: fc.nat({ max: 3 }) }),
                fc.record({ _tag: fc.constant("leave" as const), asked: fc.nat({ max: 10 }) })
              )
            }),
            { maxLength: 30 }
          ),
          (Class, steps) => {
            const clock = new ManualClock()
            return Effect.runPromise(
              Effect.gen(function*() {
                const { ask, inFlight, set } = yield* make
                const keys = [new Class(0), new Class(1), new Class(2)] as const
                const asking: Array<Fiber.RuntimeFiber<string>> = []
                for (let now = 0; now < 60; now++) {
                  for (const { at, step } of steps) {
                    if (at !== now) continue
                    if (step._tag === "ask") {
                      const key = keys[step.key as 0 | 1 | 2]
                      asking.push(yield* Effect.fork(ask(key, Effect.as(Effect.sleep(step.takes), `of ${key.n}`))))
                    } else if (step._tag === "change") keys[step.key as 0 | 1 | 2].n = step.n
                    else if (step._tag === "set") yield* set(new Class(step.n), `of ${step.n}`)
                    else {
                      const left = asking[step.asked]
                      if (left !== undefined) yield* Effect.fork(Fiber.interrupt(left))
                    }
                  }
                  yield* clock.advance(1)
                }
                const exits = yield* Effect.forEach(asking, Fiber.await)
                for (const exit of exits) {
                  assert.isTrue(Exit.isSuccess(exit) || Exit.isInterrupted(exit), String(exit))
                }
                assert.strictEqual(yield* inFlight, 0)
                // Nothing has ended that could be joined, and nothing that has expired is left.
                yield* clock.advance(60)
                for (const key of keys) key.n = 0
                for (let n = 0; n <= 3; n++) {
                  assert.strictEqual(yield* ask(new Class(n), Effect.succeed("new")), "new")
                }
              }).pipe(Effect.scoped, Effect.withClock(clock))
            )
          }
        ),
        property(60)
      ))
  }

  it("and back, without Effect", () => {
    let now = 0
    const dict = new SyncTtlDict<Key, number>({ timeToLive: 10, now: () => now })
    const key = new Key(1)
    let calls = 0
    const compute = (): number => ++calls
    dict.getOrCompute(key, () => {
      key.n = 2
      return compute()
    })
    assert.isUndefined(dict.get(new Key(2)), "it was computed for another key")
    key.n = 1
    now += 20
    assert.strictEqual(dict.getOrCompute(new Key(1), compute), 2)
    now += 20
    assert.strictEqual(dict.getOrCompute(key, compute), 3)
    // A write of what the key was wins.
    const other = new Key(5)
    dict.getOrCompute(other, () => {
      other.n = 6
      dict.set(new Key(5), 55)
      other.n = 5
      return 0
    })
    assert.strictEqual(dict.get(new Key(5)), 55)
    assert.throws(
      () => dict.getOrCompute(new Key(7), () => dict.getOrCompute(new Key(7), () => 1)),
      /waits for its own/
    )
    assert.strictEqual(dict.getOrCompute(new Key(7), () => 7), 7)
  })
})

describe("FiledMap", () => {
  it("finds what a map of what was filed would find, and takes out what has changed", () =>
    fc.assert(
      fc.property(
        fc.array(
          fc.oneof(
            fc.record({ _tag: fc.constant("add" as const), n: fc.nat({ max: 5 }), kind: fc.nat({ max: 4 }) }),
            fc.record({ _tag: fc.constant("remove" as const), at: fc.nat({ max: 20 }) }),
            fc.record({ _tag: fc.constant("change" as const), at: fc.nat({ max: 20 }), n: fc.nat({ max: 5 }) })
          )
        ),
        (commands) => {
          const map = new FiledMap<unknown, number>(keyEquality)
          const there: Array<ReturnType<typeof map.add>> = []
          for (const [value, command] of commands.entries()) {
            const filed = command._tag === "add" ? undefined : there[command.at]
            if (command._tag === "add") {
              const { n } = command
              const key = [n, `${n}`, new Key(n), new Poor(n), { n }][command.kind]
              const found = map.get(key)
              assert.strictEqual(found, there.find((other) => keyOf(other.key) === keyOf(key) && isSame(other, key)))
              if (found === undefined) there.push(map.add(key, value))
            } else if (command._tag === "remove") {
              if (filed !== undefined) {
                map.remove(filed)
                map.remove(filed)
                there.splice(command.at, 1)
              }
            } else if (filed?.key instanceof Key) filed.key.n = command.n
            assert.strictEqual(map.size, there.length)
            assert.sameMembers([...map.all()], there)
          }
          for (const filed of there) map.remove(filed)
          assert.strictEqual(map.size, 0)
          assert.deepStrictEqual(map.all(), [])
        }
      ),
      property(300)
    ))
})

const keyOf = (key: unknown): unknown => (key instanceof Key ? `${key instanceof Poor} ${key.n}` : key)

/** An entry is found by what it was filed under, if its key is that still. */
const isSame = ({ hash, key: held }: { readonly hash: number | undefined; readonly key: unknown }, key: unknown) =>
  !(key instanceof Key) || (held instanceof Key && hash === key[Hash.symbol]())
