import fc from "fast-check"
import { calmWorld, chance, type History, lookups, type Operation, reads, type World } from "./schedules.js"
import { noFaults, patience } from "./SimulatedStore.js"

/** How old what is given out may be in these worlds, in milliseconds. */
const notice = 5000

/** Worlds in which processes hear of each other, with most of what goes wrong. */
export const noticeWorlds: fc.Arbitrary<World> = fc.record({
  ahead: fc.array(fc.constantFrom(-2000, -300, 0, 0, 1, 300, 2000), { minLength: 2, maxLength: 3 }),
  coordination: fc.constantFrom("none" as const, "none" as const, "lease" as const),
  faults: fc.record({
    seed: fc.nat(),
    slowest: fc.constantFrom(0, 10, 150),
    lostRequests: chance,
    lostReplies: chance,
    repeatedWrites: chance,
    lateWrites: chance,
    latest: fc.constantFrom(500, 5000, 15_000),
    honoursConditions: fc.constantFrom(true, true, true, false),
    outages: fc.array(
      fc.record({
        from: fc.constantFrom(0, 2000, 10_000, 40_000),
        until: fc.constantFrom(5000, 20_000, 60_000),
        reason: fc.constantFrom("Unavailable" as const, "AccessDenied" as const),
        process: fc.constantFrom(undefined, 0, 1)
      }).map((outage) => ({ ...outage, prefix: ".notice/" })),
      { maxLength: 2 }
    )
  })
}).map(({ ahead, coordination, faults }): World => ({
  ...calmWorld,
  ahead,
  coordination,
  circuitBreaker: false,
  notice,
  faults: { ...noFaults, ...faults }
}))

const isRead = ({ found, outcome, verb }: Operation) =>
  found?.value !== undefined && outcome === "succeeded" && verb !== "peek" &&
  [...reads, ...lookups].some((each) => each === verb)

/** The first old value that was given out more than `notice` after its successor was acknowledged, in words; else nothing. */
export const tooOld = ({ began, frozen, operations, store }: History): string | undefined => {
  const valueOf = (body: Uint8Array | undefined) =>
    body === undefined ? undefined : /v\d+\./.exec(Buffer.from(body).toString("latin1"))?.[0]

  /** When a value left the store for the last time, and its process was told. */
  const replaced = (value: string): number | undefined => {
    let name: string | undefined
    let left: number | undefined
    for (const change of store.history) {
      const there = valueOf(change.to?.body)
      if (there === value && change.name.startsWith("space/") && !change.name.endsWith(".run")) {
        name = change.name
        left = undefined
      } else if (change.name === name) left ??= change.by?.done ?? (change.by === undefined ? undefined : Number.NaN)
    }
    return left
  }

  for (const read of operations.filter(isRead)) {
    const value = read.found?.value ?? ""
    const at = replaced(value)
    if (at === undefined || !(read.started > at + notice)) continue
    const isExcused =
      // Memory serves on while the second level does not answer.
      store.requests.some((request) =>
        request.process === read.process && request.failure !== undefined && request.name.startsWith("space/") &&
        request.sent >= read.started - notice - 2 * patience && request.sent <= read.ended
      ) ||
      frozen.some(({ from, process, until }) => process === read.process && from <= read.ended && until >= read.started)
    if (!isExcused) {
      return `${read.verb} of key ${read.key} by ${read.process} at ${read.started - began} found ${value}, ` +
        `which was replaced at ${at - began}`
    }
  }
  return undefined
}
