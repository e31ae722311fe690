/**
 * From the name of an eviction policy to the policy.
 */
import { BoundedMapError } from "./BoundedMapOptions.js"
import { acceptedAs } from "./options/optionKinds.js"
import { Adaptive } from "./policies/Adaptive.js"
import { type EvictionPolicy, type EvictionPolicyName, evictionPolicyNames } from "./policies/EvictionPolicy.js"
import { Gdsf } from "./policies/Gdsf.js"
import { Lfu } from "./policies/Lfu.js"
import { LfuDa } from "./policies/LfuDa.js"
import { Lru } from "./policies/Lru.js"
import { S3Fifo } from "./policies/S3Fifo.js"
import { WTinyLfu } from "./policies/WTinyLfu.js"

/**
 * A new eviction policy. Throws `BoundedMapError` for any other name, listing those that are.
 *
 * @param weightOf the weight of the entry in a slot, for the policies that go by it
 * @param costOf its cost, likewise, where entries have costs
 */
export const makePolicy = (
  name: EvictionPolicyName,
  weightOf: (slot: number) => number,
  costOf?: (slot: number) => number
): EvictionPolicy => {
  switch (name) {
    case "LRU":
      return new Lru()
    case "LFU":
      return new Lfu()
    case "LFU-DA":
      return new LfuDa()
    case "S3-FIFO":
      return new S3Fifo()
    case "W-TinyLFU":
      return new WTinyLfu(weightOf, costOf)
    case "Adaptive":
      return new Adaptive(weightOf)
    case "GDSF":
      return new Gdsf(weightOf, costOf)
    default:
      throw new BoundedMapError("evictionPolicy", name, acceptedAs(evictionPolicyNames))
  }
}

/** The policy of memory in front of a slower level, where no other is asked for. */
export const policyOfMemoryLevel: EvictionPolicyName = "Adaptive"
