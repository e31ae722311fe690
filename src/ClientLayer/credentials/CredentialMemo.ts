/**
 * The credentials of one identity, resolved once for all who need them.
 *
 * @since 1.0.0
 */
import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Equal from "effect/Equal"
import * as Exit from "effect/Exit"
import type * as Fiber from "effect/Fiber"
import * as Hash from "effect/Hash"
import * as Option from "effect/Option"
import type * as Scope from "effect/Scope"
import type { FlightGroup } from "../../Cache/flight/FlightGroup.js"
import type { SingleFlight } from "../../Cache/flight/SingleFlight.js"
import type { CredentialsError, PackageNotFoundError } from "../errors/SessionErrors.js"
import type { AwsCredentials } from "../sdk/AwsCredentials.js"
import { expiresAt, UnusableCredentials } from "./usableCredentials.js"

/**
 * How credentials may fail to be had.
 *
 * @since 1.0.0
 * @category errors
 */
export type CredentialsFailure = CredentialsError | PackageNotFoundError

/** What all memos of a session share. */
export interface MemoContext {
  readonly flights: SingleFlight<CredentialMemo>
  /** In which resolutions run, whoever asked for them. */
  readonly scope: Scope.Scope
  /** Called when a resolution starts. */
  readonly onResolution: () => void
}

/** What somebody who needs credentials asks. */
export interface CredentialRequest {
  /** Whether those that are there will not do. */
  readonly forceRefresh: boolean
  /** Asks the source, on behalf of whoever asks. */
  readonly resolve: (memo: CredentialMemo) => Effect.Effect<AwsCredentials, CredentialsFailure>
}

/** How long before their end credentials are refreshed; the SDK's own window. */
const refreshWindow = 300_000
/** How long before their end they are given out no more while they are refreshed. */
const waitWindow = 60_000
/** How long after a failed refresh the next one is tried, while there are credentials. */
const retryDelay = 10_000
/** How long a source that gave something unusable is not asked again. */
const unusableDelay = 60_000
/** How long after their end expired credentials are of no interest to anybody. */
const overAfter = 3_600_000

/**
 * Remembers the credentials of one identity.
 *
 * - All who ask while there are none share one resolution. It belongs to the session: nobody's interruption ends it.
 * - Five minutes before credentials expire they are refreshed, once, in the background, while they are still given out;
 *   in the last minute those who ask wait for the new ones. Short-lived credentials are refreshed after half of their
 *   life, and waited for in its last tenth: the SDK, whose window is always five minutes, resolves credentials that
 *   never live that long several times for each request.
 * - A failed resolution is not remembered. While there are valid credentials it harms nobody; it is logged, and tried
 *   again after ten seconds at most.
 * - An answer that cannot be used at all (no keys, an expiration that is no date) is remembered for a minute: each request
 *   fails with it, but none asks the source again. The SDK remembers it for ever.
 * - Credentials whose expiration is an invalid date never expire, as with the SDK.
 * - `forceRefresh` always resolves anew, or joins a resolution under way.
 *
 * The two windows are those of botocore in kind (`RefreshableCredentials`: advisory and mandatory), in size the SDK for
 * JavaScript's.
 */
export class CredentialMemo {
  /** Whose credentials they are, for messages. */
  readonly identity: string
  /** Who of those that ask for this identity gets them. */
  key: string
  readonly #context: MemoContext
  readonly #flights: FlightGroup<CredentialMemo, AwsCredentials, CredentialsFailure>
  // A private name of the language, so that no inspection shows what it holds.
  #held: Remembered | undefined
  #retryAt = 0
  #unusable: CredentialsFailure | undefined

  constructor(identity: string, key: string, context: MemoContext) {
    this.identity = identity
    this.key = key
    this.#context = context
    this.#flights = context.flights.group("effect-aws-cache.Session.credentials")
  }

