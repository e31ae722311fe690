/**
 * Elects one process to do something.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import * as Random from "effect/Random"
import * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"
import { randomUUID } from "node:crypto"
import { quietly } from "../../Cache/common/quietly.js"
import { descriptionOf } from "../objects/describedStore.js"
import type { ConditionalOutcome, LoadOutcome, ObjectStore } from "../objects/ObjectStore.js"
import { ObjectStoreError } from "../objects/ObjectStoreErrors.js"

/**
 * What a lease object says: whose it is, how long its owner may be silent, and when it ends by the clock of its owner
 * (milliseconds since the epoch), unless it is renewed; 0 for one that was given back.
 */
const Body = Schema.parseJson(Schema.Struct({
  format: Schema.Literal(1),
  owner: Schema.String,
  term: Schema.Number,
  expires: Schema.Number
}))

const decodeBody = Schema.decodeUnknownEither(Body)
const encodeBody = Schema.encodeSync(Body)

/**
 * The longest time that an owner may be silent, in milliseconds: ten minutes. What a lease object says beyond that is not
 * believed.
 */
export const longestTerm = 600_000

/** A lease that is held, for as long as its scope lives. */
export interface Lease {
  readonly _tag: "Acquired"
  /** Whether the owner before was silent for too long. */
  readonly insteadOf: "nobody" | "dead"
  /** Whether it still is: another process may have taken it after this one was silent for too long. Asks, when in doubt. */
  readonly isHeld: Effect.Effect<boolean>
}

/** The lease is another process's: what there is to know of it. */
export interface Foreign {
  readonly _tag: "Foreign"
  readonly etag: string
  /** What tells it from leases that are taken after it; empty where it does not say. */
  readonly claim: string
  /** How long its owner may be silent, in milliseconds: as it says, or this process's own term where that is absurd. */
  readonly term: number
  /** When it ends, by the clock of its owner. */
  readonly expires: number
  /** Whether it says what no owner says. */
  readonly isAbsurd: boolean
  /** For how long it was seen not to change, in milliseconds. */
  readonly silent: number
}

/**
 * How a wait for the lease of another process ended: it was given back, and maybe somebody else has it already; its owner is
 * dead; or it took too long.
 */
export type Waited =
  | { readonly _tag: "Free" | "TooLong" }
  | { readonly _tag: "Taken" | "Dead"; readonly lease: Foreign }

/** How long one caller has waited for the lease of a name, whoever held it. */
export class Patience {
  /** In milliseconds. A leap of the clock, or a process that stood still, adds little. */
  spent = 0
  /** How often it looked. */
  looks = 0
}

/**
 * Leases in an object store, by conditional writes (as in C. Gray, D. Cheriton, "Leases", 1989). A lease is an object:
 * who creates it holds it, renews it by replacing it, and removes it in the end. Its etag is the fence: a holder that was
 * silent for too long finds another etag there, and has lost it.
 *
 * No two clocks are compared. A lease is taken for dead when it was not renewed for a whole term while somebody watched,
 * and the term is measured by the naps of the one that watches: the time from one look to the next is at least that, also
 * where its clock leaps, and a process that stood still has napped once.
 */
export class Leases {
  private readonly store: ObjectStore
  private readonly term: number
  private readonly longestWait: number
  private readonly owner = randomUUID()

  /**
   * @param term how long an owner may be silent, in milliseconds
   * @param longestWait how long to wait for the lease of another process, in milliseconds
   */
  constructor(store: ObjectStore, term: number, longestWait: number) {
    this.store = store
    this.term = term
    this.longestWait = longestWait
  }

  /** Takes the lease of a name, if nobody has it: it is renewed until the scope closes, and then given back. */
  readonly take = (name: string): Effect.Effect<Lease | Foreign, ObjectStoreError, Scope.Scope> =>
    Effect.flatMap(this.claim, (claim) => this.attempt(name, claim, 1))

  /**
   * Waits until there is a reason to try again: the lease of another process was given back, or its owner is dead. Ends
   * when the caller has waited for too long in all. Polls, first after a 20th of a second, and more and more seldom, up
   * to once in a second or a quarter of the term; after a hundred looks, once in a second.
   */
  readonly wait = (name: string, lease: Foreign, patience: Patience): Effect.Effect<Waited, ObjectStoreError> =>
    Effect.suspend((): Effect.Effect<Waited, ObjectStoreError> => {
      if (isDead(lease)) return Effect.succeed({ _tag: "Dead", lease })
      if (patience.spent >= this.longestWait) return Effect.succeed({ _tag: "TooLong" })
      return Effect.flatMap(this.look(name, lease, patience), (next) => {
        if (next._tag !== "Foreign") return Effect.succeed<Waited>({ _tag: "Free" })
        return next.claim === lease.claim
          ? this.wait(name, next, patience)
          : Effect.succeed<Waited>({ _tag: "Taken", lease: next })
      })
    })

