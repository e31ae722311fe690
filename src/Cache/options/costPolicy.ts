/**
 * Eviction by what entries cost.
 */
import type { EvictionPolicyName } from "../engine/policies/EvictionPolicy.js"
import { CacheConfigError } from "../errors/CacheErrors.js"
import { printKey } from "../printing/printKey.js"

/** What entries can cost: the time that their computation took. */
export const costKind = ["time"] as const

/** The policies that go by costs. */
const byCost: ReadonlyArray<EvictionPolicyName> = ["GDSF", "W-TinyLFU"]

/**
 * The eviction policy of a cache whose entries may have costs: the one that is asked for, if it goes by them.
 *
 * @param cache for messages
 * @param otherwise where none is asked for, and there are no costs
 */
export const policyWith = (
  cache: string,
  cost: "time" | undefined,
  asked: EvictionPolicyName | undefined,
  otherwise: EvictionPolicyName
): EvictionPolicyName | CacheConfigError => {
  if (cost === undefined) return asked ?? otherwise
  if (asked === undefined || byCost.includes(asked)) return asked ?? "GDSF"
  const accepted = "\"GDSF\" or \"W-TinyLFU\" with cost: no other policy goes by it"
  return new CacheConfigError({ cache, option: "evictionPolicy", value: printKey(asked), accepted })
}
