/**
 * What is wrong with lists of slots, for tests.
 */
import type { SlotLists } from "./SlotLists.js"

/** Walks every list and returns what is wrong with the links, an empty array when nothing is. */
export const listViolations = (self: SlotLists): Array<string> => {
  const found: Array<string> = []
  const seen = new Set<number>()
  const links = self["links"].cells
  for (let list = 0; list < self.lists; list++) {
    let node = list
    do {
      const after = links[2 * node] as number
      if (links[2 * after + 1] !== node) found.push(`list ${list}: previous of node ${after} is not node ${node}`)
      if (after >= self.lists) {
        if (seen.has(after)) {
          found.push(`list ${list}: node ${after} is met twice`)
          break
        }
        seen.add(after)
      } else if (after !== list) {
        found.push(`list ${list}: runs into the sentinel of list ${after}`)
        break
      }
      node = after
    } while (node !== list)
  }
  for (let node = self.lists; node < self["nodes"]; node++) {
    if (links[2 * node] !== node && !seen.has(node)) found.push(`node ${node} is linked but on no list`)
  }
  return found
}