  /** Takes the lease of a dead owner, unless another process is faster. */
  readonly takeOver = (name: string, dead: Foreign): Effect.Effect<Lease | Foreign, ObjectStoreError, Scope.Scope> =>
    Effect.flatMap(
      this.claim,
      (claim) => this.acquired(name, claim, "dead", (body) => this.store.replace(name, body, dead.etag), 1)
    )

  /**
   * Whether a lease object that was loaded is nobody's any more: it was given back, cannot be read, says what no owner
   * says, or was not written for a day. One whose time has passed by the clock of this process may be alive: it is
   * watched for as long as its owner may be silent.
   *
   * @param modified when it was written, by the clock of the store
   */
  readonly isOver = (name: string, found: LoadOutcome, modified: number): Effect.Effect<boolean, ObjectStoreError> =>
    Effect.gen(this, function*() {
      const seen = this.described(found)
      if (seen._tag !== "Foreign" || seen.isAbsurd) return true
      const now = yield* Clock.currentTimeMillis
      if (seen.expires > Math.max(now, modified) + day || now - modified > day) return true
      return seen.expires > now ? false : yield* this.watchedToItsEnd(name, seen, new Patience())
    })

  private watchedToItsEnd(name: string, lease: Foreign, patience: Patience): Effect.Effect<boolean, ObjectStoreError> {
    return isDead(lease) ? Effect.succeed(true) : Effect.flatMap(
      this.look(name, lease, patience),
      (next) =>
        next._tag === "Foreign" && next.etag === lease.etag
          ? this.watchedToItsEnd(name, next, patience)
          : Effect.succeed(false)
    )
  }

  /** Takes a nap, and looks what is there by then. */
  private look(name: string, lease: Foreign, patience: Patience): Effect.Effect<Seen, ObjectStoreError> {
    return Effect.gen(this, function*() {
      const started = yield* moment
      const longest = patience.looks < 100 ? Math.min(1000, lease.term / 4, this.term / 4) : 1000
      const nap = Math.ceil(Math.min(50 * 1.5 ** patience.looks, longest) * (0.5 + (yield* Random.next)))
      yield* Effect.sleep(nap)
      const found = yield* this.store.load(name, { ifNoneMatch: lease.etag, firstBytes: mostBytes })
      patience.looks++
      patience.spent += Math.max(nap, Math.min(yield* since(started), nap + 10_000))
      const seen: Seen = found._tag === "Unchanged" ? lease : this.described(found)
      return seen._tag === "Foreign" && seen.etag === lease.etag
        // Never fewer than three looks, however short the term is.
        ? { ...seen, silent: lease.silent + Math.min(nap, lease.term / 3) }
        : seen
    })
  }

  private attempt(
    name: string,
    claim: Claim,
    attempt: number
  ): Effect.Effect<Lease | Foreign, ObjectStoreError, Scope.Scope> {
    return this.acquired(name, claim, "nobody", (body) => this.store.add(name, body), attempt)
  }

  private acquired(
    name: string,
    claim: Claim,
    insteadOf: Lease["insteadOf"],
    write: (body: Uint8Array) => Effect.Effect<ConditionalOutcome, ObjectStoreError>,
    attempt: number
  ): Effect.Effect<Lease | Foreign, ObjectStoreError, Scope.Scope> {
    // A request that is under way is waited for: a lease that was taken must be given back.
    return Effect.uninterruptible(Effect.gen(this, function*() {
      const { body, sent } = yield* this.fresh(claim)
      const outcome = yield* write(body)
      if (outcome._tag === "Written" && Option.isSome(outcome.etag)) {
        return yield* this.held(name, claim, insteadOf, outcome.etag.value, sent)
      }
      const found = yield* this.store.load(name, { firstBytes: mostBytes })
      // Nobody could renew it, nor tell it from another one.
      if (found._tag === "Found" && found.etag === "") {
        if (isOf(claim, found)) yield* this.store.remove(name)
        return yield* new ObjectStoreError({
          reason: "ConditionalWritesUnsupported",
          operation: "add",
          target: descriptionOf(this.store) + name,
          detail: "the store, or what stands before it, tells no ETags"
        })
      }
      // After a lost reply it may be this very write, or the one of an earlier attempt.
      if (isOf(claim, found)) return yield* this.held(name, claim, insteadOf, found.etag, claim.started)
      const seen = this.described(found)
      if (seen._tag === "Foreign") return seen
      if (attempt >= attempts) {
        return yield* new ObjectStoreError({
          reason: "Conflict",
          operation: "add",
          target: descriptionOf(this.store) + name,
          detail: `other processes were faster ${attempts} times in a row`
        })
      }
      return seen._tag === "Absent"
        ? yield* this.attempt(name, claim, attempt + 1)
        : yield* this.acquired(
          name,
          claim,
          "nobody",
          (body) => this.store.replace(name, body, seen.etag),
          attempt + 1
        )
    }))
  }

