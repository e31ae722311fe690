/**
 * Keys whose popularity changes.
 */
import { type Random, shuffled } from "../../lib/random.js"
import { zipfRanks } from "../../lib/zipf.js"
import type { Keys } from "./Keys.js"

/**
 * A hot set that moves: Zipf's law over `population` keys, of which after every `every` requests the least popular becomes
 * the most popular, and all others go down by one rank.
 */
export const driftingKeys = (population: number, skew: number, every: number, random: Random): Keys => {
  const keys = shuffled(population, random)
  const rank = zipfRanks(population, skew, random)
  let requests = 0
  return () => keys[(rank() + population - Math.floor(requests++ / every) % population) % population] ?? 0
}

/**
 * Generations: `alive` keys that are asked for equally often, of which the oldest leaves for good after every `every`
 * requests, for a new one.
 */
export const generationsOfKeys = (alive: number, every: number, random: Random): Keys => {
  let requests = 0
  return () => Math.floor(requests++ / every) + Math.floor(random() * alive)
}

/**
 * Keys that come twice in quick succession, and then never again: the second time somewhere among the next hundred
 * requests or so.
 */
export const pairedKeys = (random: Random): Keys => {
  const waiting: Array<number> = []
  let fresh = 0
  let second: number | undefined
  return () => {
    if (second !== undefined) {
      const key = second
      second = undefined
      return key
    }
    waiting.push(fresh)
    ;[second] = waiting.splice(Math.floor(random() * 64), 1)
    return fresh++
  }
}
