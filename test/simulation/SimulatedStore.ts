import { Effect, Option, Stream } from "effect"
import {
  ConditionalOutcome,
  type ListedObject,
  LoadOutcome,
  type ObjectStore,
  ObjectStoreError,
  type ObjectStoreReason,
  type RemoveOutcome
} from "effect-aws-cache/S3Store"
import { draw } from "../../src/Testing/faults/draw.js"
import type { SimulatedProcess } from "./SimulatedProcess.js"
import type { VirtualTime } from "./VirtualTime.js"

/** Names that begin with a prefix get no answer, or a bad one, for a while. */
interface Outage {
  readonly prefix: string
  /** Milliseconds since the beginning of the world. */
  readonly from: number
  readonly until: number
  readonly reason: ObjectStoreReason
  /** The process that meets it; `undefined`: all. */
  readonly process?: number | undefined
}

/** What goes wrong between processes and a store. Chances are from 0 to 1. */
export interface StoreFaults {
  readonly seed: number
  /** The longest way of a request, and of its answer, in milliseconds. */
  readonly slowest: number
  /** How likely a request is lost before it has an effect. */
  readonly lostRequests: number
  /** How likely an answer is lost after it had one. */
  readonly lostReplies: number
  /** How likely a write without a condition is sent twice, as the AWS client does after a lost answer. */
  readonly repeatedWrites: number
  /** How likely a write without a condition has its effect long after its caller was told of a time-out. */
  readonly lateWrites: number
  /** How much later that may be, in milliseconds. */
  readonly latest: number
  /** How old a list may be, in milliseconds. */
  readonly staleLists: number
  readonly honoursConditions: boolean
  /** How likely a request is never answered, whether it had its effect or not: who asks has to give up. */
  readonly hungRequests?: number | undefined
  readonly outages: ReadonlyArray<Outage>
}

/** A store that does what it is asked, at once. */
export const noFaults: StoreFaults = {
  seed: 0,
  slowest: 0,
  lostRequests: 0,
  lostReplies: 0,
  repeatedWrites: 0,
  lateWrites: 0,
  latest: 0,
  staleLists: 0,
  honoursConditions: true,
  outages: []
}

/** How long a caller waits for an answer that does not come, in milliseconds. */
export const patience = 1000

/** A request, and what became of it. Times are milliseconds since the epoch, by the time of the world. */
export interface SimulatedRequest {
  readonly process: number
  readonly operation: string
  readonly name: string
  readonly sent: number
  /** When it had an effect, each time. */
  readonly landed: Array<number>
  /** When its caller was told that it was done, if it was. */
  done: number | undefined
  /** What its caller was told, if it was a failure. */
  failure: ObjectStoreReason | undefined
  /** For a write: what was written. */
  readonly body: string | undefined
}

/** A change of an object, and which request made it, if one did. */
interface SimulatedChange {
  readonly at: number
  readonly name: string
  readonly to?: SimulatedObject
  readonly by: SimulatedRequest | undefined
}

interface SimulatedObject {
  readonly body: Uint8Array
  readonly etag: string
  readonly modified: number
}

/** What one process is answered. */
interface Journey<A> {
  readonly operation: string
  readonly name: string
  readonly act: () => A
  readonly body?: Uint8Array
  /** Whether it may have its effect twice or late. */
  readonly isPlainWrite?: boolean
  /** What the caller is told who would rather look than send it again. */
  readonly whenUnsure?: A
}

/**
 * An object store that processes share over a bad network: requests overlap, are lost before or after they had their
 * effect, sent twice or land late. What happens depends on the seed, the process, and how many requests it made before.
 */
export class SimulatedStore {
  readonly requests: Array<SimulatedRequest> = []
  private readonly objects = new Map<string, SimulatedObject>()
  /** What the lists of before would have told. */
  private readonly changes: Array<SimulatedChange> = []
  private landing: SimulatedRequest | undefined
  private readonly counts = new Map<number, number>()
  private readonly time: VirtualTime
  private readonly start: number
  private readonly faults: StoreFaults
  private writes = 0

