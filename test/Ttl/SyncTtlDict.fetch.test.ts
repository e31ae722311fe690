import { afterEach, assert, describe, it } from "@effect/vitest"
import {
  estimate,
  type FetchOptions,
  LoadTimeoutError,
  SyncTtlDict,
  type SyncTtlDictOptions,
  TooManyLoadsError
} from "effect-aws-cache/Sync"
import { CacheConfigError, CacheReentryError } from "effect-aws-cache/Ttl"
import * as Data from "effect/Data"
import * as fc from "fast-check"
import { mock } from "node:test"
import { property } from "../support/property.js"

const made = <K = string, V = number>(options: SyncTtlDictOptions<K, V> = {}) => {
  const clock = { now: 1000 }
  return { clock, dict: new SyncTtlDict<K, V>({ now: () => clock.now, ...options }) }
}

/** Loads that end when they are told to. */
const loads = <V = number>() => {
  const started: Array<{
    readonly signal: AbortSignal
    readonly done: (value: V) => void
    readonly fail: (error: unknown) => void
  }> = []
  const load = (_key: unknown, { signal }: { readonly signal: AbortSignal }): Promise<V> =>
    new Promise((done, fail) => started.push({ signal, done, fail }))
  return { started, load }
}

const settled = async <A>(promise: Promise<A>): Promise<{ readonly value: A } | { readonly error: unknown }> => {
  try {
    return { value: await promise }
  } catch (error) {
    return { error }
  }
}

const turn = () => new Promise<void>((resolve) => setImmediate(resolve))

/** What reaches the process while something is done: rejections that nobody handles, and warnings. */
const noticed = async (f: () => Promise<unknown>) => {
  const seen: Array<unknown> = []
  const rejected = (error: unknown) => seen.push(error)
  const warned = ({ message, name }: Error) => {
    if (name === "TtlDictWarning") seen.push(message)
  }
  process.on("unhandledRejection", rejected)
  process.on("warning", warned)
  try {
    await f()
    await turn()
  } finally {
    process.off("unhandledRejection", rejected)
    process.off("warning", warned)
  }
  return seen
}

afterEach(() => {
  mock.timers.reset()
})

