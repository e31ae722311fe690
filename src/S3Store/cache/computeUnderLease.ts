/**
 * One computing process of all.
 */
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import type * as Scope from "effect/Scope"
import { patience } from "../../Cache/flight/FlightGroup.js"
import { printKey } from "../../Cache/printing/printKey.js"
import { type CacheLevels, logProblem } from "../bothLevels/CacheLevels.js"
import type { Before } from "../bothLevels/writing.js"
import { type Foreign, type Lease, type Leases, Patience } from "../coordination/Lease.js"
import type { AnyKey } from "../keyspace/Keyspace.js"
import { leaseNameOf } from "../objects/objectName.js"
import { ObjectStoreError } from "../objects/ObjectStoreErrors.js"

/**
 * What keeps a process that was too slow from overwriting what another one computed meanwhile: the result takes the place
 * of what was there before, and of nothing else.
 */
export interface Fence extends Before {
  /** Whether this process may still write. */
  readonly isHeld: Effect.Effect<boolean>
}

/** Something that one process is to compute. */
interface Coordinated<out A> {
  /** Whether the result is there by now, and what is there instead. */
  readonly check: Effect.Effect<
    Before & { readonly found: Option.Option<A> },
    ObjectStoreError
  >
  /** Computes and writes, behind a fence; without one where processes cannot agree. */
  readonly compute: (fence: Fence | undefined) => Effect.Effect<A>
  /** Told that it waits for another process. */
  readonly waits?: (() => void) | undefined
}

/** Lets one process of all compute, and the others wait for its result. */
export type Coordination = <A>(key: AnyKey, parts: Coordinated<A>) => Effect.Effect<A>

/**
 * Makes the coordination by leases. Leases save computations and decide nothing: whatever goes wrong with them, the
 * computed value reaches its callers. When the second level cannot be asked, each process computes for itself. Where it
 * does not honour conditions on writes there are no leases, the log tells so once; nor where it is only read, which it
 * says itself.
 */
export const makeCoordination = (levels: CacheLevels, leases: Leases): Coordination => {
  const { ledger, name: cache, store } = levels
  let isSupported = true

  const reportUnsupported = (error: ObjectStoreError) =>
    Effect.suspend(() => {
      if (!isSupported) return Effect.void
      isSupported = false
      if (error.reason === "ReadOnly") return Effect.void
      return Effect.annotateLogs(
        Effect.logWarning(
          `coordination: "lease" cannot be had, each process computes for itself: ${error.message}`
        ),
        { cache }
      )
    })

  return <A>(key: AnyKey, { check, compute, waits }: Coordinated<A>) => {
    const name = leaseNameOf(key.objectName)
    let computed: Option.Option<A> = Option.none()

    /** What is computed under a lease is kept here: no failure to give the lease back takes it away. */
    const computeAndNote = (fence: Fence) =>
      Effect.map(compute(fence), (result) => {
        computed = Option.some(result)
        return result
      })

    const computeUnderLease = (lease: Lease): Effect.Effect<A> => {
      ledger.record({ _tag: "LeaseTaken", key, insteadOf: lease.insteadOf })
      // Somebody may have finished between the look into the second level and the lease.
      return Effect.matchEffect(check, {
        onFailure: () => computeAndNote({ isHeld: lease.isHeld, etag: undefined, promisedUntil: undefined }),
        onSuccess: ({ etag, found, promisedUntil }) =>
          Option.isSome(found)
            ? Effect.succeed(found.value)
            : computeAndNote({ isHeld: lease.isHeld, etag, promisedUntil })
      })
    }

    const computeOnceAcquired = (
      take: Effect.Effect<Lease | Foreign, ObjectStoreError, Scope.Scope>
    ): Effect.Effect<Either.Either<A, Foreign>, ObjectStoreError> =>
      Effect.scoped(
        Effect.flatMap(take, (acquired): Effect.Effect<Either.Either<A, Foreign>> =>
          acquired._tag === "Acquired"
            ? Effect.map(computeUnderLease(acquired), Either.right)
            : Effect.succeed(Either.left(acquired)))
      )

    /** For a caller that does not wait any more: what another one has written meanwhile stays. */
    const withoutLease = ({ etag, promisedUntil }: Before): Effect.Effect<A> =>
      computeAndNote({ isHeld: Effect.succeed(true), etag, promisedUntil })

    const reportTooLong = logProblem(levels, key, {
      message: `${store.description}${name}: another process computes for longer than leaseWait; not waiting for it`
    })

    const acquire = (
      take: Effect.Effect<Lease | Foreign, ObjectStoreError, Scope.Scope>,
      waitedFor: Patience,
      inVain = 0
    ): Effect.Effect<A, ObjectStoreError> =>
      Effect.flatMap(computeOnceAcquired(take), (outcome): Effect.Effect<A, ObjectStoreError> => {
        if (Either.isRight(outcome)) return Effect.succeed(outcome.right)
        waits?.()
        if (waitedFor.looks === 0) ledger.record({ _tag: "LeaseAwaited", key })
        return awaitResult(outcome.left, waitedFor, inVain)
      })

    /** @param inVain how many have had the lease meanwhile, and nothing to show for it */
    const awaitResult = (lease: Foreign, waitedFor: Patience, inVain: number): Effect.Effect<A, ObjectStoreError> =>
      Effect.flatMap(
        leases.wait(name, lease, waitedFor),
        (waited) =>
          Effect.flatMap(check, ({ found, ...there }): Effect.Effect<A, ObjectStoreError> => {
            if (Option.isSome(found)) return Effect.succeed(found.value)
            if (waited._tag === "TooLong") return Effect.zipRight(reportTooLong, withoutLease(there))
            // Its computation has failed, or is not to be kept.
            const next = inVain + 1
            if (next === patience) return withoutLease(there)
            switch (waited._tag) {
              case "Free":
                return acquire(leases.take(name), waitedFor, next)
              case "Dead":
                return acquire(leases.takeOver(name, waited.lease), waitedFor, next)
              case "Taken":
                return awaitResult(waited.lease, waitedFor, next)
            }
          })
      )

    const report = (cause: Cause.Cause<ObjectStoreError>): Effect.Effect<void> => {
      const error = Option.getOrElse(Cause.failureOption(cause), () =>
        new ObjectStoreError({
          reason: "Unknown",
          operation: "lease",
          target: store.description + name,
          detail: `an unexpected end of the request: ${printKey(Cause.squash(cause)).slice(0, 300)}`,
          cause: Cause.squash(cause)
        }))
      return error.reason === "ConditionalWritesUnsupported" || error.reason === "ReadOnly"
        ? reportUnsupported(error)
        : logProblem(levels, key, error)
    }

    return Effect.suspend(() => {
      if (!isSupported) return compute(undefined)
      computed = Option.none()
      // Who was interrupted does not come here.
      return Effect.catchAllCause(
        acquire(leases.take(name), new Patience()),
        (cause) =>
          Effect.zipRight(
            report(cause),
            Option.match(computed, {
              onNone: () => compute(undefined),
              onSome: Effect.succeed
            })
          )
      )
    })
  }
}
