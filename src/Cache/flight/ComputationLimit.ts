/**
 * How many computations run at a time.
 */
import * as Effect from "effect/Effect"
import { later, localOf } from "../../effect/fibers.js"
import { enclosing, type Seat } from "./WaitNode.js"

/**
 * Lets so many computations run at a time; the others wait, first come first served. One that waits for another computation
 * does not run meanwhile: it gives its seat to the next, and takes one again before it goes on. So those who wait for each
 * other never wait for a seat as well.
 */
class ComputationLimit {
  private free: number
  private readonly line = new Set<Place>()

  /** @param most how many, a whole number above zero */
  constructor(most: number) {
    this.free = most
  }

  /** Runs a computation when there is a seat. It can be interrupted before that. */
  readonly run = <A, E, R>(compute: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
    Effect.uninterruptibleMask((restore) =>
      Effect.withFiberRuntime<A, E, R>((fiber) => {
        const node = localOf(fiber, enclosing)
        const place = new Place(this)
        return Effect.ensuring(
          Effect.flatMap(restore(place.take), () => {
            if (node !== undefined) node.seats = [...node.seats, place]
            return restore(compute)
          }),
          Effect.sync(() => {
            if (node !== undefined) node.seats = node.seats.filter((seat) => seat !== place)
            place.end()
          })
        )
      })
    )

  /** Gives a seat, or lets it wait for one. */
  seat(place: Place): void {
    if (this.free === 0) {
      this.line.add(place)
      return
    }
    this.free--
    place.sit()
  }

  /** Nobody sits there any more. */
  vacate(): void {
    for (const next of this.line) {
      this.line.delete(next)
      return next.sit()
    }
    this.free++
  }

  /** Lets it wait no longer. */
  leave(place: Place): void {
    this.line.delete(place)
  }
}

/** What computations go through that are limited. */
export type Limiting = ComputationLimit["run"]

/** What lets all run that come. */
export const unlimited: Limiting = (compute) => compute

/** What lets so many computations run at a time: all that come, where no number is given. */
export const limiting = (most: number | undefined): Limiting =>
  most === undefined ? unlimited : new ComputationLimit(most).run

/** A computation's place: it has a seat, or waits for one, or neither. */
class Place implements Seat {
  private readonly limit: ComputationLimit
  private isSeated = false
  private hasEnded = false
  /** Those who wait for it, and whether they do only as long as the computation is wanted. */
  private readonly waiting = new Map<() => void, boolean>()

  constructor(limit: ComputationLimit) {
    this.limit = limit
  }

  readonly take: Effect.Effect<void> = this.taking(false)

  readonly takeIfWanted: Effect.Effect<void> = this.taking(true)

  giveUp(): void {
    if (this.isSeated) {
      this.isSeated = false
      this.limit.vacate()
    } else this.letGo(() => true)
  }

  unwanted(): void {
    this.letGo((ifWanted) => ifWanted)
  }

  /** The computation is over: what it has left behind takes no seat. */
  end(): void {
    this.hasEnded = true
    this.giveUp()
  }

  sit(): void {
    this.isSeated = true
    for (const goOn of this.waiting.keys()) goOn()
    this.waiting.clear()
  }

  private taking(ifWanted: boolean): Effect.Effect<void> {
    return Effect.async<void>((resume) => {
      if (this.isSeated || this.hasEnded) return resume(Effect.void)
      const goOn = () => resume(later(Effect.void))
      this.waiting.set(goOn, ifWanted)
      this.limit.seat(this)
      return Effect.sync(() => this.forget(goOn))
    })
  }

  /** Some of those who wait go on without it. */
  private letGo(which: (ifWanted: boolean) => boolean): void {
    for (const [goOn, ifWanted] of [...this.waiting]) {
      if (!which(ifWanted)) continue
      this.forget(goOn)
      goOn()
    }
  }

  private forget(goOn: () => void): void {
    this.waiting.delete(goOn)
    if (this.waiting.size === 0) this.limit.leave(this)
  }
}
