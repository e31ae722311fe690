/**
 * How keys are compared, with Effect and without it.
 */
import { equalsByProtocol, hashByProtocol, isStructuralByProtocol } from "../../effect/protocols.js"
import type { KeyEquality } from "../engine/structures/KeyEquality.js"

const byProtocol: KeyEquality = {
  isStructural: isStructuralByProtocol,
  hash: hashByProtocol,
  equals: equalsByProtocol
}

let inUse = byProtocol

/** Says how keys are compared in what is made from now on, where Effect is loaded: it must agree with the protocol. */
export const useKeyEquality = (equality: KeyEquality): void => {
  inUse = equality
}

/**
 * How keys are compared in what is made now. Without Effect, the hash of a structural key is what it says itself: Effect's
 * own are poor for small numbers, see `structuralHash`, which takes their place where Effect is loaded.
 */
export const keyEqualityInUse = (): KeyEquality => inUse