  /**
   * The credentials, if they are there and need no refresh at this moment.
   *
   * @param now milliseconds since the epoch
   */
  fresh(now: number): AwsCredentials | undefined {
    const held = this.#held
    return held !== undefined && (now < held.refreshAt || (now < held.expiresAt && this.#waits(now)))
      ? held.value
      : undefined
  }

  /** What it remembers, whether or not it is still valid. */
  remembered(): AwsCredentials | undefined {
    return this.#held?.value
  }

  /**
   * Whether it has nothing that is of use to anybody: no credentials, or some that expired more than an hour ago.
   *
   * @param now milliseconds since the epoch
   */
  isOver(now: number): boolean {
    return !this.#flights.has(this)
      && (this.#held === undefined ? !this.#waits(now) : now >= this.#held.expiresAt + overAfter)
  }

  /** The credentials. */
  readonly get = (request: CredentialRequest): Effect.Effect<AwsCredentials, CredentialsFailure> =>
    Effect.uninterruptibleMask((restore) =>
      Effect.withFiberRuntime<AwsCredentials, CredentialsFailure>((fiber) =>
        Effect.flatMap(Clock.currentTimeMillis, (now) => {
          const fresh = request.forceRefresh ? undefined : this.fresh(now)
          if (fresh !== undefined) return Effect.succeed(fresh)
          const held = request.forceRefresh ? undefined : this.#held
          const isValid = held !== undefined && now < held.expiresAt
          if (this.#unusable !== undefined && !isValid && !request.forceRefresh && this.#waits(now)) {
            return Effect.fail(this.#unusable)
          }
          const refresh = this.#start(request, fiber)
          if (held !== undefined && now < held.waitAt) return Effect.as(refresh, held.value)
          const joined = Effect.suspend(() => this.#context.flights.await(this.#join(request, fiber), restore))
          const wait = Effect.zipRight(refresh, joined)
          return isValid ? Effect.orElseSucceed(wait, () => held.value) : wait
        })
      )
    )

  // Whether its source is not asked at this moment. A clock that was set back makes no wait longer than it was to be.
  #waits(now: number): boolean {
    return now < this.#retryAt && now >= this.#retryAt - unusableDelay
  }

  // The session waits for it as well, so that it goes on when everyone else has left.
  #start(request: CredentialRequest, fiber: Fiber.RuntimeFiber<unknown, unknown>): Effect.Effect<void> {
    const { flights, scope } = this.#context
    if (this.#flights.has(this)) return Effect.void
    const wait = flights.await(this.#join(request, fiber), Effect.interruptible)
    // Who waits is told by the failure itself; here are those who do not, since what is there still serves.
    const background = Effect.catchAll(
      wait,
      (error) =>
        Effect.flatMap(
          Clock.currentTimeMillis,
          (now) =>
            request.forceRefresh || this.#held === undefined || now >= this.#held.expiresAt
              ? Effect.void
              : Effect.logWarning(`${error.message}. Those it has still serve.`)
        )
    )
    return Effect.asVoid(Effect.forkIn(background, scope))
  }

  #join(request: CredentialRequest, fiber: Fiber.RuntimeFiber<unknown, unknown>) {
    const { onResolution } = this.#context
    return this.#flights.enter(
      this,
      fiber,
      () =>
        Effect.suspend(() => {
          onResolution()
          return request.resolve(this)
        }),
      (exit, now) => {
        if (Exit.isSuccess(exit)) {
          this.#held = hold(exit.value, now)
          this.#unusable = undefined
          this.#retryAt = 0
          return
        }
        this.#unusable = Option.getOrUndefined(
          Option.filter(Cause.failureOption(exit.cause), ({ cause }) => cause instanceof UnusableCredentials)
        )
        const isValid = this.#held !== undefined && now < this.#held.expiresAt
        this.#retryAt = now
          + (isValid || this.#unusable === undefined ? retryAfter(this.#held, now) : unusableDelay)
      }
    )
  }

  // Flights know it by which one it is: its fields say the same of several, and the key changes.
  /** @since 1.0.0 */
  [Equal.symbol](that: unknown): boolean {
    return this === that
  }

  /** @since 1.0.0 */
  [Hash.symbol](): number {
    return Hash.random(this)
  }

  /** For messages of the flights: it holds secrets, of which none is in this. */
  toString(): string {
    return this.identity
  }

  /** @since 1.0.0 */
  toJSON(): string {
    return this.identity
  }
}

interface Remembered {
  readonly value: AwsCredentials
  readonly refreshAt: number
  readonly waitAt: number
  readonly expiresAt: number
}

const hold = (value: AwsCredentials, now: number): Remembered => {
  const end = expiresAt(value)
  const life = Math.max(0, end - now)
  return {
    value,
    expiresAt: end,
    refreshAt: end - Math.min(refreshWindow, life / 2),
    waitAt: end - Math.min(waitWindow, life / 10)
  }
}

const retryAfter = (held: Remembered | undefined, now: number): number =>
  held === undefined ? 0 : Math.min(retryDelay, Math.max(0, held.expiresAt - now) / 10)
