import { afterEach, assert, describe, it } from "@effect/vitest"
import { SyncTtlDict } from "effect-aws-cache/Sync"
import { mock } from "node:test"
import { settled } from "../support/settled.js"

const turn = () => new Promise<void>((resolve) => setImmediate(resolve))

/** Whether a promise is pending. */
const isPending = async (promise: Promise<unknown>) => {
  const pending = Symbol("pending")
  await turn()
  return (await Promise.race([promise, Promise.resolve(pending)])) === pending
}

/** A promise that is resolved when it is told to. */
const later = <A>() => {
  let done = (_value: A): void => {}
  return {
    promise: new Promise<A>((resolve) => {
      done = resolve
    }),
    done: (value: A) => done(value)
  }
}

afterEach(() => mock.timers.reset())

describe("SyncTtlDict.settle", () => {
  it("waits for loads and hooks that are under way, and not for what begins later", async () => {
    const [loaded, told, more] = [later<number>(), later<void>(), later<number>()]
    const dict = new SyncTtlDict<string, number>({ maxSize: 1, onRemoval: () => told.promise })
    dict.set("old", 0)
    const fetched = dict.fetch("a", () => loaded.promise)
    const waiting = dict.settle({ within: Infinity })
    const other = dict.fetch("b", () => more.promise)
    assert.isTrue(await isPending(waiting))
    assert.deepStrictEqual(await dict.settle({ within: 0 }), settled({ computations: 2 }))
    // It puts the old one out, of which the hook is told.
    loaded.done(1)
    assert.strictEqual(await fetched, 1)
    assert.isTrue(await isPending(waiting))
    assert.deepStrictEqual(await dict.settle({ within: 0 }), settled({ computations: 1, hooks: 1 }))
    told.done()
    assert.deepStrictEqual(await waiting, settled())
    more.done(2)
    assert.strictEqual(await other, 2)
    assert.deepStrictEqual(await dict.settle({ within: "1 second" }), settled())
  })

  it("counts what goes on when the time is over, interrupts nothing, and leaves no timer", async () => {
    mock.timers.enable({ apis: ["setTimeout"] })
    const loaded = later<number>()
    const dict = new SyncTtlDict<string, number>()
    const fetched = dict.fetch("a", () => loaded.promise)
    const [late, waiting] = [dict.settle({ within: "5 seconds" }), dict.settle({ within: "1 hour" })]
    mock.timers.tick(4999)
    assert.isTrue(await isPending(late))
    mock.timers.tick(1)
    assert.deepStrictEqual(await late, settled({ computations: 1 }))
    loaded.done(1)
    assert.strictEqual(await fetched, 1)
    assert.deepStrictEqual(await waiting, settled())
  })

  it("waits for a load that nobody waits for, also for one that fails", async () => {
    const clock = { now: 0 }
    const dict = new SyncTtlDict<string, number>({
      now: () => clock.now,
      timeToLive: "1 minute",
      staleWhileRevalidate: "1 hour"
    })
    dict.set("a", 1)
    clock.now = 120_000
    const loaded = later<number>()
    assert.strictEqual(await dict.fetch("a", () => loaded.promise), 1)
    const waiting = dict.settle({ within: Infinity })
    assert.isTrue(await isPending(waiting))
    loaded.done(2)
    assert.deepStrictEqual(await waiting, settled())
    assert.strictEqual(dict.get("a"), 2)
    const failing = later<number>()
    const failed = dict.fetch("b", () => failing.promise.then(() => Promise.reject(new Error("no"))))
    const end = dict.settle({ within: Infinity })
    failing.done(0)
    assert.strictEqual(await failed.catch(({ message }: Error) => message), "no")
    assert.deepStrictEqual(await end, settled())
  })
})
