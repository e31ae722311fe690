/**
 * The order in which a policy would let go of what it holds.
 */
import type { EvictionPolicy } from "./EvictionPolicy.js"

/**
 * Visits all slots in the order of their eviction. Which one goes after which depends on the moves that the evictions before
 * it make: so it makes them, on a copy of the policy, which is empty afterwards.
 */
export const forEachVictim = (
  copy: Pick<EvictionPolicy, "victim" | "remove">,
  visit: (slot: number) => void
): void => {
  for (let slot = copy.victim(-1); slot !== -1; slot = copy.victim(-1)) {
    copy.remove(slot, false)
    visit(slot)
  }
}