  private held(
    name: string,
    claim: Claim,
    insteadOf: Lease["insteadOf"],
    firstEtag: string,
    firstSent: Moment
  ): Effect.Effect<Lease, never, Scope.Scope> {
    let etag: string | undefined = firstEtag
    /** Others count the time of silence from a moment after this one. */
    let renewed = firstSent
    /** Whether a renewal may have been written, or be written yet, without an answer. */
    let isUnsure = false
    /** When the renewals were sent whose answers did not come, the latest of them, in their order. */
    const unanswered = new Map<string, Moment>()

    /** Finds out what became of the renewals without an answer: the one that is there counts from when it was sent. */
    const lookup = Effect.map(this.store.load(name, { firstBytes: mostBytes }), (found) => {
      isUnsure = false
      const owner = ownerOf(found)
      etag = isOf(claim, found) ? found.etag : undefined
      const sent = owner === undefined ? undefined : unanswered.get(owner)
      if (sent === undefined) return
      renewed = sent
      for (const earlier of unanswered.keys()) {
        unanswered.delete(earlier)
        if (earlier === owner) break
      }
    })

    const renewal = (attempt: number): Effect.Effect<void, ObjectStoreError> =>
      Effect.gen(this, function*() {
        if (isUnsure) yield* lookup
        if (etag === undefined) return
        const { body, owner, sent } = yield* this.fresh(claim)
        isUnsure = true
        unanswered.set(owner, sent)
        for (const earliest of unanswered.keys()) if (unanswered.size > mostUnanswered) unanswered.delete(earliest)
        const outcome = yield* this.store.replace(name, body, etag)
        if (outcome._tag === "Written" && Option.isSome(outcome.etag)) {
          etag = outcome.etag.value
          renewed = sent
          isUnsure = false
          unanswered.clear()
          return
        }
        yield* lookup
        // It is an earlier renewal of this lease, or the lease as it was.
        if (renewed !== sent && attempt < attempts) yield* renewal(attempt + 1)
      })
    // One at a time: two would take each other for a successor.
    const turn = Effect.unsafeMakeSemaphore(1)
    const inTurn = <A, E>(request: Effect.Effect<A, E>) => turn.withPermits(1)(Effect.uninterruptible(request))
    const renew = inTurn(renewal(1))
    const isRecent = Effect.suspend(() => Effect.map(since(renewed), (age) => age < this.term))

    // The last renewal may have arrived, and only its answer have failed to.
    const isAlive = Effect.zipRight(
      Effect.flatMap(isRecent, (isRecent) => isRecent || !isUnsure ? Effect.void : quietly(inTurn(lookup))),
      isRecent
    )

    // One that failed, or took long, is repeated sooner. Who could not renew for a whole term has given it up, and asks in
    // the end whether it was noticed; who only slept for so long goes on.
    const renewing = Effect.suspend(() => since(renewed)).pipe(
      Effect.flatMap((age) => Effect.sleep(Math.ceil(Math.max(this.term / 12, this.term / 3 - age)))),
      Effect.zipRight(Effect.exit(renew)),
      Effect.flatMap((exit) => Exit.isSuccess(exit) ? Effect.succeed(true) : isAlive),
      Effect.repeat({ while: (goesOn) => goesOn && etag !== undefined })
    )

    const removal = (own: string) =>
      Effect.flatMap(
        this.store.removeIfMatch(name, own),
        // A store that removes without looking is given a lease that has ended.
        (outcome) =>
          outcome === "unsupported"
            ? Effect.asVoid(this.store.replace(name, this.body(claim.owner, 0), own))
            : Effect.void
      )
    const giveBack = Effect.zipRight(
      Effect.suspend(() => isUnsure ? quietly(inTurn(lookup)) : Effect.void),
      Effect.flatMap(isRecent, (isRecent) => etag === undefined || !isRecent ? Effect.void : removal(etag))
    )

    return Effect.gen(function*() {
      yield* Effect.addFinalizer(() => quietly(giveBack))
      yield* Effect.forkScoped(Effect.interruptible(renewing))
      return {
        _tag: "Acquired",
        insteadOf,
        // Who was silent for too long must ask whether it was noticed.
        isHeld: Effect.flatMap(isRecent, (isRecent) => isRecent ? Effect.void : quietly(renew)).pipe(
          Effect.zipRight(isRecent),
          Effect.map((isRecent) => isRecent && etag !== undefined)
        )
      } as const
    })
  }

