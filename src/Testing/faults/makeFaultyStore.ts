/**
 * An object store in front of another, that fails as it is told.
 */
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Stream from "effect/Stream"
import { errorsIn } from "../../effect/outcomes.js"
import { describedStore } from "../../S3Store/objects/describedStore.js"
import { ConditionalOutcome, type LoadOutcome, type ObjectStore } from "../../S3Store/objects/ObjectStore.js"
import { ObjectStoreError, type ObjectStoreReason } from "../../S3Store/objects/ObjectStoreErrors.js"
import type { Fault } from "./Fault.js"
import { FaultSchedule } from "./FaultSchedule.js"
import type { FaultsOptions } from "./FaultsOptions.js"
import type { FaultsService } from "./FaultsService.js"
import { type OpenRequest, RequestLog } from "./RequestLog.js"
import type { RequestOutcome, StoreOperation } from "./StoreRequest.js"

/** What is special about the answer to a request. */
interface Answers<A> {
  /** What is told where nobody knows what became of it. */
  readonly unknown?: A
  /** What a fault makes of the answer. */
  readonly bend?: (answer: A, fault: Fault, chance: number) => Effect.Effect<A>
}

/** What errors call it. */
const operationOf = (operation: StoreOperation): string =>
  operation === "saveOnce" ? "save" : operation.startsWith("remove") ? "remove" : operation

const sleep = (millis: number): Effect.Effect<void> => millis > 0 ? Effect.sleep(Duration.millis(millis)) : Effect.void

const outcomeOf = (exit: Exit.Exit<unknown, ObjectStoreError>): RequestOutcome => {
  if (Exit.isSuccess(exit)) return "answered"
  const errors = errorsIn(exit.cause)
  const failure = errors.find((error) => error instanceof ObjectStoreError)
  return failure?.reason ?? (errors.length > 0 ? "died" : "interrupted")
}

const bendBody = (loaded: LoadOutcome, fault: Fault, chance: number): Effect.Effect<LoadOutcome> => {
  if (loaded._tag !== "Found") return Effect.succeed(loaded)
  const { body } = loaded
  switch (fault._tag) {
    case "Corrupt": {
      const at = Math.min(fault.at ?? Math.floor(chance * body.length), body.length - 1)
      return Effect.succeed({ ...loaded, body: body.map((byte, index) => index === at ? byte ^ 1 : byte) })
    }
    case "Truncate":
      return Effect.succeed({ ...loaded, body: body.slice(0, fault.bytes) })
    case "SlowBody":
      return Effect.as(sleep(body.length / fault.bytesPerSecond * 1000), loaded)
    default:
      return Effect.succeed(loaded)
  }
}

