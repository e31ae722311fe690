import { assert, describe, it } from "@effect/vitest"
import { createHash } from "node:crypto"
import { broken } from "./guarantees.js"
import { calmWorld, follow, type History, type Step, tagOf, type Verb, type World } from "./schedules.js"
import { noFaults, type SimulatedStore, type StoreFaults } from "./SimulatedStore.js"

const step = (process: number, verb: Verb, pause = 0, millis = 0): Step => ({ process, verb, key: 0, pause, millis })

const run = (
  world: Partial<Omit<World, "faults">> & { readonly faults?: Partial<StoreFaults> },
  steps: ReadonlyArray<Step>,
  prepare?: (store: SimulatedStore) => void
): History => {
  const history = follow({ ...calmWorld, ...world, faults: { ...noFaults, ...world.faults } }, steps, prepare)
  assert.isUndefined(broken(history))
  return history
}

/** What the last look of a process found, when all had come to rest; of the first key. */
const lastFound = ({ operations }: History, process: number) =>
  operations.findLast((operation) => operation.process === process && operation.key === 0)?.found?.value

const found = ({ operations }: History, verb: Verb) => operations.find((operation) => operation.verb === verb)?.found

const valueOf = ({ operations }: History, verb: Verb, nth = 0) =>
  operations.filter((operation) => operation.verb === verb)[nth]?.value

const afterwards = -1

const seeds = Array.from({ length: 30 }, (_, seed) => seed)