  /** What a lease object says. */
  private described(found: LoadOutcome): Seen {
    if (found._tag === "TooLarge") return absurd(found.etag, this.term)
    if (found._tag !== "Found") return { _tag: "Absent" }
    const said = bodyOf(found)
    if (Option.isNone(said)) return absurd(found.etag, this.term)
    const { expires, owner, term } = said.value
    const claim = owner.slice(0, owner.lastIndexOf("/") + 1)
    if (expires === 0) return { _tag: "GivenBack", etag: found.etag }
    return term > 0 && term <= longestTerm && Number.isFinite(expires)
      ? { _tag: "Foreign", etag: found.etag, claim, term, silent: 0, expires, isAbsurd: expires < 0 }
      : absurd(found.etag, this.term)
  }

  private readonly claim: Effect.Effect<Claim> = Effect.map(moment, (started) => ({
    owner: `${this.owner}/${randomUUID()}/`,
    started
  }))

  /** When it ends is for versions before this one, which compare it with their clocks. */
  private readonly fresh = (claim: Claim) =>
    Effect.map(moment, (sent) => {
      // Every body is another one, so that an etag made of the content tells two leases apart.
      const owner = claim.owner + randomUUID()
      return { body: this.body(owner, Math.max(1, sent.wall + this.term)), owner, sent }
    })

  private body(owner: string, expires: number): Buffer {
    return Buffer.from(encodeBody({ format: 1, owner, term: this.term, expires }))
  }
}

/** Who takes a lease: what it writes names it, also where no answer came. */
interface Claim {
  readonly owner: string
  readonly started: Moment
}

/** What is there under the name of a lease. */
type Seen =
  | { readonly _tag: "Absent" }
  | { readonly _tag: "GivenBack"; readonly etag: string }
  | Foreign

/** A moment by the two clocks of this process: the one people set, and the one that only goes forward. */
interface Moment {
  readonly wall: number
  readonly steady: number
}

// A clock of tests cannot tell the nanoseconds of a moment between two milliseconds.
const steadyMillis: Effect.Effect<number> = Effect.catchAllCause(
  Effect.map(Clock.currentTimeNanos, (nanos) => Number(nanos) / 1e6),
  () => Effect.succeed(0)
)

const moment: Effect.Effect<Moment> = Effect.zipWith(
  Clock.currentTimeMillis,
  steadyMillis,
  (wall, steady) => ({ wall, steady })
)

/** How long it has been since. The clock that goes forward may have stood still with the machine: the longer one counts. */
const since = ({ steady, wall }: Moment): Effect.Effect<number> =>
  Effect.map(moment, (now) => Math.max(0, now.wall - wall, now.steady - steady))

const attempts = 4

/** How many renewals without an answer an owner remembers: more than it sends in a term. */
const mostUnanswered = 64

const day = 86_400_000

/** No lease object is longer, in bytes. */
const mostBytes = 4096

const isDead = ({ silent, term }: Foreign): boolean => silent >= term

const bodyOf = ({ body, size }: { readonly body: Uint8Array; readonly size: number }) =>
  size > mostBytes ? Option.none() : Either.getRight(decodeBody(Buffer.from(body).toString()))

const ownerOf = (found: LoadOutcome): string | undefined =>
  found._tag === "Found" ? Option.getOrUndefined(bodyOf(found))?.owner : undefined

const isOf = (claim: Claim, found: LoadOutcome): found is Extract<LoadOutcome, { readonly _tag: "Found" }> =>
  ownerOf(found)?.startsWith(claim.owner) === true

const absurd = (etag: string, term: number): Seen => ({
  _tag: "Foreign",
  etag,
  claim: "",
  term,
  silent: 0,
  expires: 0,
  isAbsurd: true
})
