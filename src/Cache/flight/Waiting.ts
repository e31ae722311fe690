/**
 * Who waits for whom.
 */
import * as FiberRef from "effect/FiberRef"
import { globalValue } from "effect/GlobalValue"

/** A computation as one that waits for others. What it leaves behind may hold on to this: so it holds nothing else. */
export class Waiting {
  /** Whether it has ended. */
  settled = false
  private readonly waitsFor = new Map<Waiting, number>()

  /** One more of its fibers waits for another computation. */
  begin(other: Waiting): void {
    this.waitsFor.set(other, (this.waitsFor.get(other) ?? 0) + 1)
  }

  /** One of its fibers has waited for another computation. */
  end(other: Waiting): void {
    const counted = (this.waitsFor.get(other) ?? 0) - 1
    if (counted <= 0) this.waitsFor.delete(other)
    else this.waitsFor.set(other, counted)
  }

  /** Whether it waits for another, directly or through others, or is that very one. */
  leadsTo(other: Waiting): boolean {
    const seen = new Set<Waiting>([this])
    for (const waiting of seen) {
      if (waiting === other) return true
      for (const next of waiting.waitsFor.keys()) seen.add(next)
    }
    return false
  }
}

/** The computation the current fiber is part of. */
export const enclosing: FiberRef.FiberRef<Waiting | undefined> = globalValue(
  "effect-aws-cache/SingleFlight/enclosing",
  () => FiberRef.unsafeMake<Waiting | undefined>(undefined)
)