describe("SyncTtlDict.fetch", () => {
  it("loads once for all who ask meanwhile", async () => {
    const { dict } = made()
    const { load, started } = loads()
    const asked = Array.from({ length: 1000 }, () => dict.fetch("a", load))
    assert.lengthOf(started, 1)
    assert.deepStrictEqual([dict.stats.inFlight, dict.stats.coalesced], [1, 999])
    started[0]?.done(7)
    assert.deepStrictEqual(new Set(await Promise.all(asked)), new Set([7]))
    assert.strictEqual(await dict.fetch("a", load), 7)
    assert.strictEqual(dict.get("a"), 7)
    assert.lengthOf(started, 1)
    assert.strictEqual(dict.stats.inFlight, 0)
  })

  it("finds keys by what they hold", async () => {
    const { dict } = made<{ readonly id: number }>()
    const { load, started } = loads()
    const asked = [dict.fetch(Data.struct({ id: 1 }), load), dict.fetch(Data.struct({ id: 1 }), load)]
    assert.lengthOf(started, 1)
    started[0]?.done(1)
    assert.deepStrictEqual(await Promise.all(asked), [1, 1])
  })

  it("gives all who wait the error itself, and keeps it not", async () => {
    const { dict } = made()
    const { load, started } = loads()
    const asked = [dict.fetch("a", load), dict.fetch("a", load)].map(settled)
    const error = new Error("no")
    started[0]?.fail(error)
    for (const one of await Promise.all(asked)) assert.strictEqual("error" in one && one.error, error)
    const thrown = await settled(dict.fetch("a", () => {
      throw error
    }))
    assert.strictEqual("error" in thrown && thrown.error, error)
    assert.strictEqual(await dict.fetch("a", () => 2), 2)
  })

  it("ends no process", async () => {
    const { clock, dict } = made({ staleWhileRevalidate: "1 minute" })
    const fail = () => Promise.reject(new Error("no"))
    const seen = await noticed(async () => {
      void dict.fetch("a", fail)
      void dict.fetch("a", fail)
      void dict.fetch("b", fail, { signal: AbortSignal.abort() })
      const controller = new AbortController()
      void dict.fetch("c", async (_, { signal }) => {
        await turn()
        signal.throwIfAborted()
        return 1
      }, { signal: controller.signal })
      controller.abort()
      await turn()
    })
    assert.deepStrictEqual(seen, [])
    dict.set("d", 1, { timeToLive: 10 })
    clock.now += 20
    const told = await noticed(async () => assert.strictEqual(await dict.fetch("d", fail), 1))
    assert.deepStrictEqual(told, ["SyncTtlDict: fetch failed for \"d\": Error: no"])
    assert.strictEqual(await dict.fetch("d", fail), 1)
  })

  it("lets each caller go by its own signal, and stops the load with the last", async () => {
    const { dict } = made()
    const { load, started } = loads()
    const [one, two] = [new AbortController(), new AbortController()]
    const first = settled(dict.fetch("a", load, { signal: one.signal }))
    const second = settled(dict.fetch("a", load, { signal: two.signal }))
    one.abort("enough")
    assert.deepStrictEqual(await first, { error: "enough" })
    assert.isFalse(started[0]?.signal.aborted)
    two.abort("too")
    assert.deepStrictEqual(await second, { error: "too" })
    assert.isTrue(started[0]?.signal.aborted)
    const third = dict.fetch("a", load)
    assert.lengthOf(started, 2)
    started[0]?.done(1)
    await turn()
    assert.isFalse(dict.has("a"))
    started[1]?.done(2)
    assert.strictEqual(await third, 2)
    assert.strictEqual(dict.get("a"), 2)
    assert.deepStrictEqual(await settled(dict.fetch("b", load, { signal: AbortSignal.abort("before") })), {
      error: "before"
    })
    assert.lengthOf(started, 2)
  })

  it("goes on for who came without a signal", async () => {
    const { dict } = made()
    const { load, started } = loads()
    const controller = new AbortController()
    const gone = settled(dict.fetch("a", load, { signal: controller.signal }))
    const stays = dict.fetch("a", load)
    controller.abort()
    await gone
    started[0]?.done(1)
    assert.strictEqual(await stays, 1)
  })

  it("gives out what has expired while it loads anew", async () => {
    const { clock, dict } = made({ timeToLive: 100, staleWhileRevalidate: 50 })
    const { load, started } = loads()
    dict.set("a", 1)
    clock.now += 120
    assert.strictEqual(dict.get("a"), undefined)
    assert.deepStrictEqual(await Promise.all([dict.fetch("a", load), dict.fetch("a", load)]), [1, 1])
    assert.lengthOf(started, 1)
    started[0]?.done(2)
    await turn()
    assert.strictEqual(dict.get("a"), 2)
    clock.now += 150
    const asked = dict.fetch("a", load)
    started[1]?.done(3)
    assert.strictEqual(await asked, 3)
  })

  it("loads anew on demand while the old value serves", async () => {
    const { dict } = made()
    const { load, started } = loads()
    dict.set("a", 1)
    const forced = dict.fetch("a", load, { forceRefresh: true })
    assert.strictEqual(await dict.fetch("a", load), 1)
    assert.strictEqual(dict.get("a"), 1)
    started[0]?.done(2)
    assert.strictEqual(await forced, 2)
    assert.strictEqual(dict.get("a"), 2)
  })

  it("a time to live for this entry", async () => {
    const { clock, dict } = made({ timeToLive: 1000 })
    await dict.fetch("a", () => 1, { timeToLive: "10 millis" })
    assert.strictEqual(dict.timeToLive("a"), 10)
    clock.now += 10
    assert.strictEqual(await dict.fetch("a", () => 2), 2)
    assert.strictEqual(dict.timeToLive("a"), 1000)
  })

  const decisions: ReadonlyArray<
    readonly [string, (dict: SyncTtlDict<string, number>) => unknown, number | undefined]
  > = [
    ["set", (dict) => dict.set("a", 9), 9],
    ["setMany", (dict) => dict.setMany([["a", 9]]), 9],
    ["add", (dict) => dict.add("a", 9), 9],
    ["refresh", (dict) => dict.refresh("a", () => 9), 9],
    ["getOrCompute", (dict) => dict.getOrCompute("a", () => 9), 9],
    ["set and delete", (dict) => dict.set("a", 9).delete("a"), undefined],
    ["delete", (dict) => dict.delete("a"), undefined],
    ["removeMany", (dict) => dict.removeMany(["a"]), undefined],
    ["clear", (dict) => dict.clear(), undefined]
  ]
  for (const [name, decide, held] of decisions) {
    it(`${name} during a load wins, and the next who asks does not join it`, async () => {
      const { dict } = made()
      const { load, started } = loads()
      const asked = dict.fetch("a", load)
      decide(dict)
      const later = held === undefined ? dict.fetch("a", load) : undefined
      assert.lengthOf(started, held === undefined ? 2 : 1)
      started[0]?.done(1)
      assert.strictEqual(await asked, 1)
      assert.strictEqual(dict.peek("a"), held)
      started[1]?.done(2)
      if (later !== undefined) assert.strictEqual(await later, 2)
      assert.strictEqual(dict.peek("a"), held ?? 2)
    })
  }

  it("refuses more loads than there may be", async () => {
    const { dict } = made({ maxLoads: 2 })
    const { load, started } = loads()
    const asked = [dict.fetch("a", load), dict.fetch("b", load)]
    const refused = await settled(dict.fetch("c", load))
    assert.instanceOf("error" in refused && refused.error, TooManyLoadsError)
    void dict.fetch("a", load)
    started[0]?.done(1)
    await asked[0]
    void dict.fetch("c", load)
    assert.lengthOf(started, 3)
  })

  it("counts a load that does not heed its signal until it ends", async () => {
    const { dict } = made({ maxLoads: 1 })
    const { load, started } = loads()
    const controller = new AbortController()
    const gone = settled(dict.fetch("a", load, { signal: controller.signal }))
    controller.abort()
    await gone
    assert.instanceOf(Object.values(await settled(dict.fetch("b", load)))[0], TooManyLoadsError)
    started[0]?.fail(new Error("stopped"))
    await turn()
    void dict.fetch("b", load)
    assert.lengthOf(started, 2)
  })

  it("gives up a load that does not end, by timers that a test may replace", async () => {
    mock.timers.enable({ apis: ["setTimeout", "Date"] })
    const dict = new SyncTtlDict<string, number>({ maxLoads: 1, timeToLive: "1 minute" })
    const { load, started } = loads()
    const asked = settled(dict.fetch("a", load, { loadTimeout: "5 seconds" }))
    mock.timers.tick(4999)
    assert.isFalse(started[0]?.signal.aborted)
    mock.timers.tick(1)
    const failed = await asked
    assert.instanceOf("error" in failed && failed.error, LoadTimeoutError)
    assert.isTrue(started[0]?.signal.aborted)
    const again = dict.fetch("a", load, { loadTimeout: "5 seconds" })
    started[1]?.done(2)
    assert.strictEqual(await again, 2)
    started[0]?.done(1)
    await Promise.resolve()
    assert.strictEqual(dict.get("a"), 2)
    mock.timers.tick(60_000)
    assert.isFalse(started[1]?.signal.aborted)
    assert.strictEqual(dict.get("a"), undefined)
  })

  it("returns a value that is too large, and does not keep it", async () => {
    const { dict } = made<string, string>({ maxBytes: "1K", weigher: estimate })
    const large = "x".repeat(10_000)
    assert.strictEqual(await dict.fetch("a", () => Promise.resolve(large)), large)
    assert.isFalse(dict.has("a"))
  })

  it("tells a load that asks for its own key", async () => {
    const { dict } = made()
    const failed = await settled(dict.fetch("a", () => dict.fetch("a", () => 1)))
    assert.instanceOf("error" in failed && failed.error, CacheReentryError)
  })

  it("refuses what its types do not allow", async () => {
    const { dict } = made()
    const wrong: ReadonlyArray<readonly [unknown, unknown, string]> = [
      [5, undefined, "load"],
      [() => 1, { ttl: 5 }, "ttl"],
      [() => 1, { timeToLive: "soon" }, "timeToLive"],
      [() => 1, { loadTimeout: "soon" }, "loadTimeout"],
      [() => 1, { forceRefresh: 1 }, "forceRefresh"],
      [() => 1, { signal: {} }, "signal"]
    ]
    for (const [load, options, option] of wrong) {
      const failed = await settled(dict.fetch("a", load as () => number, options as FetchOptions))
      const error = "error" in failed ? failed.error : undefined
      assert.instanceOf(error, CacheConfigError)
      assert.include(error.message, option)
    }
    assert.strictEqual(dict.size, 0)
    for (const maxLoads of [0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY]) {
      assert.throws(() => new SyncTtlDict({ maxLoads }), CacheConfigError, "maxLoads")
    }
    assert.throws(() => new SyncTtlDict({ staleWhileRevalidate: -1 }), CacheConfigError, "staleWhileRevalidate")
  })

  type Command =
    | { readonly _tag: "fetch" | "abort" | "force"; readonly key: number }
    | { readonly _tag: "done" | "fail"; readonly at: number }
    | { readonly _tag: "set" | "delete"; readonly key: number }
    | { readonly _tag: "clear" }
    | { readonly _tag: "wait"; readonly millis: number }

  const key = fc.integer({ min: 0, max: 2 })
  const command: fc.Arbitrary<Command> = fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({ _tag: fc.constantFrom("fetch" as const, "abort" as const, "force" as const), key })
    },
    {
      weight: 4,
      arbitrary: fc.record({ _tag: fc.constantFrom("done" as const, "fail" as const), at: fc.nat({ max: 5 }) })
    },
    { weight: 2, arbitrary: fc.record({ _tag: fc.constantFrom("set" as const, "delete" as const), key }) },
    fc.record({ _tag: fc.constant("clear" as const) }),
    fc.record({ _tag: fc.constant("wait" as const), millis: fc.constantFrom(30, 80, 130) })
  )

  interface NaiveLoad {
    readonly key: number
    readonly id: number
    callers: number
    isStopped: boolean
    wins: boolean
    isAlone: boolean
  }

  it("does what a naive reference does, whatever comes between", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(command, { maxLength: 40 }), async (commands) => {
        const { clock, dict } = made<number>({ timeToLive: 100, staleWhileRevalidate: 50 })
        const { load, started } = loads()
        const held = new Map<number, { readonly value: number; readonly until: number }>()
        const underWay = new Map<number, NaiveLoad>()
        const all: Array<NaiveLoad> = []
        const ended = new Set<number>()
        const answers: Array<readonly [Promise<{ readonly value: number } | { readonly error: unknown }>, unknown]> = []
        const waiting = new Map<
          number,
          Array<{ expected: unknown; readonly leave: AbortController; isGone: boolean }>
        >()
        const begin = (key: number, isAlone: boolean): NaiveLoad => {
          const begun = { key, id: all.length, callers: 0, isStopped: false, wins: true, isAlone }
          all.push(begun)
          underWay.set(key, begun)
          waiting.set(begun.id, [])
          return begun
        }
        const decided = (key: number) => {
          const lost = underWay.get(key)
          if (lost !== undefined) lost.wins = false
          underWay.delete(key)
        }
        let written = 1000
        for (const each of commands) {
          switch (each._tag) {
            case "fetch":
            case "force": {
              const leave = new AbortController()
              const answer = settled(
                dict.fetch(each.key, load, { signal: leave.signal, forceRefresh: each._tag === "force" })
              )
              const entry = each._tag === "force" ? undefined : held.get(each.key)
              if (entry !== undefined && clock.now < entry.until + 50) {
                answers.push([answer, { value: entry.value }])
                if (clock.now >= entry.until && !underWay.has(each.key)) begin(each.key, true)
              } else {
                const joined = underWay.get(each.key) ?? begin(each.key, false)
                joined.callers++
                const caller = { expected: undefined, leave, isGone: false }
                waiting.get(joined.id)?.push(caller)
                answers.push([answer, caller])
              }
              break
            }
            case "abort": {
              const left = underWay.get(each.key)
              const caller = left && waiting.get(left.id)?.find(({ isGone }) => !isGone)
              if (left === undefined || caller === undefined) break
              caller.isGone = true
              caller.expected = { error: "left" }
              caller.leave.abort("left")
              if (--left.callers === 0 && !left.isAlone) {
                left.isStopped = true
                underWay.delete(each.key)
              }
              break
            }
            case "done":
            case "fail": {
              const ending = all[each.at]
              if (ending === undefined || ended.has(ending.id)) break
              ended.add(ending.id)
              if (each._tag === "done") started[ending.id]?.done(ending.id)
              else started[ending.id]?.fail(ending.id)
              await turn()
              for (const caller of waiting.get(ending.id) ?? []) {
                if (!caller.isGone) caller.expected = each._tag === "done" ? { value: ending.id } : { error: ending.id }
              }
              if (underWay.get(ending.key) === ending) underWay.delete(ending.key)
              if (each._tag === "done" && ending.wins && !ending.isStopped) {
                held.set(ending.key, { value: ending.id, until: clock.now + 100 })
              }
              break
            }
            case "set":
              dict.set(each.key, ++written)
              held.set(each.key, { value: written, until: clock.now + 100 })
              decided(each.key)
              break
            case "delete":
              dict.delete(each.key)
              held.delete(each.key)
              decided(each.key)
              break
            case "clear":
              dict.clear()
              held.clear()
              for (const key of underWay.keys()) decided(key)
              break
            case "wait":
              clock.now += each.millis
          }
          assert.lengthOf(started, all.length)
          assert.deepStrictEqual(started.map(({ signal }) => signal.aborted), all.map(({ isStopped }) => isStopped))
          for (const key of [0, 1, 2]) {
            const entry = held.get(key)
            assert.strictEqual(dict.peek(key), entry !== undefined && clock.now < entry.until ? entry.value : undefined)
          }
          assert.strictEqual(dict.stats.inFlight, all.length - ended.size)
        }
        for (const [id, { done }] of started.entries()) {
          if (ended.has(id)) continue
          done(id)
          for (const caller of waiting.get(id) ?? []) if (!caller.isGone) caller.expected = { value: id }
        }
        for (const [answer, expected] of answers) {
          const wanted = typeof expected === "object" && expected !== null && "expected" in expected
            ? expected.expected
            : expected
          assert.deepStrictEqual<unknown>(await answer, wanted)
        }
        await turn()
        assert.strictEqual(dict.stats.inFlight, 0)
      }),
      property(300)
    )
  })
})
