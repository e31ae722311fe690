import { Clock, Effect } from "effect"

/** The clock of one process: the shared one, ahead of it by some milliseconds, or behind. Sleeps are as long as they say. */
export const skewedClock = (shared: Clock.Clock, skew: () => number): Clock.Clock => {
  const millis = () => shared.unsafeCurrentTimeMillis() + skew()
  const nanos = () => shared.unsafeCurrentTimeNanos() + BigInt(skew()) * 1_000_000n
  return {
    [Clock.ClockTypeId]: Clock.ClockTypeId,
    unsafeCurrentTimeMillis: millis,
    unsafeCurrentTimeNanos: nanos,
    currentTimeMillis: Effect.sync(millis),
    currentTimeNanos: Effect.sync(nanos),
    sleep: (duration): Effect.Effect<void> => shared.sleep(duration)
  }
}
