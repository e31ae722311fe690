/**
 * Trying whether a second level can do what a cache needs.
 *
 * @since 1.0.0
 */
import * as Clock from "effect/Clock"
import * as Data from "effect/Data"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { Buffer } from "node:buffer"
import { randomUUID } from "node:crypto"
import { consequences } from "../bucket/s3Answers.js"
import { withinTime } from "../common/standstill.js"
import { descriptionOf } from "../objects/describedStore.js"
import { probeFolder } from "../objects/objectName.js"
import type { ObjectStore, ObjectStorePart } from "../objects/ObjectStore.js"
import { ObjectStoreError, type ObjectStoreReason } from "../objects/ObjectStoreErrors.js"

/**
 * What was tried of a second level, and how it went.
 *
 * - `write`, `read`, `list`, `remove`: whether it may be done at all. `read` also looks for an object that is absent;
 * - `conditions`: whether a write on the condition that there is no object is honoured, which `add` and leases need;
 * - `clock`: whether the clock of the store agrees with that of this machine, within a minute.
 *
 * Of a store over others each is tried: of one by size `large` after `small`, of a chain `near` after `far`. Conditions are
 * tried of the first alone, as nothing is asked of the others on a condition.
 *
 * `unsupported` is what the store cannot do or tell, and does not say for a fault; `untried` what would fail for the same
 * reason as a step before it.
 *
 * @since 1.0.0
 * @category models
 */
export interface S3CacheCheckStep {
  /** What was tried. */
  readonly step: "write" | "read" | "list" | "conditions" | "remove" | "clock"
  /** Which store it was tried of, where there are several: `small`, `large`, `near`, `far`; else empty. */
  readonly part: string
  /** Where the objects of that store are. */
  readonly target: string
  /** How it went; `untried` where a step before it failed. */
  readonly outcome: "ok" | "failed" | "unsupported" | "untried"
  /** What is wrong and what to do about it; empty for `ok`. */
  readonly detail: string
  /** The reason, where a request failed. */
  readonly reason: ObjectStoreReason | undefined
}

/**
 * Whether a second level can do what a cache needs. As a string it is a report for people.
 *
 * @since 1.0.0
 * @category models
 */
export class S3CacheCheck extends Data.Class<{
  /** Where the objects are. */
  readonly target: string
  /** What was tried, one after the other, and what came of it. */
  readonly steps: ReadonlyArray<S3CacheCheckStep>
}> {
  /**
   * Whether nothing failed.
   *
   * @since 1.0.0
   */
  get isFine(): boolean {
    return this.steps.every(({ outcome }) => outcome === "ok" || outcome === "unsupported")
  }

  /**
   * A line for each step.
   *
   * @since 1.0.0
   */
  override toString(): string {
    const lines = this.steps.map(({ detail, outcome, part, step }) =>
      `  ${part && `${part}, `}${step}: ${outcome}${detail && ` (${detail})`}`
    )
    const stores = new Map(this.steps.map(({ part, target }) => [part, part && `${part} ${target}`]))
    const which = stores.size > 1 ? [...stores.values()].join(", ") : this.target
    return [`${which} ${this.isFine ? "can be used" : "cannot be used"}:`, ...lines].join("\n")
  }
}

const mostSkew = 60_000

/** What a store says that is well, and cannot do everything. */
const missing: ReadonlySet<ObjectStoreReason> = new Set(["ListUnsupported", "ConditionalWritesUnsupported", "ReadOnly"])

/** How long a step may take, in milliseconds. */
const stepLimit = 30_000

/**
 * Tries whether a second level can do what a cache needs, with one small object `.probe/{UUID}` that is removed again,
 * and at most two requests of each kind besides those with which the store finds out about conditions. After the first
 * step that fails in a way that all would, it tries no more. Of a store over others, the same of each.
 */
export const checkStore = (store: ObjectStore): Effect.Effect<S3CacheCheck> => {
  const { parts } = store
  return Effect.zipWith(
    tryStore(store, parts?.name ?? "", probeFolder, true),
    Effect.forEach(parts?.others ?? [], tryPart),
    (own, others) => new S3CacheCheck({ target: descriptionOf(store), steps: [...own, ...others.flat()] })
  )
}

/** Tries one of the stores that another one is over. */
export const tryPart = (part: ObjectStorePart): Effect.Effect<ReadonlyArray<S3CacheCheckStep>> =>
  tryStore(part, part.name, part.folder, false)

