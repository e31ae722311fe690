/**
 * Who wants to know of what in a bucket.
 */
import * as Effect from "effect/Effect"
import type { Hearing } from "../notice/NoticeSource.js"
import type { ObjectChange } from "./readMessage.js"

/** Who wants to know of what lies under a prefix of a bucket. */
export interface Listener {
  readonly bucket: string
  readonly prefix: string
  readonly hearing: Hearing
}

/** All who want to know. They are told that something was missed as often as need be: never later than the limit allows. */
export class Listeners {
  private readonly all = new Set<Listener>()
  private readonly trustFor: number
  /** When there was nothing more to hear. */
  private heardAt = Number.NEGATIVE_INFINITY
  /** From when on it counts that nothing is heard: the last time that something was, or that this was told. */
  private countedFrom = Number.NEGATIVE_INFINITY
  /** How many changes were of somebody here. */
  told = 0

  /** @param trustFor after how long without having heard something may have been missed, in milliseconds */
  constructor(trustFor: number) {
    this.trustFor = trustFor
  }

  add(listener: Listener): void {
    this.all.add(listener)
  }

  remove(listener: Listener): void {
    this.all.delete(listener)
  }

  /** An object was written or removed. */
  changed({ bucket, etag, keys }: ObjectChange): Effect.Effect<void> {
    return Effect.suspend(() => {
      const told = [...this.all].filter((listener) => listener.bucket === bucket).flatMap(({ hearing, prefix }) =>
        keys.filter((key) => key.startsWith(prefix)).map((key) => hearing.changed(key.slice(prefix.length), etag))
      )
      if (told.length > 0) this.told++
      return Effect.all(told, { discard: true })
    })
  }

  /** From now on a queue has all that changes; what was before may have been missed. */
  begin(now: number): Effect.Effect<void> {
    return Effect.suspend(() => {
      this.heardAt = now
      this.countedFrom = now
      return this.missed
    })
  }

  /** All that changed until then has been told, but for what was missed. */
  heard(at: number): Effect.Effect<void> {
    return Effect.suspend(() => {
      const isGap = at - this.heardAt > this.trustFor
      this.heardAt = Math.max(this.heardAt, at)
      this.countedFrom = Math.max(this.countedFrom, at)
      return isGap ? this.missed : Effect.void
    })
  }

  /** Tells that something may have been missed, if nothing has been heard for too long. */
  watch(now: number): Effect.Effect<void> {
    return Effect.suspend(() => {
      if (now - this.countedFrom <= this.trustFor) return Effect.void
      this.countedFrom = now
      return this.missed
    })
  }

  /** Tells that something may have been missed. */
  readonly missed: Effect.Effect<void> = Effect.suspend(() =>
    Effect.forEach([...this.all], ({ hearing }) => hearing.missed, { discard: true })
  )
}
