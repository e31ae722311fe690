/**
 * Bytes per entry of caches, keys and values apart.
 */
import { makeKeys } from "../../engine/keys.js"
import { weigh } from "../../engine/memory.js"
import { subjects } from "../../engine/subjects.js"
import type { Open } from "../Ratio.js"

/** Opens a subject of the engine's benchmark: its name, how many entries. */
export const open: Open = async ([name, entries]) => {
  const subject = subjects.find((each) => each.name === name)
  if (subject === undefined) throw new Error(`there is no cache named ${name}`)
  const capacity = Number(entries)
  const make = await subject.load()
  const keys = makeKeys("strings", Math.max(2 * capacity, 2000))
  // The first one pays for what V8 compiles.
  weigh(make, keys, 1000)
  return { round: () => weigh(make, keys, capacity).filled }
}
