/**
 * The near one of two stores: it may be broken at any time, and then counts as if it were not there.
 */
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { cutText, longestMessage } from "../../Cache/printing/cutText.js"
import { consequences } from "../bucket/s3Answers.js"
import { withinTime } from "../common/standstill.js"
import type { DescribedStore } from "../objects/describedStore.js"
import { ObjectStoreError } from "../objects/ObjectStoreErrors.js"
import { decodeCopy, encodeCopy, mostOverhead, type NearCopy } from "./nearCopy.js"

/** How long a near store may take, and how long it is left alone when it fails, in milliseconds. */
export interface NearLimits {
  readonly timeout: number
  readonly resetAfter: number
}

/** Copies in a near store. Nothing here fails. */
export class NearStore {
  private readonly store: DescribedStore
  private readonly limits: NearLimits
  private restsUntil = Number.NEGATIVE_INFINITY
  private isTold = false
  /** What was confirmed until then may have been changed without the near store having heard of it. */
  private trustedAfter = Number.NEGATIVE_INFINITY

  constructor(store: DescribedStore, limits: NearLimits) {
    this.store = store
    this.limits = limits
  }

  /** What it has under a name. Nothing where it has not, or what it has is no copy. */
  readonly load = (name: string): Effect.Effect<NearCopy | undefined> =>
    Effect.map(
      this.ask(name, this.store.load(name)),
      (loaded) => loaded?._tag === "Found" ? decodeCopy(loaded.body) : undefined
    )

  /** Keeps a copy, if it is not too long to be loaded again. */
  readonly save = (name: string, copy: NearCopy): Effect.Effect<void> =>
    copy.body.length + mostOverhead > (this.store.maxObjectBytes ?? Number.POSITIVE_INFINITY)
      ? this.remove(name)
      : this.change(name, Effect.suspend(() => Effect.asVoid(this.store.save(name, encodeCopy(copy)))))

  /** Keeps none. */
  readonly remove = (name: string): Effect.Effect<void> => this.change(name, this.store.remove(name))

  /** Whether it has heard of all that this process has changed since a copy was confirmed. */
  isInformed({ confirmed }: NearCopy): boolean {
    return confirmed > this.trustedAfter
  }

  /** What it did not do, or may have done late, is known by the time: no copy from before is taken for the newest. */
  private change(name: string, request: Effect.Effect<void, ObjectStoreError>): Effect.Effect<void> {
    return Effect.flatMap(
      this.ask(name, Effect.as(request, true)),
      (isDone) =>
        isDone === true ? Effect.void : Effect.map(Clock.currentTimeMillis, (now) => {
          this.trustedAfter = Math.max(this.trustedAfter, now)
        })
    )
  }

  /** Nothing where it does not answer, or is not asked. */
  private ask<A>(name: string, request: Effect.Effect<A, ObjectStoreError>): Effect.Effect<A | undefined> {
    return Effect.flatMap(Clock.currentTimeMillis, (now): Effect.Effect<A | undefined> => {
      if (now < this.restsUntil) return Effect.succeed(undefined)
      return withinTime(request, this.limits.timeout, () => this.late(name)).pipe(
        Effect.catchAllDefect((defect) => Effect.fail(this.died(name, defect))),
        Effect.catchAll((error) => Effect.as(this.broken(error), undefined))
      )
    })
  }

  private broken(error: ObjectStoreError): Effect.Effect<void> {
    return Effect.flatMap(Clock.currentTimeMillis, (now) => {
      const { counts, isSetup } = consequences[error.reason]
      if (counts || isSetup) this.restsUntil = now + this.limits.resetAfter
      if (this.isTold) return Effect.void
      this.isTold = true
      return Effect.logWarning(
        cutText(
          `the near store ${this.store.description} counts as if it were not there where it fails: ${error.message}`,
          longestMessage
        )
      )
    })
  }

  private late(name: string): ObjectStoreError {
    return new ObjectStoreError({
      reason: "Timeout",
      operation: "near",
      target: this.store.description + name,
      detail: `no answer within ${Duration.format(Duration.millis(this.limits.timeout))}`
    })
  }

  private died(name: string, defect: unknown): ObjectStoreError {
    return new ObjectStoreError({
      reason: "Unknown",
      operation: "near",
      target: this.store.description + name,
      detail: "it died",
      cause: defect
    })
  }
}