/** The store, and what a test does with it. The options have been checked. */
export const makeFaultyStore = (
  behind: ObjectStore,
  options: FaultsOptions
): { readonly store: ObjectStore; readonly faults: FaultsService } => {
  const inner = describedStore(behind)
  const { conditionalDeletes, conditionalWrites, lists, logSize = 1000 } = options
  const schedule = new FaultSchedule(options)
  const log = new RequestLog(logSize)
  const gate = Effect.unsafeMakeLatch(true)
  let outage: ObjectStoreReason | undefined
  let made = 0

  const failure = (reason: ObjectStoreReason, { name, operation }: OpenRequest, detail: string) =>
    new ObjectStoreError({ reason, operation: operationOf(operation), target: `${inner.description}${name}`, detail })

  const meet = <A>(
    request: OpenRequest,
    fault: Fault | undefined,
    act: Effect.Effect<A, ObjectStoreError>,
    { bend, unknown }: Answers<A>
  ): Effect.Effect<A, ObjectStoreError> => {
    if (fault === undefined) return act
    log.meet(request, fault._tag)
    switch (fault._tag) {
      case "Fail":
        return Effect.fail(failure(fault.reason, request, fault.detail ?? "a fault of the test"))
      case "LostAnswer":
        return Effect.zipRight(
          Effect.exit(act),
          Effect.fail(failure(fault.reason ?? "Timeout", request, "the answer was lost: a fault of the test"))
        )
      case "Hang":
        return Effect.zipRight(fault.lands === true ? Effect.exit(act) : Effect.void, Effect.never)
      case "Unknown":
        return unknown === undefined
          ? act
          : Effect.as(fault.lands === true ? Effect.exit(act) : Effect.void, unknown)
      case "Repeat":
        return Effect.zipRight(Effect.exit(act), act)
      case "Die":
        return Effect.die(fault.defect)
      default:
        return bend === undefined ? act : Effect.flatMap(act, (answer) => bend(answer, fault, request.chance))
    }
  }

  const ask = <A>(
    operation: StoreOperation,
    names: ReadonlyArray<string>,
    act: Effect.Effect<A, ObjectStoreError>,
    answers: Answers<A> = {}
  ): Effect.Effect<A, ObjectStoreError> =>
    Effect.flatMap(Clock.currentTimeMillis, (at) => {
      const number = ++made
      const request: OpenRequest = {
        number,
        operation,
        name: names[0] ?? "",
        names,
        chance: schedule.chance(number),
        at,
        fault: undefined,
        outcome: "pending"
      }
      log.add(request)
      const arrived = Effect.suspend(() => {
        const fault = schedule.faultOf(request)
        const late = fault?._tag === "Slow" ? Duration.toMillis(fault.by) : 0
        return Effect.as(Effect.zipRight(sleep(schedule.millisOf(request) + late), gate.await), fault)
      })
      return Effect.onExit(
        Effect.flatMap(arrived, (fault) => {
          if (outage === undefined) return meet(request, fault, act, answers)
          log.meet(request, "Down")
          return Effect.fail(failure(outage, request, "an outage of the test"))
        }),
        (exit) =>
          Effect.sync(() => {
            request.outcome = outcomeOf(exit)
          })
      )
    })

  const refused = (reason: ObjectStoreReason, operation: string, name: string) =>
    new ObjectStoreError({
      reason,
      operation,
      target: `${inner.description}${name}`,
      detail: "this store is told to be unable to"
    })

  const writeIf = (
    operation: "add" | "replace",
    name: string,
    act: Effect.Effect<ConditionalOutcome, ObjectStoreError>
  ): Effect.Effect<ConditionalOutcome, ObjectStoreError> =>
    ask(
      operation,
      [name],
      conditionalWrites === false ? Effect.fail(refused("ConditionalWritesUnsupported", operation, name)) : act,
      { unknown: ConditionalOutcome.Unknown() }
    )

  const { saveOnce } = inner
  const store: ObjectStore = {
    description: inner.description,
    place: inner.place,
    maxObjectBytes: inner.maxObjectBytes,
    load: (name, options) => ask("load", [name], inner.load(name, options), { bend: bendBody }),
    save: (name, body) => ask("save", [name], inner.save(name, body)),
    saveOnce: saveOnce === undefined
      ? undefined
      : (name, body) => ask("saveOnce", [name], saveOnce(name, body), { unknown: ConditionalOutcome.Unknown() }),
    add: (name, body) => writeIf("add", name, inner.add(name, body)),
    replace: (name, body, etag) => writeIf("replace", name, inner.replace(name, body, etag)),
    remove: (name) => ask("remove", [name], inner.remove(name)),
    removeIfMatch: (name, etag) =>
      ask(
        "removeIfMatch",
        [name],
        conditionalDeletes === false ? Effect.succeed("unsupported" as const) : inner.removeIfMatch(name, etag),
        { unknown: "unknown" as const }
      ),
    removeAll: (names) => ask("removeAll", names, inner.removeAll(names)),
    list: (prefix) =>
      Stream.unwrap(
        ask(
          "list",
          [prefix],
          Effect.succeed(lists === false ? Stream.fail(refused("ListUnsupported", "list", prefix)) : inner.list(prefix))
        )
      )
  }

  return {
    store,
    faults: {
      down: (reason = "Unavailable") =>
        Effect.sync(() => {
          outage = reason
        }),
      hold: Effect.asVoid(gate.close),
      up: Effect.suspend(() => {
        outage = undefined
        return Effect.asVoid(gate.open)
      }),
      set: (faults) => Effect.sync(() => schedule.set(faults)),
      requests: Effect.sync(() => log.requests),
      counts: Effect.sync(() => log.counts),
      clear: Effect.sync(() => log.clear())
    }
  }
}
