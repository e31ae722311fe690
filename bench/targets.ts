/**
 * What the library aims at in speed, held against what was measured. All of it is ratios within one run, but for
 * the bytes per entry and the pauses.
 */
import { type KeyKind, keyKinds } from "./engine/keys.js"
import { floor, reference } from "./engine/subjects.js"
import type { WorkloadName } from "./engine/workloads.js"
import { bareUse } from "./operations/store.js"
import { distinct, engineCost, type EngineResults, operationCost, type Results } from "./results.js"

/** A goal, and what was measured. */
export interface Target {
  readonly what: string
  /** Where it was measured, such as the kind and number of entries. */
  readonly where: string
  readonly measured: number
  readonly limit: number
  /** Whether the measured number has to be at least the limit; otherwise at most. */
  readonly atLeast: boolean
}

/** Whether a target is met. What was not measured is not met. */
export const isMet = ({ atLeast, limit, measured }: Target): boolean => atLeast ? measured >= limit : measured <= limit

/** The subject that stands for the engine. */
export const ourLru = "BoundedMap LRU"

/** A number as it is shown beside its limit. */
export const printMeasured = (value: number): string =>
  !Number.isFinite(value) ? "not measured" : value !== 0 && value < 0.1 ? value.toPrecision(2) : value.toFixed(2)

/** Such as `≤ 0.80`. */
export const printLimit = ({ atLeast, limit }: Pick<Target, "atLeast" | "limit">): string =>
  `${atLeast ? "≥" : "≤"} ${printMeasured(limit)}`

const atMost = (what: string, where: string, measured: number, limit: number): Target => ({
  what,
  where,
  measured,
  limit,
  atLeast: false
})

const engineTargets = (results: EngineResults): Array<Target> => {
  const capacities = distinct(results.rows.map((row) => row.capacity))
  const ratios = (what: string, workload: WorkloadName, to: string, limit: number) =>
    keyKinds.flatMap((keys: KeyKind) =>
      capacities.map((capacity) =>
        atMost(
          what,
          `${keys}, ${capacity}`,
          engineCost(results, { subject: ourLru, keys, capacity, workload }) /
            engineCost(results, { subject: to, keys, capacity, workload }),
          limit
        )
      )
    )
  const bytes = (what: string, subject: string, limit: number) =>
    results.memory.filter((row) => row.subject === subject).map((row) =>
      atMost(what, `${row.keys}, ${row.capacity}`, row.filled, limit)
    )
  return [
    ...ratios("engine, mixed zipf, to lru-cache", "mixed zipf", reference, 0.8),
    ...ratios("engine, get uniform, to a bare Map", "get uniform", floor, 1.4),
    ...ratios("engine, get zipf, to a bare Map", "get zipf", floor, 1.4),
    ...ratios("engine, get uniform, to lru-cache", "get uniform", reference, 1),
    ...ratios("engine, get zipf, to lru-cache", "get zipf", reference, 1),
    ...ratios("engine, set evicting, to lru-cache", "set evicting", reference, 1),
    ...bytes("bytes per entry", ourLru, 70),
    ...bytes("bytes per entry, with time to live", `${ourLru} + ttl`, 85),
    ...results.pauses.filter((row) => row.ours).map((row) =>
      atMost("longest write, ms", `${row.subject}, ${row.keys}, ${row.capacity}`, Math.max(row.growing, row.full), 5)
    ),
    ...results.pauses.flatMap((row) => [
      ...(row.expired === undefined
        ? []
        : [
          atMost(
            "first write after all have expired, ms",
            `${row.subject}, ${row.keys}, ${row.capacity}`,
            row.expired,
            5
          )
        ]),
      ...(row.cleared === undefined
        ? []
        : [atMost("clear, ms", `${row.subject}, ${row.keys}, ${row.capacity}`, row.cleared, 5)])
    ])
  ]
}

/** All goals about what was measured. */
export const targetsOf = ({ clients, connections, engine, ratios, store, ttl }: Results): Array<Target> => {
  const targets =
    ratios?.rows.map(({ goal, measured, to, what, where }) =>
      atMost(to === undefined ? what : `${what}, to ${to}`, where, measured, goal)
    ) ?? []
  if (engine !== undefined) targets.push(...engineTargets(engine))
  if (store !== undefined) {
    const hit = operationCost(store, "Store.get")
    targets.push(
      {
        what: "Effect's Cache.get, to Store.get",
        where: "hit",
        measured: operationCost(store, "Cache.get") / hit,
        limit: 4,
        atLeast: true
      },
      atMost(
        `LeasedStore.use, to a bare ${bareUse}`,
        "hit",
        operationCost(store, "LeasedStore.use") / operationCost(store, bareUse),
        0.8
      )
    )
  }
  if (ttl !== undefined) {
    const least = 1000
    for (const entries of distinct(ttl.rows.map((row) => row.entries)).filter((size) => size > least)) {
      targets.push(
        atMost(
          `TtlDict write at the limit, to one at ${least} entries`,
          String(entries),
          operationCost(ttl, "TtlDict", entries) / operationCost(ttl, "TtlDict", least),
          2
        )
      )
    }
  }
  if (clients !== undefined) {
    for (const configuration of ["S3Client, region", "S3Client, full"]) {
      targets.push(
        atMost(
          "ClientCache.client hit, to building the client",
          configuration,
          operationCost(clients, `ClientCache.client(${configuration})`) /
            operationCost(clients, `new ${configuration.replace(", ", "(")})`),
          0.015
        )
      )
    }
  }
  if (clients !== undefined) {
    for (const configuration of ["S3Client, region", "S3Client, full"]) {
      targets.push(
        atMost(
          `ClientCache.withClient, to a bare ${bareUse}`,
          `${configuration}, hit`,
          operationCost(clients, `ClientCache.withClient(${configuration})`) / operationCost(clients, bareUse),
          1.2
        )
      )
    }
  }
  if (connections !== undefined) {
    for (const row of connections.churn.filter(({ ours }) => ours)) {
      targets.push(
        atMost("failed and duplicate calls under churn", row.subject, row.failed + row.duplicates, 0),
        atMost("connections left after churn", row.subject, row.socketsLeft, 0)
      )
    }
  }
  return targets
}
