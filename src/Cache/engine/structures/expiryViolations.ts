/**
 * What is wrong with the deadlines of a bounded map, for tests.
 */
import type { Deadlines } from "./Deadlines.js"
import { type ExpiryTree, fanOut, fewestInNode, highestLevel, mostInLeaf, spans, tickOf } from "./ExpiryTree.js"

/**
 * Walks a whole tree and returns what is wrong with it, an empty array when nothing is.
 *
 * @param scheduled the slots that have to be there
 */
export const treeViolations = (tree: ExpiryTree, scheduled: ReadonlySet<number>): ReadonlyArray<string> => {
  const found: Array<string> = []
  const seen = new Set<number>()
  const walk = (part: number, level: number, start: number): void => {
    const content = tree["contents"].cells[part] as number
    let count = 0
    let weight = 0
    if (content < 0) {
      for (let place = 0; place < fanOut; place++) {
        const child = -content * fanOut + place
        walk(child, level - 1, start + place * (spans[level - 1] as number))
        count += tree["counts"].cells[child] as number
        weight += tree["weights"].cells[child] as number
      }
      if (count <= fewestInNode) found.push(`a part of ${count} is divided`)
    } else {
      for (let slot = tree["firstOf"](part); slot !== -1; slot = tree["after"](slot)) {
        count++
        weight += tree["weightOf"](slot)
        const tick = tickOf(tree["deadlineOf"](slot))
        if (seen.has(slot)) return void found.push(`slot ${slot} is met twice`)
        seen.add(slot)
        if (tree["deadlineOf"](slot) < tree["earliest"]) found.push(`slot ${slot} is earlier than the earliest`)
        if (tick < start || tick >= start + (spans[level] as number)) found.push(`slot ${slot} is out of its time`)
      }
      if (count > mostInLeaf && level > 0) found.push(`a list has ${count} slots`)
    }
    if (count !== tree["counts"].cells[part]) found.push(`a part has ${count} slots, not ${tree["counts"].cells[part]}`)
    if (weight !== tree["weights"].cells[part]) {
      found.push(`a part weighs ${weight}, not ${tree["weights"].cells[part]}`)
    }
  }
  walk(0, highestLevel, 0)
  for (const slot of scheduled) if (!seen.has(slot)) found.push(`slot ${slot} can expire, and is not in the tree`)
  for (const slot of seen) if (!scheduled.has(slot)) found.push(`slot ${slot} is in the tree, and cannot expire`)
  return found
}

/** What is wrong with deadlines, an empty array when nothing is. */
export const deadlineViolations = (deadlines: Deadlines): ReadonlyArray<string> => {
  const scheduled = new Set<number>()
  for (let slot = 0; slot < deadlines["slots"]; slot++) {
    if (deadlines.of(slot) !== Number.POSITIVE_INFINITY) scheduled.add(slot)
  }
  return treeViolations(deadlines["tree"], scheduled)
}
