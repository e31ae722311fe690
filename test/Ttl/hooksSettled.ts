import type { DictStats } from "effect-aws-cache/Ttl"
import * as Effect from "effect/Effect"

/** Waits until the hooks that are due have run; the statistics then. Asking for them reclaims what has expired. */
export const hooksSettled = (dict: { readonly stats: Effect.Effect<DictStats> }) =>
  Effect.zipRight(Effect.yieldNow(), dict.stats).pipe(
    Effect.repeat({ until: (stats) => stats.hooks.pending === 0 })
  )
