/**
 * Elects one process to do something.
 *
 * @since 0.1.0
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as Random from "effect/Random"
import * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"
import { randomUUID } from "node:crypto"
import type { LoadOutcome, ObjectStore } from "./ObjectStore.js"
import { S3StoreError } from "./S3StoreErrors.js"

/**
 * What a lease object says: whose it is, and when it ends (milliseconds since the epoch) unless it is renewed.
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
 * A lease that is held, for as long as its scope lives.
 *
 * @since 0.1.0
 * @category models
 */
export interface Lease {
  readonly _tag: "Held"
  /** Whether the owner before was silent for too long. */
  readonly insteadOf: "nobody" | "dead"
  /** Whether it still is: another process may have taken it after this one was silent for too long. Asks, when in doubt. */
  readonly isHeld: Effect.Effect<boolean>
}

/**
 * The lease is another process's: what there is to know of it.
 *
 * @since 0.1.0
 * @category models
 */
export interface Foreign {
  readonly _tag: "Foreign"
  readonly etag: string
  /** When it ends, by the clock of its owner. */
  readonly expires: number
  /** How long its owner may be silent, in milliseconds. */
  readonly term: number
  /** Since when it is seen to be the same, in milliseconds since the epoch. */
  readonly since: number
}

/**
 * Leases in an object store, by conditional writes (as in C. Gray, D. Cheriton, "Leases", 1989). A lease is an object:
 * who creates it holds it, renews it by replacing it, and removes it in the end. Its etag is the fence: a holder that was
 * silent for too long finds another etag there, and has lost it.
 *
 * A lease is taken for dead when the time it names has passed by the clock of who looks at it, or when it was not renewed
 * for a whole term while that one watched: so a dead owner is replaced whatever its clock showed.
 *
 * @since 0.1.0
 * @category models
 */
export class Leases {
  private readonly store: ObjectStore
  private readonly term: number
  private readonly owner = randomUUID()

  /** @param term how long an owner may be silent, in milliseconds */
  constructor(store: ObjectStore, term: number) {
    this.store = store
    this.term = term
  }

  /**
   * Takes the lease of a name, if nobody has it: it is renewed until the scope closes, and then given back.
   *
   * @since 0.1.0
   */
  readonly take = (name: string): Effect.Effect<Lease | Foreign, S3StoreError, Scope.Scope> => this.attempt(name, 1)

  /**
   * Waits until there is a reason to try again: the lease of another process was given back, or its owner is dead.
   * Polls, first after a 20th of a second, and more and more seldom, up to once in a second or a quarter of the term.
   *
   * @returns whether its owner is dead; then `takeOver` may be tried
   * @since 0.1.0
   */
  readonly wait = (name: string, foreign: Foreign): Effect.Effect<Option.Option<Foreign>, S3StoreError> =>
    this.poll(name, foreign, 50)

  /**
   * Takes the lease of a dead owner, unless another process is faster.
   *
   * @since 0.1.0
   */
  readonly takeOver = (name: string, dead: Foreign): Effect.Effect<Lease | Foreign, S3StoreError, Scope.Scope> =>
    this.acquired(name, "dead", (body) => this.store.replace(name, body, dead.etag), 1)

  /**
   * Whether a lease object that was loaded is nobody's any more.
   *
   * @since 0.1.0
   */
  readonly isOver = (found: LoadOutcome): Effect.Effect<boolean> =>
    Effect.zipWith(
      this.described(found),
      Clock.currentTimeMillis,
      (foreign, now) => Option.isNone(foreign) || foreign.value.expires <= now
    )

  private attempt(name: string, attempt: number): Effect.Effect<Lease | Foreign, S3StoreError, Scope.Scope> {
    return this.acquired(name, "nobody", (body) => this.store.add(name, body), attempt)
  }

  private acquired(
    name: string,
    insteadOf: Lease["insteadOf"],
    write: (body: Uint8Array) => ReturnType<ObjectStore["add"]>,
    attempt: number
  ): Effect.Effect<Lease | Foreign, S3StoreError, Scope.Scope> {
    // A request that is under way is waited for: a lease that was taken must be given back.
    return Effect.uninterruptible(Effect.gen(this, function*() {
      const { body, expires } = yield* this.fresh
      const outcome = yield* write(body)
      if (outcome._tag === "Written" && Option.isSome(outcome.etag)) {
        return yield* this.held(name, insteadOf, outcome.etag.value, expires)
      }
      const found = yield* this.store.load(name)
      // After a lost reply it may be this very write.
      if (found._tag === "Found" && body.equals(found.body)) {
        return yield* this.held(name, insteadOf, found.etag, expires)
      }
      const foreign = yield* this.described(found)
      if (Option.isSome(foreign)) {
        const now = yield* Clock.currentTimeMillis
        return now < foreign.value.expires || attempt >= attempts
          ? foreign.value
          : yield* this.acquired(
            name,
            "dead",
            (body) => this.store.replace(name, body, foreign.value.etag),
            attempt + 1
          )
      }
      return attempt < attempts
        ? yield* this.attempt(name, attempt + 1)
        : yield* new S3StoreError({
          reason: "Conflict",
          operation: "add",
          target: this.store.description + name,
          detail: `other processes were faster ${attempts} times in a row`
        })
    }))
  }

