import { Duration, Effect } from "effect"
import { PlainClock } from "../support/PlainClock.js"
import type { VirtualTime } from "./VirtualTime.js"

/**
 * One process of a simulated world: its clock is wrong by some milliseconds and may leap, and it may stand still; then
 * whatever would wake it waits until it goes on. Sleeps are as long as they say, whatever the clock shows.
 */
export class SimulatedProcess extends PlainClock {
  readonly index: number
  readonly time: VirtualTime
  /** By how many milliseconds its clock is ahead. */
  ahead: number
  private held: Array<() => void> | undefined
  /** What its other clock shows, which nobody sets, besides the time of the world. */
  private readonly aheadAtStart: number

  constructor(time: VirtualTime, index: number, ahead: number) {
    super()
    this.time = time
    this.index = index
    this.ahead = ahead
    this.aheadAtStart = ahead
  }

  override unsafeCurrentTimeMillis(): number {
    return this.time.now + this.ahead
  }

  override unsafeCurrentTimeNanos(): bigint {
    return BigInt(this.time.now + this.aheadAtStart) * 1_000_000n
  }

  override sleep(duration: Duration.Duration): Effect.Effect<void> {
    const millis = Duration.toMillis(duration)
    if (millis === Number.POSITIVE_INFINITY) return Effect.never
    return Effect.async((resume) => {
      const cancel = this.time.after(millis, () => this.deliver(() => resume(Effect.void)))
      return Effect.sync(cancel)
    })
  }

  /** Does what reaches this process: now, or when it goes on. */
  deliver(run: () => void): void {
    if (this.held === undefined) run()
    else this.held.push(run)
  }

  /** Runs a program in this process, when it goes on. */
  readonly run = <A, E, R>(program: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
    Effect.withClock(
      Effect.zipRight(Effect.async<void>((resume) => this.deliver(() => resume(Effect.void))), program),
      this
    )

  get isFrozen(): boolean {
    return this.held !== undefined
  }

  freeze(): void {
    this.held ??= []
  }

  thaw(): void {
    const held = this.held ?? []
    this.held = undefined
    for (const run of held) run()
  }
}
