/**
 * What memory has already.
 */
import * as Effect from "effect/Effect"
import { pieceSize, turn } from "../../Cache/common/inTurns.js"
import type { Keyspace } from "../keyspace/Keyspace.js"
import type { MemoryLevel } from "../memory/MemoryLevel.js"

/** The names of the objects of a keyspace whose entries memory has. */
export const namesHeld = (memory: MemoryLevel, space: Keyspace.Any): Effect.Effect<Set<string>> =>
  Effect.gen(function*() {
    const held = new Set<string>()
    for (const [at, key] of (yield* memory.keysOf(space)).entries()) {
      if (at % pieceSize === pieceSize - 1) yield* turn
      held.add(key.objectName)
    }
    return held
  })
