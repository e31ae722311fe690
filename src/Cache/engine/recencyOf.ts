/**
 * What only policies can do that keep entries in the order of their last use.
 */
import { BoundedMapError } from "./BoundedMapOptions.js"
import type { EvictionPolicy } from "./policies/EvictionPolicy.js"

/** The parts of a policy that work on the order of use. Throws `BoundedMapError` for a policy that keeps none. */
export const recencyOf = (
  policy: EvictionPolicy
): { readonly demote: (slot: number) => void; readonly newest: () => number } => {
  if (policy.demote !== undefined && policy.newest !== undefined) {
    return { demote: policy.demote.bind(policy), newest: policy.newest.bind(policy) }
  }
  throw new BoundedMapError("evictionPolicy", policy.constructor.name, "LRU, which keeps the order of use")
}
