/**
 * What stands in place of `makePolicy` where a program is bundled, or run, with the condition `effect-aws-cache-lru-only`: so the
 * other eviction policies are not in it.
 */
import { BoundedMapError } from "./BoundedMapOptions.js"
import type { EvictionPolicy, EvictionPolicyName } from "./policies/EvictionPolicy.js"
import { Lru } from "./policies/Lru.js"

/** A new `LRU`. Throws `BoundedMapError` for any other name, and tells why there is no other. */
export const makePolicy = (name: EvictionPolicyName): EvictionPolicy => {
  if (name === "LRU") return new Lru()
  throw new BoundedMapError(
    "evictionPolicy",
    name,
    `"LRU", as long as the program is bundled or run with the condition effect-aws-cache-lru-only`
  )
}

/** The policy of memory in front of a slower level: there is no other. */
export const policyOfMemoryLevel: EvictionPolicyName = "LRU"