  private held(
    name: string,
    insteadOf: Lease["insteadOf"],
    firstEtag: string,
    firstExpires: number
  ): Effect.Effect<Lease, never, Scope.Scope> {
    let etag: string | undefined = firstEtag
    let expires = firstExpires
    const renew = Effect.uninterruptible(Effect.gen(this, function*() {
      if (etag === undefined) return
      const next = yield* this.fresh
      const outcome = yield* this.store.replace(name, next.body, etag)
      if (outcome._tag === "Written" && Option.isSome(outcome.etag)) {
        etag = outcome.etag.value
      } else {
        const found = yield* this.store.load(name)
        etag = found._tag === "Found" && next.body.equals(found.body) ? found.etag : undefined
      }
      expires = next.expires
    }))
    const renewing = Effect.suspend(() => Effect.delay(quietly(renew), this.term / 3)).pipe(
      Effect.repeat({ while: () => etag !== undefined })
    )
    const giveBack = Effect.suspend(() => {
      if (etag === undefined) return Effect.void
      const own = etag
      return Effect.flatMap(Clock.currentTimeMillis, (now) =>
        now >= expires ? Effect.void : Effect.flatMap(
          this.store.removeIfMatch(name, own),
          // A store that removes without looking is given a lease that has ended.
          (outcome) => outcome === "unsupported" ? this.store.replace(name, this.body(0), own) : Effect.void
        ))
    })
    return Effect.gen(function*() {
      yield* Effect.addFinalizer(() => quietly(giveBack))
      yield* Effect.forkScoped(Effect.interruptible(renewing))
      return {
        _tag: "Held",
        insteadOf,
        // Who was silent for too long must ask whether it was noticed.
        isHeld: Effect.flatMap(Clock.currentTimeMillis, (now) => now < expires ? Effect.void : quietly(renew))
          .pipe(
            Effect.zipRight(Clock.currentTimeMillis),
            Effect.map((now) => etag !== undefined && now < expires)
          )
      } as const
    })
  }

  private poll(name: string, foreign: Foreign, delay: number): Effect.Effect<Option.Option<Foreign>, S3StoreError> {
    return Effect.gen(this, function*() {
      yield* Effect.sleep(delay * (0.5 + (yield* Random.next)))
      const found = yield* this.store.load(name, { ifNoneMatch: foreign.etag })
      const now = yield* Clock.currentTimeMillis
      const longest = Math.min(1000, this.term / 4)
      const seen = found._tag === "Unchanged" ? Option.some(foreign) : yield* this.described(found)
      if (Option.isNone(seen)) return Option.none()
      return now >= seen.value.expires || now >= seen.value.since + seen.value.term
        ? seen
        : yield* this.poll(name, seen.value, Math.min(delay * 1.5, longest))
    })
  }

  /** What a lease object says; one that cannot be read has ended. */
  private described(found: LoadOutcome): Effect.Effect<Option.Option<Foreign>> {
    return Effect.map(Clock.currentTimeMillis, (now) => {
      if (found._tag === "TooLarge") return Option.some(foreign(found.etag, 0, 0, now))
      if (found._tag !== "Found") return Option.none()
      return Option.some(Either.match(decodeBody(Buffer.from(found.body).toString()), {
        onLeft: () => foreign(found.etag, 0, 0, now),
        onRight: ({ expires, term }) => foreign(found.etag, expires, term, now)
      }))
    })
  }

  private readonly fresh = Effect.map(Clock.currentTimeMillis, (now) => {
    const expires = now + this.term
    return { body: this.body(expires), expires }
  })

  /** Every body is another one, so that an etag made of the content tells two leases apart. */
  private body(expires: number): Buffer {
    return Buffer.from(encodeBody({ format: 1, owner: `${this.owner}/${randomUUID()}`, term: this.term, expires }))
  }
}

const attempts = 4

/** A store with a mistake in it loses a lease, never what is computed under it. */
const quietly = <A, E>(request: Effect.Effect<A, E>): Effect.Effect<void> =>
  Effect.catchAllCause(Effect.asVoid(request), () => Effect.void)

const foreign = (etag: string, expires: number, term: number, since: number): Foreign => ({
  _tag: "Foreign",
  etag,
  expires,
  term,
  since
})
