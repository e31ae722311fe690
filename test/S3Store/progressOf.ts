import { assert } from "@effect/vitest"
import { Effect } from "effect"
import type { S3CacheClearOptions, S3CacheProgress } from "effect-aws-cache/S3Store"

/** How far `purge` or `clear` was, each time it told; in the end it tells as many as it returns. */
export const progressOf = <E>(
  run: (options: S3CacheClearOptions) => Effect.Effect<number, E>
): Effect.Effect<ReadonlyArray<S3CacheProgress>, E> =>
  Effect.suspend(() => {
    const told: Array<S3CacheProgress> = []
    const onProgress = (progress: S3CacheProgress) => Effect.sync(() => void told.push(progress))
    return Effect.map(run({ onProgress }), (removed) => {
      assert.strictEqual(removed, told.at(-1)?.removed ?? 0)
      return told
    })
  })