  constructor(time: VirtualTime, faults: StoreFaults) {
    this.time = time
    this.start = time.now
    this.faults = faults
  }

  /** The names of all objects. */
  get names(): ReadonlyArray<string> {
    return [...this.objects.keys()]
  }

  /** All that has changed. */
  get history(): ReadonlyArray<SimulatedChange> {
    return this.changes
  }

  /** An object as it is, without a request. */
  peek(name: string): Uint8Array | undefined {
    return this.objects.get(name)?.body
  }

  /** Writes an object without a request, as a stranger would. */
  plant(name: string, body: Uint8Array): void {
    this.put(name, body)
  }

  /** Removes an object without a request, as a lifecycle rule would. */
  drop(name: string): void {
    this.delete(name)
  }

  /** The store as one process sees it. */
  of(process: SimulatedProcess): ObjectStore {
    const ask = <A>(journey: Journey<A>) => this.request(process, journey)
    const asked = (name: string, etag: string | undefined) => {
      const object = this.objects.get(name)
      return etag === undefined ? object === undefined : object?.etag === etag
    }
    const writeIf = (operation: string, name: string, body: Uint8Array, etag: string | undefined) =>
      this.faults.honoursConditions
        ? ask({
          operation,
          name,
          body,
          act: () =>
            asked(name, etag)
              ? ConditionalOutcome.Written({ etag: Option.some(this.put(name, body)) })
              : ConditionalOutcome.Refused()
        })
        : Effect.fail(failure("ConditionalWritesUnsupported", operation, name, "this store ignores conditions"))
    return {
      description: "simulated/",
      load: (name, options) =>
        ask({
          operation: "load",
          name,
          act: () => {
            const object = this.objects.get(name)
            if (object === undefined) return LoadOutcome.Absent()
            if (object.etag === options?.ifNoneMatch) return LoadOutcome.Unchanged()
            return LoadOutcome.Found({
              body: new Uint8Array(object.body.subarray(0, options?.firstBytes)),
              size: object.body.length,
              etag: object.etag,
              modified: object.modified
            })
          }
        }),
      save: (name, body) =>
        ask({ operation: "save", name, body, isPlainWrite: true, act: () => Option.some(this.put(name, body)) }),
      saveOnce: (name, body) =>
        ask({
          operation: "saveOnce",
          name,
          body,
          isPlainWrite: true,
          act: (): ConditionalOutcome => ConditionalOutcome.Written({ etag: Option.some(this.put(name, body)) }),
          whenUnsure: ConditionalOutcome.Unknown()
        }),
      add: (name, body) => writeIf("add", name, body, undefined),
      replace: (name, body, etag) => writeIf("replace", name, body, etag),
      remove: (name) => ask({ operation: "remove", name, act: () => this.delete(name) }),
      removeIfMatch: (name, etag) =>
        this.faults.honoursConditions
          ? ask({
            operation: "removeIfMatch",
            name,
            act: (): RemoveOutcome => {
              if (!asked(name, etag)) return "refused"
              this.delete(name)
              return "removed"
            }
          })
          : Effect.succeed("unsupported"),
      removeAll: (names) =>
        ask({
          operation: "removeAll",
          name: names[0] ?? "",
          act: () => {
            for (const name of names) this.delete(name)
          }
        }),
      list: (prefix) =>
        Stream.unwrap(Effect.map(
          ask({
            operation: "list",
            name: prefix,
            act: () => this.listed(prefix, this.draws(process)(9) * this.faults.staleLists)
          }),
          Stream.fromIterable
        ))
    }
  }

