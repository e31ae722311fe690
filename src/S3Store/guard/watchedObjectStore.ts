/**
 * An object store as a cache uses it: with time limits, a circuit breaker, and an account of what happens.
 */
import * as Cause from "effect/Cause"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { endOf } from "../../Cache/events/announceComputation.js"
import { clockOf } from "../../effect/clocks.js"
import { limitPulls } from "../../effect/streams.js"
import { withinTime } from "../common/standstill.js"
import type { DescribedStore } from "../objects/describedStore.js"
import { ObjectStoreError } from "../objects/ObjectStoreErrors.js"
import type { CircuitBreaker } from "./CircuitBreaker.js"
import type { Ledger } from "./Ledger.js"
import type { SetupFaults } from "./SetupFaults.js"

/** What watches over the requests to an object store. */
export interface Watch {
  readonly ledger: Ledger
  /** Nothing: requests are always made. */
  readonly breaker: CircuitBreaker<ObjectStoreError, ObjectStoreError> | undefined
  readonly faults: SetupFaults
  /** How long a load may take, in milliseconds. */
  readonly loadTimeout: number
  /** How long any other request may take, in milliseconds. */
  readonly saveTimeout: number
}

/** Watches over the requests to an object store. */
export const watchedObjectStore = (store: DescribedStore, watch: Watch): DescribedStore => {
  const { breaker, faults, ledger } = watch

  const late = (operation: string, target: string, millis: number) => () =>
    new ObjectStoreError({
      reason: "Timeout",
      operation,
      target: store.description + target,
      detail: `no answer within ${Duration.format(Duration.millis(millis))}`
    })

  const limited = <A>(operation: string, target: string, millis: number, request: Effect.Effect<A, ObjectStoreError>) =>
    withinTime(request, millis, late(operation, target, millis))

  /** The same for each page of a list: the time its consumer takes does not count. */
  const limitedPages = <A>(target: string, millis: number, pages: Stream.Stream<A, ObjectStoreError>) =>
    millis === Number.POSITIVE_INFINITY ?
      pages :
      limitPulls(pages, (pull, failing) => withinTime(pull, millis, () => failing(late("list", target, millis)())))

  const failed = (operation: string, { reason }: ObjectStoreError) =>
    ledger.record({ _tag: "RequestFailed", operation, reason })

  /** A request has ended: what is to be run before its caller goes on, if anything. */
  const ended = <A>(operation: string, exit: Exit.Exit<A, ObjectStoreError>, admission: Admission, now: number) => {
    const error = Exit.isFailure(exit) ? Cause.failureOption(exit.cause) : Option.none()
    ledger.requestTook(operation, now - admission.at, {
      outcome: endOf(exit).outcome,
      reason: Option.isSome(error) ? error.value.reason : undefined
    })
    if (Option.isSome(error)) failed(operation, error.value)
    return [
      breaker?.settle(exit, admission.isBreakerProbe, now),
      faults.settle(operation, exit, admission.isFaultProbe, now)
    ]
  }

  /**
   * Makes a request, or fails at once. One mask and one look at how it ends for all who watch: each for itself would cost
   * as much as all the rest of a hit.
   */
  const through = <A>(
    operation: string,
    request: Effect.Effect<A, ObjectStoreError>
  ): Effect.Effect<A, ObjectStoreError> =>
    Effect.uninterruptibleMask((restore) =>
      Effect.withFiberRuntime<A, ObjectStoreError>((fiber) => {
        const clock = clockOf(fiber)
        const at = clock.unsafeCurrentTimeMillis()
        const byFaults = faults.admit(operation, at)
        if (Either.isLeft(byFaults)) return Exit.fail(byFaults.left)
        const byBreaker = breaker === undefined ? Either.right(false) : breaker.admit(at)
        if (Either.isLeft(byBreaker)) {
          ledger.record({ _tag: "RequestRefused", operation })
          const refused = Exit.fail(byBreaker.left)
          return afterAll([faults.settle(operation, refused, byFaults.right, at)], refused)
        }
        const admission = { at, isFaultProbe: byFaults.right, isBreakerProbe: byBreaker.right }
        const settle = (exit: Exit.Exit<A, ObjectStoreError>) =>
          afterAll(ended(operation, exit, admission, clock.unsafeCurrentTimeMillis()), exit)
        return Effect.matchCauseEffect(restore(request), {
          onFailure: (cause) => settle(Exit.failCause(cause)),
          onSuccess: (value) => settle(Exit.succeed(value))
        })
      })
    )

  const saving = <A>(operation: string, name: string, request: Effect.Effect<A, ObjectStoreError>) =>
    through(operation, limited(operation, name, watch.saveTimeout, request))

  const { saveOnce } = store
  return {
    description: store.description,
    place: store.place,
    maxObjectBytes: store.maxObjectBytes,
    load: (name, options) => through("load", limited("load", name, watch.loadTimeout, store.load(name, options))),
    save: (name, body) => saving("save", name, store.save(name, body)),
    saveOnce: saveOnce === undefined ? undefined : (name, body) => saving("save", name, saveOnce(name, body)),
    add: (name, body) => saving("add", name, store.add(name, body)),
    replace: (name, body, etag) => saving("replace", name, store.replace(name, body, etag)),
    remove: (name) => saving("remove", name, store.remove(name)),
    removeIfMatch: (name, etag) => saving("remove", name, store.removeIfMatch(name, etag)),
    removeAll: (names) => saving("remove", "", store.removeAll(names)),
    // Of a list only the failures count: pages come as fast as they are asked for.
    list: (prefix) =>
      Stream.tapError(
        limitedPages(prefix, watch.saveTimeout, store.list(prefix)),
        (error) => Effect.sync(() => failed("list", error))
      )
  }
}

/** When a request began, and which of those who watch let it try while others may not. */
interface Admission {
  readonly at: number
  readonly isFaultProbe: boolean
  readonly isBreakerProbe: boolean
}

const afterAll = <A, E>(
  work: ReadonlyArray<Effect.Effect<void> | undefined>,
  exit: Exit.Exit<A, E>
): Effect.Effect<A, E> => {
  const due = work.filter((each) => each !== undefined)
  return due.length === 0 ? exit : Effect.zipRight(Effect.all(due, { discard: true }), exit)
}