describe("processes over one store", () => {
  describe("that mark a tag at the same time", () => {
    for (const honoursConditions of [true, false]) {
      it(`lose neither mark, ${honoursConditions ? "with" : "without"} conditional writes`, () => {
        for (const seed of seeds) {
          const history = run(
            { staleWhileRevalidate: 600_000, faults: { seed, slowest: 50, honoursConditions } },
            [
              step(0, "set"),
              step(0, "invalidateTag", 3000),
              step(1, "expireTag"),
              step(1, "getOrCompute", 20_000),
              step(0, "getOrCompute", 1000)
            ]
          )
          assert.notStrictEqual(found(history, "getOrCompute")?.value, valueOf(history, "set"))
        }
      })
    }
  })

  describe("that mark a tag", () => {
    for (const verb of ["invalidateTag", "expireTag"] as const) {
      for (const next of ["set", "add", "setMany", "getOrCompute"] as const) {
        it(`keep what ${next} makes in the millisecond in which ${verb} returned`, () => {
          const history = run({}, [step(0, verb, 100), step(0, next, afterwards), step(0, "get", afterwards)])
          assert.isDefined(found(history, "get")?.value)
        })
      }
    }

    it("switch no tag off for others when their clock is ahead by a quarter of an hour", () => {
      const history = run({ ahead: [0, 900_000] }, [
        step(1, "invalidateTag", 100),
        step(0, "set", 10_000),
        step(0, "get", 10_000)
      ])
      assert.strictEqual(found(history, "get")?.value, valueOf(history, "set"))
    })
  })

  it("have the newer value after a write that was given up and landed late", () => {
    let late = 0
    for (const seed of seeds) {
      const history = run({ ahead: [0, 0], faults: { seed, lateWrites: 0.5, latest: 5000 } }, [
        step(0, "set"),
        step(0, "set", 1500)
      ])
      const [first, second] = history.operations
      if (first?.outcome !== "failed" || second?.outcome !== "succeeded") continue
      late++
      assert.strictEqual(lastFound(history, 1), second.value)
    }
    assert.isAbove(late, 0)
  })

  it("have the newer value where the client repeats a write after its answer was lost", () => {
    let overtaken = 0
    for (const seed of seeds) {
      const history = run({ ahead: [0, 0, 0], faults: { seed, slowest: 10, repeatedWrites: 0.5, lostReplies: 0.2 } }, [
        step(0, "set"),
        step(1, "set", 50)
      ])
      const [first, second] = history.operations
      const landed = history.store.requests.find(({ body }) => body?.includes(first?.value ?? "") === true)?.landed[0]
      if (second?.outcome !== "succeeded" || landed === undefined || landed >= second.started) continue
      const last = lastFound(history, 2)
      if (last === undefined) continue
      overtaken++
      assert.strictEqual(last, second.value)
    }
    assert.isAbove(overtaken, 0)
  })

  describe("that cannot ask for tags", () => {
    it("go by a mark they made, though its object is gone", () => {
      const history = run({}, [
        step(0, "set"),
        step(0, "invalidateTag", 100),
        step(0, "loseMarkers", afterwards),
        step(0, "get", 8000)
      ])
      assert.deepStrictEqual(found(history, "get"), { value: undefined })
    })

    it("trust what they knew for a while only", () => {
      const history = run(
        { faults: { outages: [{ prefix: ".tags/", from: 500, until: 300_000, reason: "AccessDenied", process: 1 }] } },
        [
          step(0, "set"),
          step(1, "getOption", 100),
          step(0, "invalidateTag", 900),
          step(1, "get", 120_000)
        ]
      )
      assert.deepStrictEqual(found(history, "getOption"), { value: valueOf(history, "set") })
      assert.isUndefined(found(history, "get")?.value)
    })

    it("read on when a marker is damaged", () => {
      const marker = `.tags/${createHash("sha256").update(tagOf(0)).digest("hex")}`
      const { operations } = follow(calmWorld, [step(0, "set"), step(1, "getOption", 100)], (store) => {
        store.plant(marker, Buffer.from("{"))
      })
      assert.isTrue(operations.every(({ outcome }) => outcome === "succeeded"))
    })
  })

  it("acknowledge one winner of add, though they cannot read each other's values", () => {
    const history = run({ hasTwoSchemas: true }, [step(0, "add"), step(1, "add", 1000), step(0, "get", 10_000)])
    assert.deepStrictEqual(
      history.operations.filter(({ verb }) => verb === "add").map(({ outcome }) => outcome),
      ["succeeded", "failed"]
    )
    assert.strictEqual(found(history, "get")?.value, valueOf(history, "add"))
  })

  describe("that compute under leases", () => {
    for (const ahead of [-900_000, -10_000, 10_000, 900_000]) {
      it(`compute once, though a clock is ${ahead / 1000} seconds ahead`, () => {
        const history = run({ ahead: [0, ahead], coordination: "lease" }, [
          step(0, "getOrCompute", 0, 8000),
          step(1, "getOrCompute", 1000, 8000)
        ])
        assert.lengthOf(history.computations, 1)
      })
    }

    it("replace an owner that ended, and wait for none that says it lives until the year 9999", () => {
      for (const term of [3000, 3_600_000, 1e15]) {
        const lease = { format: 1, owner: "nobody", term, expires: Date.UTC(9999, 0) }
        const history = run(
          { coordination: "lease" },
          [step(0, "getOrCompute", 0, 100), step(1, "getOrCompute", 10, 100)],
          (store) => store.plant(leaseName, Buffer.from(JSON.stringify(lease)))
        )
        assert.isTrue(history.operations.every(({ ended, started }) => ended - started < 70_000))
      }
    })
  })
})

const leaseName = `space/1/${createHash("sha256").update("0").digest("hex")}.run`

describe("processes whose answers are lost", () => {
  it("write over what they have read, whatever the clock of its maker says", () => {
    for (const seed of seeds) {
      const faults = { ...calmWorld.faults, seed, lostRequests: 0.2 }
      const history = follow({ ...calmWorld, ahead: [2000, -2000], faults }, [
        step(0, "set"),
        step(1, "get", 1000),
        step(1, "set", afterwards)
      ])
      if (history.operations[1]?.found?.value !== undefined) assert.isUndefined(broken(history, []))
    }
  })

  it("do not keep in memory what landed late and was undone", () => {
    let undone = 0
    for (let seed = 0; seed < 60; seed++) {
      const faults = { ...calmWorld.faults, seed, lateWrites: 0.5, latest: 4000 }
      const { operations, store } = follow({ ...calmWorld, faults }, [
        step(0, "set"),
        step(0, "remove", -1),
        step(0, "get", 4000)
      ])
      const [set, remove, , ...last] = operations
      if (set?.outcome !== "failed" || remove === undefined) continue
      if (store.names.some((name) => name.startsWith("space/"))) continue
      undone++
      assert.isFalse(last.some(({ found, process }) => process === 0 && found?.value === set.value))
    }
    assert.isAbove(undone, 0)
  })
})