  private request<A>(process: SimulatedProcess, journey: Journey<A>): Effect.Effect<A, ObjectStoreError> {
    return Effect.async<A, ObjectStoreError>((resume) => {
      const { faults, time } = this
      const { act, body, isPlainWrite = false, name, operation, whenUnsure } = journey
      this.counts.set(process.index, (this.counts.get(process.index) ?? 0) + 1)
      const chance = this.draws(process)
      const way = (what: number) => Math.round(chance(what) * faults.slowest)
      const text = body === undefined ? undefined : Buffer.from(body).toString("latin1")
      const request: SimulatedRequest = {
        process: process.index,
        operation,
        name,
        sent: time.now,
        landed: [],
        done: undefined,
        failure: undefined,
        body: text
      }
      this.requests.push(request)
      const answer = (millis: number, outcome: Effect.Effect<A, ObjectStoreError>) =>
        time.after(millis, () =>
          process.deliver(() => {
            if (request.failure === undefined) request.done = time.now
            resume(outcome)
          }))
      const fail = (millis: number, reason: ObjectStoreReason, detail: string) => {
        request.failure = reason
        return answer(millis, Effect.fail(failure(reason, operation, name, detail)))
      }
      const land = (then: (outcome: A) => void, whenRefused: (outage: Outage) => void) => {
        const since = time.now - this.start
        const outage = faults.outages.find(({ from, prefix, process: only, until }) =>
          name.startsWith(prefix) && from <= since && since < until && (only ?? process.index) === process.index
        )
        if (outage !== undefined) return whenRefused(outage)
        request.landed.push(time.now)
        this.landing = request
        then(act())
        this.landing = undefined
      }
      const nothing = () => {}
      const lose = (detail: string) => {
        if (whenUnsure !== undefined && chance(11) < 0.5) return answer(way(2) + 100, Effect.succeed(whenUnsure))
        return fail(patience, chance(4) < 0.5 ? "Timeout" : "Network", detail)
      }
      const refuse = ({ reason }: Outage) => void fail(way(2), reason, "the store is not well")

      if (chance(12) < (faults.hungRequests ?? 0)) {
        request.failure = "Timeout"
        if (chance(13) < 0.5) time.after(way(1), () => land(nothing, nothing))
        // Who gives it up looks once more whether there is an answer.
        return Effect.sync(time.listenOutside())
      }
      if (chance(3) < faults.lostRequests) {
        lose("the request was lost")
        return Effect.void
      }
      if (isPlainWrite && chance(5) < faults.lateWrites) {
        fail(patience, "Timeout", "the request is still on its way")
        time.after(patience + 1 + chance(6) * faults.latest, () => land(nothing, nothing))
        return Effect.void
      }
      if (isPlainWrite && whenUnsure === undefined && chance(7) < faults.repeatedWrites) {
        time.after(way(1), () => land(nothing, nothing))
        const again = time.after(
          way(1) + way(2) + 100,
          () => land((outcome) => answer(way(2), Effect.succeed(outcome)), refuse)
        )
        return Effect.sync(again)
      }
      const arrival = time.after(way(1), () =>
        land((outcome) => {
          if (chance(8) < faults.lostReplies) lose("the answer was lost")
          else answer(way(2), Effect.succeed(outcome))
        }, refuse))
      // A caller who gives up takes back what has not left yet, perhaps.
      return Effect.sync(() => {
        if (chance(10) < 0.5) arrival()
      })
    })
  }

  private draws(process: SimulatedProcess): (what: number) => number {
    const nth = this.counts.get(process.index) ?? 0
    return (what) => draw(this.faults.seed, process.index, nth, what)
  }

  private put(name: string, body: Uint8Array): string {
    const object = { body: new Uint8Array(body), etag: `"${++this.writes}"`, modified: this.time.now }
    this.objects.set(name, object)
    this.changes.push({ at: this.time.now, name, to: object, by: this.landing })
    return object.etag
  }

  private delete(name: string): void {
    if (this.objects.delete(name)) this.changes.push({ at: this.time.now, name, by: this.landing })
  }

  private listed(prefix: string, age: number): ReadonlyArray<ListedObject> {
    const then = new Map<string, ListedObject>()
    for (const { at, name, to } of this.changes) {
      if (at > this.time.now - age) break
      if (!name.startsWith(prefix)) continue
      if (to === undefined) then.delete(name)
      else then.set(name, { name, size: to.body.length, etag: to.etag, modified: to.modified })
    }
    return [...then.values()]
  }
}

const failure = (reason: ObjectStoreReason, operation: string, name: string, detail: string): ObjectStoreError =>
  new ObjectStoreError({ reason, operation, target: `simulated/${name}`, detail })
