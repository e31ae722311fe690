import { assert } from "@effect/vitest"
import { Effect } from "effect"

/** Something that must be released once, and not while it is used. */
export interface Handle {
  readonly id: number
  readonly key: string
  /** The time it was opened at, in milliseconds. */
  readonly openedAt: number
  users: number
  /** When the last use ended, in milliseconds. */
  usedUntil?: number
  releases: number
}

/** Counts what is opened and released, and objects to what must never happen, at the moment it happens. */
export class Ledger {
  readonly handles: Array<Handle> = []
  readonly mistakes: Array<string> = []

  readonly open = (key: string): Effect.Effect<Handle> =>
    Effect.clockWith((clock) =>
      Effect.sync(() => {
        const openedAt = clock.unsafeCurrentTimeMillis()
        const handle = { id: this.handles.length + 1, key, openedAt, users: 0, releases: 0 }
        this.handles.push(handle)
        return handle
      })
    )

  readonly release = (handle: Handle): Effect.Effect<void> =>
    Effect.sync(() => {
      handle.releases++
      if (handle.releases > 1) this.mistakes.push(`${handle.id} was released ${handle.releases} times`)
      if (handle.users > 0) this.mistakes.push(`${handle.id} was released while it was used`)
    })

  /** The same for stores, which tell the key first. */
  readonly releaseOf = (_key: string, handle: Handle): Effect.Effect<void> => this.release(handle)

  /** Uses a handle as long as an effect runs. */
  readonly using = <A, E, R>(handle: Handle, effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
    Effect.acquireUseRelease(
      Effect.sync(() => this.begin(handle)),
      () => effect,
      () =>
        Effect.clockWith((clock) =>
          Effect.sync(() => {
            handle.usedUntil = clock.unsafeCurrentTimeMillis()
            this.end(handle)
          })
        )
    )

  begin(handle: Handle): void {
    handle.users++
    if (handle.releases > 0) this.mistakes.push(`${handle.id} was used after its release`)
  }

  end(handle: Handle): void {
    handle.users--
  }

  /** The ids of what was released, in the order of opening. */
  get released(): ReadonlyArray<number> {
    return this.handles.filter((handle) => handle.releases > 0).map(({ id }) => id)
  }

  /** The ids of what was not. */
  get unreleased(): ReadonlyArray<number> {
    return this.handles.filter((handle) => handle.releases === 0).map(({ id }) => id)
  }

  /** Everything that was opened has been released, once, and nothing went wrong meanwhile. */
  assertBalanced(about = ""): void {
    assert.deepStrictEqual(this.mistakes, [], about)
    assert.deepStrictEqual(this.unreleased, [], about)
  }
}
