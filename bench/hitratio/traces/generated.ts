/**
 * The traces that are made by recipe: the same in every run, and on every machine.
 */
import { seededRandom } from "../../lib/random.js"
import { numberKeys, type TraceSource } from "../Trace.js"
import { freshKeys, type Keys, keysInTurn, loopKeys, mixedKeys, zipfKeys } from "./Keys.js"
import { driftingKeys, generationsOfKeys, pairedKeys } from "./popularity.js"
import { flatDistances, keysByDistance, steepDistances } from "./recency.js"

/** A trace by its recipe, for so many requests; `size` makes numbers of keys smaller along with them. */
interface Recipe {
  readonly name: string
  /** What it is, to be read after its name. */
  readonly what: string
  readonly requests: number
  readonly keys: (size: (keys: number) => number, requests: number) => Keys
}

const recipes: ReadonlyArray<Recipe> = [
  {
    name: "zipf-0.99",
    what: "independent draws among 100,000 keys, the one of rank r with a probability proportional to 1 / r^0.99",
    requests: 1_000_000,
    keys: (size) => zipfKeys(size(100_000), 0.99, seededRandom(1))
  },
  {
    name: "loop-1011",
    what: "1,011 keys in the same order, over and over",
    requests: 200_000,
    keys: (size) => loopKeys(size(1011))
  },
  {
    name: "pairs-loop-pairs",
    what: "keys that come twice in quick succession and never again, then a loop of 2,000, then such pairs again",
    requests: 480_000,
    keys: (size, requests) =>
      keysInTurn([
        { requests: requests / 4, keys: pairedKeys(seededRandom(1)) },
        { requests: requests / 2, keys: loopKeys(size(2000)) },
        { requests: requests / 4, keys: pairedKeys(seededRandom(2)) }
      ])
  },
  {
    name: "recency",
    what: "keys by stack distance, its logarithm evenly spread up to 10,000; 3 % are new",
    requests: 300_000,
    keys: (size, requests) => keysByDistance(requests, steepDistances(size(10_000), 0.03, seededRandom(1)))
  },
  {
    name: "recency-flat",
    what: "keys by stack distance, its third root evenly spread up to 6,000; 1 % are new",
    requests: 300_000,
    keys: (size, requests) => keysByDistance(requests, flatDistances(size(6000), 0.01, seededRandom(1)))
  },
  {
    name: "loop-recency",
    what:
      "in equal parts a loop of 3,000 and keys by stack distance, its logarithm evenly spread up to 10,000; 3 % of " +
      "these are new",
    requests: 300_000,
    keys: (size, requests) =>
      mixedKeys([
        { share: 0.5, keys: loopKeys(size(3000)) },
        { share: 0.5, keys: keysByDistance(requests, steepDistances(size(10_000), 0.03, seededRandom(1))) }
      ], seededRandom(2))
  },
  {
    name: "drift",
    what:
      "Zipf's law (0.9) over 20,000 keys; after every 50 requests the least popular becomes the most popular, and " +
      "all others go down by one rank",
    requests: 400_000,
    keys: (size) => driftingKeys(size(20_000), 0.9, 50, seededRandom(1))
  },
  {
    name: "phases",
    what: "20 phases, each with keys of its own: by turns a loop of 2,500 and Zipf's law (0.99) over 5,000",
    requests: 400_000,
    keys: (size, requests) =>
      keysInTurn(Array.from({ length: 20 }, (_, phase) => ({
        requests: requests / 20,
        keys: phase % 2 === 0 ? loopKeys(size(2500)) : zipfKeys(size(5000), 0.99, seededRandom(phase))
      })))
  },
  {
    name: "generations",
    what:
      "2,000 keys asked for equally often, of which the oldest leaves for good after every 10 requests, for a new one",
    requests: 300_000,
    keys: (size) => generationsOfKeys(size(2000), 10, seededRandom(1))
  },
  {
    name: "loop-zipf-scan",
    what:
      "half of it Zipf's law (0.9) over 10,000 keys, a fifth a loop of 3,000, and the rest keys that never come again",
    requests: 300_000,
    keys: (size) =>
      mixedKeys([
        { share: 0.5, keys: zipfKeys(size(10_000), 0.9, seededRandom(1)) },
        { share: 0.2, keys: loopKeys(size(3000)) },
        { share: 0.3, keys: freshKeys() }
      ], seededRandom(2))
  }
]

/**
 * The generated traces.
 *
 * @param scale makes them shorter, and their numbers of keys as much smaller: with 0.1 there are a tenth of the requests
 */
export const generatedTraces = (scale = 1): ReadonlyArray<TraceSource> =>
  recipes.map(({ keys, name, requests: all, what }) => ({
    name,
    what,
    load: () => {
      const requests = Math.round(scale * all)
      const next = keys((number) => Math.max(1, Math.round(scale * number)), requests)
      return numberKeys(name, Int32Array.from({ length: requests }, next))
    }
  }))

/** One of them. Throws for a name that none has. */
export const generatedTrace = (name: string, scale = 1): TraceSource => {
  const source = generatedTraces(scale).find((each) => each.name === name)
  if (source === undefined) throw new Error(`there is no generated trace named ${name}`)
  return source
}
