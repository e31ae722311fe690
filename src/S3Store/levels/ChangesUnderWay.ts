/**
 * What is under way under each name.
 */
import * as Effect from "effect/Effect"

/** What began under a name, and ended. */
interface Names {
  users: number
  steps: number
}

/**
 * Tells whether anything changed under a name since one began to look at it, or to change it. A name takes memory only
 * while somebody is at it.
 */
export class ChangesUnderWay {
  private readonly names = new Map<string, Names>()

  /** Loads: whether no change began, or ended, since. */
  readonly during = <A, E>(
    name: string,
    use: (isUnchanged: () => boolean) => Effect.Effect<A, E>
  ): Effect.Effect<A, E> => this.at(name, (at) => use(sameSince(at)))

  /** Changes: as `end` is called, whether this was the only one since it began. */
  readonly changing = <A, E>(
    name: string,
    use: (end: () => boolean) => Effect.Effect<A, E>
  ): Effect.Effect<A, E> =>
    this.at(name, (at) => {
      at.steps++
      const isAlone = sameSince(at)
      return use(() => {
        const was = isAlone()
        at.steps++
        return was
      })
    })

  private at<A, E>(name: string, use: (at: Names) => Effect.Effect<A, E>): Effect.Effect<A, E> {
    return Effect.acquireUseRelease(
      Effect.sync(() => {
        const at = this.names.get(name) ?? { users: 0, steps: 0 }
        at.users++
        this.names.set(name, at)
        return at
      }),
      use,
      (at) =>
        Effect.sync(() => {
          if (--at.users === 0) this.names.delete(name)
        })
    )
  }
}

const sameSince = (at: Names) => {
  const { steps } = at
  return () => at.steps === steps
}
