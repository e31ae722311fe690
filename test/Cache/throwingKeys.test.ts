import { assert, describe, it } from "@effect/vitest"
import { LeasedStore, Store } from "effect-aws-cache/Cache"
import { SyncTtlDict as SmallDict } from "effect-aws-cache/Sync"
import { SyncTtlDict, TtlDict } from "effect-aws-cache/Ttl"
import * as Effect from "effect/Effect"
import * as Equal from "effect/Equal"
import * as Exit from "effect/Exit"
import * as Hash from "effect/Hash"
import type * as Scope from "effect/Scope"

/** Counts down to the question that a key throws at. */
const asked = { left: 0 }

const ask = () => {
  if (--asked.left === 0) throw new Error("no hash")
}

class Key implements Equal.Equal {
  readonly id: number
  constructor(id: number) {
    this.id = id
  }
  [Hash.symbol](): number {
    ask()
    if (this.id < 0) throw new Error("no hash")
    return this.id % 3
  }
  [Equal.symbol](other: unknown): boolean {
    ask()
    return other instanceof Key && other.id === this.id
  }
}

interface Uses {
  readonly compute: Effect.Effect<unknown, unknown>
  readonly anew: Effect.Effect<unknown, unknown>
  /** Whatever must have ended. */
  readonly left: Effect.Effect<number>
}

const value = Effect.as(Effect.yieldNow(), 1)

const makers: Readonly<Record<string, Effect.Effect<Uses, unknown, Scope.Scope>>> = {
  Store: Effect.map(Store.make<Key, number>(), (store) => ({
    compute: Effect.suspend(() => store.getOrCompute(new Key(1), value)),
    anew: Effect.suspend(() => store.refresh(new Key(1), value)),
    left: Effect.map(store.stats, ({ inFlight }) => inFlight)
  })),
  TtlDict: Effect.map(TtlDict.make<Key, number>(), (dict) => ({
    compute: Effect.suspend(() => dict.getOrCompute(new Key(1), value)),
    anew: Effect.suspend(() => dict.refresh(new Key(1), value)),
    left: Effect.map(dict.stats, ({ inFlight }) => inFlight)
  })),
  LeasedStore: Effect.map(
    LeasedStore.make({ acquire: (_: Key) => value, release: () => Effect.void }),
    (store) => ({
      compute: Effect.suspend(() => store.use(new Key(1), () => Effect.void)),
      anew: Effect.suspend(() => store.refresh(new Key(1))),
      left: Effect.map(store.stats, ({ inFlight, leased, retired }) => inFlight + leased + retired)
    })
  )
}

describe("a key whose hash or equality throws at any moment", () => {
  for (const [name, make] of Object.entries(makers)) {
    for (const how of ["compute", "anew"] as const) {
      it.effect(`${name}, ${how}: nobody waits for ever, nothing is left, and the next call is as any`, () =>
        Effect.gen(function*() {
          let failures = 0
          for (let at = 1; at < 14; at++) {
            yield* Effect.scoped(Effect.gen(function*() {
              const uses = yield* make
              asked.left = at
              const first = yield* Effect.exit(uses[how])
              asked.left = 0
              if (Exit.isFailure(first)) failures++
              assert.isTrue(Exit.isSuccess(yield* Effect.exit(uses[how])), `after question ${at}`)
              yield* Effect.yieldNow()
              assert.strictEqual(yield* uses.left, 0, `after question ${at}`)
            }))
          }
          assert.isAbove(failures, 0)
        }))
    }
  }

  const many = (count: number): ReadonlyArray<readonly [Key | string, number]> => [
    ...Array.from({ length: count }, (_, at) => [`key ${at}`, 1] as const),
    [new Key(1), 2],
    [new Key(-1), 3]
  ]

  for (const count of [2, 1500]) {
    it.scoped(`setMany of ${count} writes none`, () =>
      Effect.gen(function*() {
        const store = yield* Store.make<Key | string, number>()
        const dict = yield* TtlDict.make<Key | string, number>()
        const leased = yield* LeasedStore.make<Key | string, number>({ acquire: () => value, maxSize: 5000 })
        for (const each of [store, dict, leased]) {
          assert.isTrue(Exit.isFailure(yield* Effect.exit(each.setMany(many(count)))))
          assert.strictEqual(yield* each.size, 0)
        }
        for (const each of [new SyncTtlDict<Key | string, number>(), new SmallDict<Key | string, number>()]) {
          assert.throws(() => each.setMany(many(count)), "no hash")
          assert.strictEqual(each.size, 0)
        }
      }))
  }
})
