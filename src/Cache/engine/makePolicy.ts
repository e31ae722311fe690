/**
 * From the name of an eviction policy to the policy.
 *
 * @since 0.1.0
 */
import { BoundedMapError } from "./BoundedMapOptions.js"
import { type EvictionPolicy, type EvictionPolicyName, evictionPolicyNames } from "./EvictionPolicy.js"
import { Gdsf } from "./Gdsf.js"
import { Lfu } from "./Lfu.js"
import { LfuDa } from "./LfuDa.js"
import { Lru } from "./Lru.js"
import { acceptedAs } from "./optionKinds.js"
import { S3Fifo } from "./S3Fifo.js"
import { WTinyLfu } from "./WTinyLfu.js"

/**
 * A new eviction policy. Throws `BoundedMapError` for a name that is none, listing those that are.
 *
 * @param weightOf the weight of the entry in a slot, for the policies that go by it
 * @since 0.1.0
 * @category constructors
 */
export const makePolicy = (name: EvictionPolicyName, weightOf: (slot: number) => number): EvictionPolicy => {
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
      return new WTinyLfu(weightOf)
    case "GDSF":
      return new Gdsf(weightOf)
    default:
      throw new BoundedMapError("evictionPolicy", name, acceptedAs(evictionPolicyNames))
  }
}
