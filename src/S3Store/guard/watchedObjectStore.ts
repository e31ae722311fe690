/**
 * An object store as a cache uses it: with time limits, a circuit breaker, and an account of what happens.
 */
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
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
      detail: `no answer within ${Duration.format(millis)}`
    })

  const limited = <A>(operation: string, target: string, millis: number, request: Effect.Effect<A, ObjectStoreError>) =>
    withinTime(request, millis, late(operation, target, millis))

  /** The same for each page of a list: the time its consumer takes does not count. */
  const limitedPages = <A>(target: string, millis: number, pages: Stream.Stream<A, ObjectStoreError>) =>
    millis === Number.POSITIVE_INFINITY ?
      pages :
      Stream.fromPull(
        Effect.map(
          Stream.toPull(pages),
          (pull) => withinTime(pull, millis, () => Option.some(late("list", target, millis)()))
        )
      )

  const failed = (operation: string) => (error: ObjectStoreError) =>
    Effect.sync(() => ledger.record({ _tag: "RequestFailed", operation, reason: error.reason }))

  const through = <A>(
    operation: string,
    request: Effect.Effect<A, ObjectStoreError>
  ): Effect.Effect<A, ObjectStoreError> => {
    const timed = Effect.flatMap(Clock.currentTimeMillis, (started) =>
      Effect.ensuring(
        Effect.tapError(request, failed(operation)),
        Effect.map(Clock.currentTimeMillis, (now) => ledger.requestTook(operation, now - started))
      ))
    return faults.run(
      operation,
      breaker === undefined ? timed : Effect.tapError(breaker.run(timed), (error) =>
        Effect.sync(() => {
          if (error.reason === "CircuitOpen") ledger.record({ _tag: "RequestRefused", operation })
        }))
    )
  }

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
    list: (prefix) => Stream.tapError(limitedPages(prefix, watch.saveTimeout, store.list(prefix)), failed("list"))
  }
}
