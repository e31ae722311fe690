/**
 * Measures the operations of a cache against a store.
 */
import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"
import { randomBytes, randomUUID } from "node:crypto"
import type { CacheConfigError } from "../../Cache/errors/CacheErrors.js"
import { makeS3CacheService } from "../../S3Store/cache/makeS3CacheService.js"
import { Keyspace } from "../../S3Store/keyspace/Keyspace.js"
import { leaseNameOf } from "../../S3Store/objects/objectName.js"
import type { ObjectStore } from "../../S3Store/objects/ObjectStore.js"
import { ObjectStoreError } from "../../S3Store/objects/ObjectStoreErrors.js"
import type { S3CacheError } from "../../S3Store/S3CacheError.js"
import { type BenchOperation, benchOperations, type BenchPlan, isDone } from "./BenchPlan.js"
import { type Latencies, latenciesOf } from "./latencies.js"

/** What was measured of one operation with values of one size. */
export interface BenchRow extends Latencies {
  readonly operation: BenchOperation
  readonly bytes: number
  readonly failures: number
  /** How many were done in a second, with as many under way as the plan says. */
  readonly perSecond: number
}

/** How far a benchmark is. */
export interface BenchStep {
  readonly operation: BenchOperation
  readonly bytes: number
  readonly done: number
  readonly total: number
}

/**
 * Runs a plan on a cache without a memory level, so that everything is asked of the store. What it writes has keys of
 * its own in the keyspaces `bench` and `bench-leased`, and is removed in the end, whatever happens.
 *
 * Fails with the first failure when all of an operation failed.
 */
export const runBench = (
  store: ObjectStore,
  plan: BenchPlan,
  onStep: (step: BenchStep) => Effect.Effect<void> = () => Effect.void
): Effect.Effect<ReadonlyArray<BenchRow>, ObjectStoreError | CacheConfigError, Scope.Scope> =>
  Effect.gen(function*() {
    const cache = yield* makeS3CacheService(store, {
      name: "bench",
      maxSize: 0,
      circuitBreaker: false,
      timeToLive: "1 hour"
    })
    // Keyspaces of the same names every time: a file system store keeps a folder for each.
    const run = randomUUID()
    const schemas = { key: Schema.String, value: Schema.String, onStoreError: "fail" } as const
    const Plain = Keyspace.make("bench", schemas)
    const Leased = Keyspace.make("bench-leased", { ...schemas, coordination: "lease" })
    const spaceOf = (operation: BenchOperation) => operation === "lease" ? Leased : Plain
    // What is read is what was set.
    const keyOf = (operation: BenchOperation, bytes: number, at: number) =>
      spaceOf(operation).key(`${run} ${operation === "get" ? "set" : operation} ${bytes} ${at}`)

    const one = (
      operation: BenchOperation,
      bytes: number,
      at: number,
      value: string
    ): Effect.Effect<unknown, S3CacheError> => {
      const key = keyOf(operation, bytes, at)
      switch (operation) {
        case "set":
          return cache.set(key, value)
        case "get":
          return cache.get(key)
        case "add":
          return cache.add(key, value)
        case "lease":
          return cache.getOrCompute(key, Effect.succeed(value))
      }
    }

    const cleanUp = Effect.suspend(() => {
      const names = benchOperations.filter((operation) => operation !== "get" && isDone(plan, operation)).flatMap(
        (operation) =>
          plan.sizes.flatMap((bytes) =>
            Array.from({ length: plan.count }, (_, at) => keyOf(operation, bytes, at).objectName)
          )
      )
      return store.removeAll(names.flatMap((name) => [name, leaseNameOf(name)]))
    })

    const total = benchOperations.filter((operation) => isDone(plan, operation)).length * plan.sizes.length * plan.count
    let done = 0

    const measure = (operation: BenchOperation, bytes: number) =>
      Effect.gen(function*() {
        const millis: Array<number> = []
        const failures: Array<unknown> = []
        const value = textOf(bytes)
        const started = yield* Clock.currentTimeNanos
        yield* Effect.forEach(
          Array.from({ length: plan.count }, (_, at) => at),
          (at) =>
            Effect.gen(function*() {
              const before = yield* Clock.currentTimeNanos
              // What is under way is waited for, so that nothing is written after it was removed.
              const exit = yield* Effect.exit(Effect.uninterruptible(one(operation, bytes, at, value)))
              const after = yield* Clock.currentTimeNanos
              if (Exit.isSuccess(exit)) millis.push(Number(after - before) / 1e6)
              else if (Cause.isInterrupted(exit.cause)) return yield* Effect.interrupt
              else failures.push(Option.getOrUndefined(Cause.failureOption(exit.cause)))
              done++
              yield* onStep({ operation, bytes, done, total })
            }),
          { concurrency: plan.concurrency, discard: true }
        )
        const ended = yield* Clock.currentTimeNanos
        const [first] = failures
        if (millis.length === 0) {
          return yield* first instanceof ObjectStoreError ? first : new ObjectStoreError({
            reason: "Unknown",
            operation,
            target: store.description ?? "",
            detail: `not one of ${plan.count} was done`,
            cause: first
          })
        }
        const seconds = Number(ended - started) / 1e9
        return {
          operation,
          bytes,
          failures: failures.length,
          perSecond: seconds > 0 ? millis.length / seconds : Number.POSITIVE_INFINITY,
          ...latenciesOf(millis)
        }
      })

    const rows = Effect.forEach(plan.sizes, (bytes) =>
      Effect.forEach(
        benchOperations.filter((operation) => isDone(plan, operation)),
        (operation) => measure(operation, bytes)
      ))

    const outcome = yield* Effect.onExit(
      Effect.map(rows, (rows) => rows.flat().filter(({ operation }) => plan.operations.includes(operation))),
      (exit) => Exit.isSuccess(exit) ? Effect.void : Effect.ignore(cleanUp)
    )
    yield* Effect.uninterruptible(cleanUp)
    return outcome
  })

/** A text of so many bytes that no compression makes shorter. */
const textOf = (bytes: number): string => randomBytes(Math.ceil(bytes * 3 / 4)).toString("base64url").slice(0, bytes)
