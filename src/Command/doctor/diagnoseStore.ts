/**
 * What is wrong with a second level, by what a cache does in it.
 */
import * as Effect from "effect/Effect"
import { checkStore, type S3CacheCheckStep, tryPart } from "../../S3Store/guard/checkStore.js"
import type { ObjectStore } from "../../S3Store/objects/ObjectStore.js"
import type { CheckName, Diagnosis, Finding } from "./Finding.js"

const names: Readonly<Record<S3CacheCheckStep["step"], CheckName>> = {
  write: "write",
  read: "read",
  list: "list",
  conditions: "conditional-writes",
  clock: "clock",
  remove: "remove"
}

const outcomes = { ok: "good", failed: "found", unsupported: "note", untried: "untried" } as const

const done: Readonly<Record<S3CacheCheckStep["step"], string>> = {
  write: "objects can be written",
  read: "what was written comes back",
  list: "objects can be listed",
  conditions: "conditions are honoured",
  clock: "agrees with that of the store",
  remove: "objects can be removed"
}

const findingsOf = (steps: ReadonlyArray<S3CacheCheckStep>, todo: (part: string) => string): ReadonlyArray<Finding> =>
  steps.map(({ detail, outcome, part, step }) => ({
    check: names[step],
    ...(part === "" ? {} : { part }),
    outcome: outcomes[outcome],
    says: outcome === "ok"
      ? done[step]
      : outcome === "untried"
      ? "not tried, because of what was found before it"
      : detail,
    todo: outcome === "failed" ? todo(part) : undefined
  }))

/** Tries what the cache does, as `S3Cache.check`. */
export const diagnoseStore = (target: string, store: ObjectStore): Effect.Effect<Diagnosis> =>
  Effect.map(checkStore(store), ({ steps }): Diagnosis => ({
    target,
    requests: 0,
    findings: findingsOf(steps, () => "see that this user may read and write the folder")
  }))

/** The same of the stores that a store has objects in besides. */
export const diagnoseParts = ({ parts }: ObjectStore): Effect.Effect<ReadonlyArray<Finding>> =>
  Effect.map(
    Effect.forEach(parts?.others ?? [], tryPart),
    (steps) => findingsOf(steps.flat(), (part) => `look at that store by itself: doctor, with what ${part} is`)
  )
