/**
 * The credentials of one identity, resolved once for all who need them.
 *
 * @since 0.1.0
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type * as Fiber from "effect/Fiber"
import type * as Scope from "effect/Scope"
import type { FlightGroup, SingleFlight } from "../Cache/SingleFlight.js"
import type { CredentialsError, PackageNotFoundError } from "./SessionErrors.js"

/**
 * Credentials as the SDK takes them.
 *
 * @since 0.1.0
 * @category models
 */
export interface AwsCredentials {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken?: string
  readonly credentialScope?: string
  readonly accountId?: string
  readonly expiration?: Date
}

/**
 * How credentials may fail to be had.
 *
 * @since 0.1.0
 * @category errors
 */
export type CredentialsFailure = CredentialsError | PackageNotFoundError

/**
 * What all memos of a session share.
 *
 * @since 0.1.0
 * @category models
 */
export interface MemoContext {
  readonly flights: SingleFlight<CredentialMemo>
  /** In which resolutions run, whoever asked for them. */
  readonly scope: Scope.Scope
  /** Changes when everything that was remembered is to be forgotten. */
  readonly generation: () => number
  /** Called when a resolution starts. */
  readonly onResolution: () => void
}

/** How long before their end credentials are refreshed; the SDK's own window. */
const refreshWindow = 300_000
/** How long before their end they are given out no more while they are refreshed. */
const waitWindow = 60_000
/** How long after a failed refresh the next one is tried, while there are credentials. */
const retryDelay = 10_000

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
 * - `forceRefresh` always resolves anew, or joins a resolution under way.
 *
 * The two windows are those of botocore in kind (`RefreshableCredentials`: advisory and mandatory), in size the SDK for
 * JavaScript's.
 *
 * @since 0.1.0
 * @category models
 */
export class CredentialMemo {
  /** Whose credentials they are, for messages. */
  readonly identity: string
  readonly #resolve: (forceRefresh: boolean) => Effect.Effect<AwsCredentials, CredentialsFailure>
  readonly #context: MemoContext
  readonly #flights: FlightGroup<CredentialMemo, AwsCredentials, CredentialsFailure>
  // A private name of the language, so that no inspection shows what it holds.
  #held: Held | undefined
  #retryAt = 0

  /**
   * @param resolve asks the source; told whether the asker insists on new credentials
   */
  constructor(
    identity: string,
    resolve: (forceRefresh: boolean) => Effect.Effect<AwsCredentials, CredentialsFailure>,
    context: MemoContext
  ) {
    this.identity = identity
    this.#resolve = resolve
    this.#context = context
    this.#flights = context.flights.group()
  }

  /**
   * The credentials, if they are there and need no refresh at this moment.
   *
   * @param now milliseconds since the epoch
   * @since 0.1.0
   */
  fresh(now: number): AwsCredentials | undefined {
    const held = this.#current()
    return held !== undefined && (now < held.refreshAt || (now < held.expiresAt && now < this.#retryAt))
      ? held.value
      : undefined
  }

  /**
   * The credentials.
   *
   * @param forceRefresh whether those that are there will not do
   * @since 0.1.0
   */
  readonly get = (forceRefresh = false): Effect.Effect<AwsCredentials, CredentialsFailure> =>
    Effect.uninterruptibleMask((restore) =>
      Effect.withFiberRuntime<AwsCredentials, CredentialsFailure>((fiber) =>
        Effect.flatMap(Clock.currentTimeMillis, (now) => {
          const fresh = forceRefresh ? undefined : this.fresh(now)
          if (fresh !== undefined) return Effect.succeed(fresh)
          const held = forceRefresh ? undefined : this.#current()
          const refresh = this.#start(forceRefresh, fiber)
          if (held !== undefined && now < held.waitAt) return Effect.as(refresh, held.value)
          const joined = Effect.suspend(() => this.#context.flights.await(this.#join(forceRefresh, fiber), restore))
          const wait = Effect.zipRight(refresh, joined)
          return held !== undefined && now < held.expiresAt ? Effect.orElseSucceed(wait, () => held.value) : wait
        })
      )
    )

  #current(): Held | undefined {
    return this.#held?.generation === this.#context.generation() ? this.#held : undefined
  }

  // The session waits for it as well, so that it goes on when everyone else has left.
  #start(forceRefresh: boolean, fiber: Fiber.RuntimeFiber<unknown, unknown>): Effect.Effect<void> {
    const { flights, scope } = this.#context
    if (this.#flights.has(this)) return Effect.void
    const wait = flights.await(this.#join(forceRefresh, fiber), Effect.interruptible)
    // Who waits is told by the failure itself; here are those who do not, since what is there still serves.
    const background = Effect.catchAll(wait, (error) =>
      forceRefresh || this.#current() === undefined
        ? Effect.void
        : Effect.logWarning(`${error.message}. Those it has still serve.`))
    return Effect.asVoid(Effect.forkIn(background, scope))
  }

  #join(forceRefresh: boolean, fiber: Fiber.RuntimeFiber<unknown, unknown>) {
    const { generation, onResolution } = this.#context
    const started = generation()
    return this.#flights.enter(
      this,
      fiber,
      () =>
        Effect.suspend(() => {
          onResolution()
          return this.#resolve(forceRefresh)
        }),
      (exit, now) => {
        if (Exit.isSuccess(exit)) this.#held = hold(exit.value, now, started)
        else this.#retryAt = now + retryAfter(this.#current(), now)
      }
    )
  }

  /** For messages of the flights: it holds secrets, of which none is in this. */
  toString(): string {
    return this.identity
  }

  /** @since 0.1.0 */
  toJSON(): string {
    return this.identity
  }
}

interface Held {
  readonly value: AwsCredentials
  readonly generation: number
  readonly refreshAt: number
  readonly waitAt: number
  readonly expiresAt: number
}

const hold = (value: AwsCredentials, now: number, generation: number): Held => {
  const expiresAt = value.expiration?.getTime() ?? Number.POSITIVE_INFINITY
  const life = Math.max(0, expiresAt - now)
  return {
    value,
    generation,
    expiresAt,
    refreshAt: expiresAt - Math.min(refreshWindow, life / 2),
    waitAt: expiresAt - Math.min(waitWindow, life / 10)
  }
}

const retryAfter = (held: Held | undefined, now: number): number =>
  held === undefined ? 0 : Math.min(retryDelay, Math.max(0, held.expiresAt - now) / 10)
