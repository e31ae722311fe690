/**
 * Changing the limits of a store.
 */
import * as Effect from "effect/Effect"
import type { BoundedMapOptions } from "../engine/BoundedMapOptions.js"
import { limitKinds } from "../engine/limits.js"
import type { CacheConfigError } from "../errors/CacheErrors.js"
import { checkOptions, unlessWrong } from "../options/checkOptions.js"
import { type GuardedMap, orConfigError } from "./GuardedMap.js"
import { pieceSize, resizeInTurns } from "./inTurns.js"
import { LimitChanges } from "./LimitChanges.js"

/** Makes `resize` of a store. */
export const resizing = <K, V>(
  name: string,
  step: GuardedMap<K, V>["step"]
): (limits: Pick<BoundedMapOptions<K, V>, "maxSize" | "maxWeight">) => Effect.Effect<void, CacheConfigError> => {
  const changes = new LimitChanges()
  return (limits) =>
    unlessWrong(
      checkOptions(name, limits, limitKinds),
      resizeInTurns(changes, limits, (left) =>
        Effect.flatten(step((map, now) =>
          orConfigError(name, () => map.resize(left(), now, pieceSize))
        )))
    )
}