const tryStore = (
  store: ObjectStore,
  part: string,
  folder: string,
  hasConditions: boolean
): Effect.Effect<ReadonlyArray<S3CacheCheckStep>> =>
  Effect.suspend(() => {
    const name = folder + randomUUID()
    const body = Buffer.from("check")
    const steps: Array<S3CacheCheckStep> = []
    let isHopeless = false
    const isOnlyRead = () => steps[0]?.reason === "ReadOnly"

    const note = (
      step: S3CacheCheckStep["step"],
      outcome: S3CacheCheckStep["outcome"],
      detail = "",
      reason?: ObjectStoreReason
    ) => void steps.push({ step, part, target: descriptionOf(store), outcome, detail, reason })

    /** Tries a step: what it gives is what is wrong, or nothing. */
    const tries = (step: S3CacheCheckStep["step"], request: Effect.Effect<string | undefined, ObjectStoreError>) =>
      Effect.suspend(() => {
        if (isHopeless) return Effect.sync(() => note(step, "untried"))
        const limited = withinTime(request, stepLimit, () =>
          new ObjectStoreError({
            reason: "Timeout",
            operation: "check",
            target: descriptionOf(store),
            detail: `no answer within ${Duration.format(Duration.millis(stepLimit))}`
          }))
        return Effect.map(Effect.either(limited), (outcome) => {
          if (Either.isRight(outcome)) return note(step, outcome.right === undefined ? "ok" : "failed", outcome.right)
          const { detail, reason } = outcome.left
          const { counts, isSetup } = consequences[reason]
          isHopeless = isSetup || counts
          const isMissing = missing.has(reason)
          note(step, isMissing ? "unsupported" : "failed", detail, reason)
        })
      })

    const read = Effect.flatMap(store.load(`${name}.absent`), (absent) =>
      absent._tag !== "Absent"
        ? Effect.succeed("there is an object where there can be none")
        : isOnlyRead()
        ? Effect.succeed(undefined)
        : Effect.map(store.load(name), (found) =>
          found._tag === "Found" && body.equals(found.body)
            ? undefined
            : "what was written cannot be read, or is another content"))

    // The folder: some stores list no other prefix than one that ends in a slash.
    const listed = Effect.map(
      Stream.runHead(Stream.filter(store.list(folder), (object) => object.name === name)),
      Option.getOrUndefined
    )

    const clockOf = (written: number, now: number, modified: number) => {
      // Stores tell whole seconds.
      const skew = modified < written - 1000 ? modified - written : modified > now + 1000 ? modified - now : 0
      return Math.abs(skew) <= mostSkew ?
        undefined :
        `the clock of the store is ${Duration.format(Duration.millis(Math.abs(skew)))} ` +
        `${skew > 0 ? "ahead of" : "behind"} the one of this machine: set this one, or keep it by NTP`
    }

    const steply = Effect.gen(function*() {
      const written = yield* Clock.currentTimeMillis
      yield* tries("write", Effect.as(store.save(name, body), undefined))
      yield* tries("read", read)
      let modified = 0
      yield* tries(
        "list",
        Effect.map(listed, (found) => {
          if (found === undefined) return isOnlyRead() ? undefined : "what was written is not in the list"
          modified = found.modified
          return undefined
        })
      )
      const listing = steps.at(-1)?.outcome
      const now = yield* Clock.currentTimeMillis
      if (hasConditions) {
        yield* tries(
          "conditions",
          Effect.map(store.add(name, body), ({ _tag }) =>
            _tag === "Written"
              ? "an object was written in place of another, on the condition that there is none"
              : undefined)
        )
      }
      if (listing === "failed" || listing === "untried") note("clock", "untried")
      else if (modified === 0) note("clock", "unsupported", "the store does not tell")
      else yield* tries("clock", Effect.succeed(clockOf(written, now, modified)))
    })

    return steply.pipe(
      Effect.onInterrupt(() => Effect.ignore(store.remove(name))),
      Effect.zipRight(Effect.suspend(() => {
        // Whatever failed since: what was written, or may have been, is not left.
        const write = steps[0]?.reason
        isHopeless = write !== undefined && consequences[write].isSetup
        return tries("remove", Effect.as(store.remove(name), undefined))
      })),
      Effect.as(steps)
    )
  })
