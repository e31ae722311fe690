/**
 * Effect's structural equality, in the form the engine takes it.
 *
 * @since 1.0.0
 */
import * as Equal from "effect/Equal"
import { isStructural } from "../../effect/structures.js"
import type { KeyEquality } from "../engine/structures/KeyEquality.js"
import { useKeyEquality } from "./keyEqualityInUse.js"
import { structuralHash } from "./structuralHash.js"

/**
 * Keys that implement Effect's `Equal` (`Data.struct`, `Data.Class`, `Schema.Class`, `Option`, ...) are found by it.
 * Plain objects and arrays are not structural in Effect 3: they are found by reference. Their hashes are not Effect's,
 * see `structuralHash`.
 *
 * @since 1.0.0
 * @category instances
 */
export const keyEquality: KeyEquality = {
  isStructural,
  hash: structuralHash,
  equals: (one, other) => Equal.equals(one, other)
}

useKeyEquality(keyEquality)
