/**
 * Who waits for whom.
 */
import * as Effect from "effect/Effect"
import { type AnyFiber, type Local, localOf, makeLocal } from "../../effect/fibers.js"
import { sharedByCopies } from "../../effect/shared.js"

const epochs = sharedByCopies("SingleFlight/epochs", () => ({ now: 0 }))

/**
 * Ends the present epoch, and returns it: what begins from here on is later, unless it is begun by something that was under
 * way before.
 */
export const endEpoch = (): number => epochs.now++

/** What a computation needs in order to run, where only so many do. */
export interface Seat {
  /** Waits for it. */
  readonly take: Effect.Effect<void>
  /** The same, but no longer than until `unwanted`. */
  readonly takeIfWanted: Effect.Effect<void>
  /** Gives it to the next, and lets nobody wait for it. */
  readonly giveUp: () => void
  /** Nobody wants what the computation comes to. */
  readonly unwanted: () => void
}

const none: ReadonlyArray<Seat> = []

/** A computation as one that waits for others. What it leaves behind may hold on to this: so it holds nothing else. */
export class WaitNode {
  /** Whether it has ended. */
  ended = false
  /** Its seats among those of which only so many run. */
  seats: ReadonlyArray<Seat> = none
  private waits = 0
  private isUnwanted = false
  /** When it began, or what began it. */
  readonly epoch: number
  private readonly waitsFor = new Map<WaitNode, number>()

  constructor(epoch = epochs.now) {
    this.epoch = epoch
  }

  /** The node of a computation that a fiber begins. */
  static readonly begunBy = (caller: AnyFiber): WaitNode => {
    const within = localOf(caller, enclosing)
    return new WaitNode(within === undefined || within.ended ? epochs.now : within.epoch)
  }

  /** One of its fibers begins to wait for other computations: somebody else may run meanwhile. */
  pause(): void {
    this.waits++
    for (const seat of this.seats) seat.giveUp()
  }

  /** One of its fibers goes on. The last one waits for its seats. */
  goOn(): Effect.Effect<void> {
    this.waits--
    return this.takeSeats((seat) => seat.take)
  }

  /** Its fibers are about to be interrupted: they wait for seats no more. */
  abandon(): void {
    this.isUnwanted = true
    for (const seat of this.seats) seat.unwanted()
  }

  /** Waits for its seats, unless it is abandoned: for who cannot be interrupted. */
  takeSeatsIfWanted(): Effect.Effect<void> {
    return this.takeSeats((seat) => this.isUnwanted ? Effect.void : seat.takeIfWanted)
  }

  // Where one more of its fibers has begun to wait, it does so without seats: else others would wait for these, and it for them.
  private takeSeats(take: (seat: Seat) => Effect.Effect<void>): Effect.Effect<void> {
    if (this.waits > 0 || this.seats.length === 0) return Effect.void
    return Effect.forEach(this.seats, (seat) => this.waits > 0 ? Effect.void : take(seat), { discard: true })
  }

  /** One more of its fibers waits for another computation. */
  begin(other: WaitNode): void {
    this.waitsFor.set(other, (this.waitsFor.get(other) ?? 0) + 1)
  }

  /** One of its fibers has waited for another computation. */
  end(other: WaitNode): void {
    const counted = (this.waitsFor.get(other) ?? 0) - 1
    if (counted <= 0) this.waitsFor.delete(other)
    else this.waitsFor.set(other, counted)
  }

  /** Whether it waits for another, directly or through others, or is that very one. */
  leadsTo(other: WaitNode): boolean {
    const seen = new Set<WaitNode>([this])
    for (const waiting of seen) {
      if (waiting === other) return true
      for (const next of waiting.waitsFor.keys()) seen.add(next)
    }
    return false
  }
}

/** The computation the current fiber is part of. */
export const enclosing: Local<WaitNode | undefined> = makeLocal<WaitNode | undefined>(
  "SingleFlight/enclosing",
  undefined
)
