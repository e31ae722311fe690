/**
 * What is wrong inside the Adaptive policy, for tests.
 */
import { listViolations } from "../structures/listViolations.js"
import type { SlotLists } from "../structures/SlotLists.js"

/** What the policy keeps of its lists. */
export interface AdaptiveParts {
  readonly lists: SlotLists
  readonly listOf: (slot: number) => number
  /** Whether a slot is among the oldest of its list. */
  readonly isFlagged: (slot: number) => boolean
  /** Whether it was hit in the main part. */
  readonly isProven: (slot: number) => boolean
  /** The size of the oldest entries that are flagged in a list of a size. */
  readonly tailOf: (size: number) => number
  readonly entries: number
  readonly windowSize: number
  readonly protectedSize: number
  readonly windowTail: number
  readonly windowEdge: number
  readonly probationTail: number
  readonly probationEdge: number
  readonly unprovenTail: number
}

/** Walks every list and returns what is wrong with sizes and flags, an empty array when nothing is. */
export const adaptiveViolations = (self: AdaptiveParts): ReadonlyArray<string> => {
  const lists = self.lists
  const found = listViolations(lists)
  const expect = (what: string, is: number, told: number) => {
    if (is !== told) found.push(`${what} is ${is}, not ${told}`)
  }
  let entries = 0
  const walked = [0, 1, 2].map((list) => {
    const walk = { size: 0, tail: 0, unproven: 0, edge: -1 }
    for (let slot = lists.first(list); slot !== -1; slot = lists.after(slot)) {
      entries++
      if (self.listOf(slot) !== list) found.push(`slot ${slot} is on list ${list} unawares`)
      if (list === 0 && self.isProven(slot)) found.push(`slot ${slot} was hit in a part it is not in`)
      if (self.isFlagged(slot)) {
        if (walk.tail !== walk.size) found.push(`slot ${slot} is flagged, and an older one is not`)
        walk.tail++
        walk.edge = slot
        if (!self.isProven(slot)) walk.unproven++
      }
      walk.size++
    }
    const wanted = list === 2 ? 0 : self.tailOf(walk.size)
    if (walk.tail !== wanted) found.push(`of list ${list} ${walk.tail} are flagged, not ${wanted}`)
    return walk
  })
  const [window, probation, guarded] = walked
  if (window === undefined || probation === undefined || guarded === undefined) return found
  expect("the window's size", window.size, self.windowSize)
  expect("the window's flagged size", window.tail, self.windowTail)
  expect("the window's edge", window.edge, self.windowEdge)
  expect("the flagged size on probation", probation.tail, self.probationTail)
  expect("the flagged size on probation that is unproven", probation.unproven, self.unprovenTail)
  expect("the edge on probation", probation.edge, self.probationEdge)
  expect("what is protected", guarded.size, self.protectedSize)
  expect("the number of entries", entries, self.entries)
  return found
}
