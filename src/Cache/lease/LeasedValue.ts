/**
 * A value of a `LeasedStore`, and those who lease it.
 */
import type * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Scope from "effect/Scope"
import type { ReleaseReason } from "../events/ReleaseReason.js"

/** Who is told of the leases of a value. */
export interface LeaseOwner<in K, in V> {
  /** The last lease of a value ended that is not in the store. */
  readonly unleased: (value: LeasedValue<K, V>) => void
  /** The first lease of a value in the store began, or the last one ended. */
  readonly inUse?: ((value: LeasedValue<K, V>, isInUse: boolean) => void) | undefined
}

/** A value with its leases. It may be released once it is not in the store and nobody leases it. */
export class LeasedValue<out K, out V> {
  readonly key: K
  readonly value: V
  /** Why it is not in the store; `undefined` while it is. */
  outside: ReleaseReason | undefined = "discarded"
  /** Whether its instance is counted as one that it holds. */
  isHeld = false
  /** What it weighed in the store when it left. */
  weight = 0
  private count = 0
  // Spans hold on to the values they return; what is behind these would be shown with them.
  readonly #scope: Scope.CloseableScope | undefined
  private holders: Set<Scope.Scope> | undefined
  readonly #owner: LeaseOwner<K, V>

  constructor(key: K, value: V, scope: Scope.CloseableScope | undefined, owner: LeaseOwner<K, V>) {
    this.key = key
    this.value = value
    this.#scope = scope
    this.#owner = owner
  }

  /** Holds what was acquired along with the value; `undefined` for a value that was handed over. */
  get scope(): Scope.CloseableScope | undefined {
    return this.#scope
  }

  /** Whether anybody leases it. */
  get isLeased(): boolean {
    return this.count > 0
  }

  /**
   * How many leases there are. A scope has one at most, and so has everybody together who waits for the acquisition.
   */
  get leases(): number {
    return this.count
  }

  /** Begins a lease; `end` must follow. */
  lease(): void {
    // The hash of the key may throw: then there is no lease.
    if (this.count === 0 && this.outside === undefined) this.#owner.inUse?.(this, true)
    this.count++
  }

  /** Ends a lease. */
  end(): void {
    this.count--
    if (this.count > 0) return
    if (this.outside === undefined) this.#owner.inUse?.(this, false)
    else this.#owner.unleased(this)
  }

  /**
   * Hands a lease that was begun to a scope, which ends it when it closes. A scope needs one lease of a value only:
   * leasing it over and over in a scope that lives long adds nothing to the scope. Must not be interruptible.
   */
  handTo(scope: Scope.Scope): Effect.Effect<V> {
    return Effect.suspend(() => {
      const holders = this.holders ??= new Set()
      if (holders.has(scope)) {
        this.end()
        return Effect.succeed(this.value)
      }
      holders.add(scope)
      const end = Effect.sync(() => {
        holders.delete(scope)
        this.end()
      })
      return Effect.as(Scope.addFinalizer(scope, end), this.value)
    })
  }
}

/** How a caller acquires a value, and how that failed. */
export class Acquirer<in out E> {
  /** Whether it is by the `acquire` of the store. */
  readonly isStores: boolean
  /** How it failed, if it was run and did. */
  failure: Cause.Cause<E> | undefined = undefined

  constructor(isStores: boolean) {
    this.isStores = isStores
  }
}

/** The lease of all who wait for a value that is being acquired, so that none of them finds it released. */
export class Acquisition<in out K, in out V, in out E> {
  /** By which `acquire` of the store it is, if it is by that. */
  readonly stores: Acquirer<E> | undefined
  private waiting = 0
  private acquired: LeasedValue<K, V> | undefined

  constructor(stores: Acquirer<E> | undefined) {
    this.stores = stores
  }

  /** One more waits; `leave` must follow. */
  join(): void {
    this.waiting++
  }

  /** The value is there, and leased until the last of those who wait has left. */
  hold(value: LeasedValue<K, V>): void {
    value.lease()
    this.acquired = value
  }

  /** One who waited has a lease of their own by now, or does not want it any more. */
  leave(): void {
    this.waiting--
    if (this.waiting === 0) this.acquired?.end()
  }
}
