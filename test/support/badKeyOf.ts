import { assert } from "@effect/vitest"
import { Cause, Effect, Exit, Option } from "effect"
import { CacheKeyError } from "effect-aws-cache/Cache"

/** The `CacheKeyError` that an effect dies of. It must not fail with it. */
export const badKeyOf = <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<CacheKeyError, never, R> =>
  Effect.map(Effect.exit(effect), (exit) => {
    const defect = Exit.isFailure(exit) ? Cause.dieOption(exit.cause) : Option.none()
    assert.isTrue(Option.isSome(defect), `it does not die: ${String(exit)}`)
    const error = Option.getOrUndefined(defect)
    assert.instanceOf(error, CacheKeyError)
    return error
  })
