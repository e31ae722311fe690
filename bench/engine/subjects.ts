/**
 * What is compared: the engine with each of its policies, and the caches that people use in its place.
 */
import { Absent, BoundedMap, type EvictionPolicyName, evictionPolicyNames } from "effect-aws-cache/Cache"

/** A key of the benchmarks. */
export type Key = string | number

/** A cache as the benchmarks see it, with small whole numbers as values. */
export interface Subject {
  readonly get: (key: Key) => number | undefined
  readonly set: (key: Key, value: number) => void
  /** Called once per batch, for caches that are told the time. */
  readonly tick?: (() => void) | undefined
  /** Lets so much time pass that every entry has expired. */
  readonly expireAll?: (() => void) | undefined
  /** Removes every entry. */
  readonly clear?: (() => void) | undefined
}

/** How a subject is made. */
export interface SubjectEntry {
  readonly name: string
  /** Whether it is this library's. */
  readonly ours: boolean
  /** Loads the package it needs. */
  readonly load: () => Promise<(capacity: number) => Subject>
}

/** The subject all ratios are taken to. */
export const reference = "lru-cache"

/** The subject that no cache can beat: it evicts nothing. */
export const floor = "Map (unbounded)"

/** The packages among the subjects. */
export const peers = ["lru-cache", "tiny-lru", "quick-lru", "mnemonist", "@isaacs/ttlcache", "transitory"]

const hour = 3_600_000

const engine = (
  policy: EvictionPolicyName,
  { expires = false, isWeighed = false }: { readonly expires?: boolean; readonly isWeighed?: boolean } = {}
): SubjectEntry => ({
  name: `BoundedMap ${policy}${expires ? " + ttl" : ""}${isWeighed ? " + weight" : ""}`,
  ours: true,
  load: () =>
    Promise.resolve((capacity) => {
      const map = new BoundedMap<Key, number>({
        evictionPolicy: policy,
        ...(isWeighed ? { maxWeight: 2 * capacity, weigher: () => 2 } : { maxSize: capacity })
      })
      let now = Date.now()
      return {
        get: (key) => {
          const found = map.get(key, now)
          return found === Absent ? undefined : found
        },
        set: expires
          ? (key, value) => {
            map.set(key, value, now, now + hour)
          }
          : (key, value) => {
            map.set(key, value, now)
          },
        tick: () => {
          now = Date.now()
        },
        ...(expires ? { expireAll: () => void (now += 2 * hour) } : { clear: () => map.clear(now) })
      }
    })
})

/** All subjects, in the order of the tables. */
export const subjects: ReadonlyArray<SubjectEntry> = [
  {
    name: floor,
    ours: false,
    load: () =>
      Promise.resolve(() => {
        const map = new Map<Key, number>()
        return {
          get: (key) => map.get(key),
          set: (key, value) => {
            map.set(key, value)
          }
        }
      })
  },
  engine("LRU"),
  engine("LRU", { expires: true }),
  engine("LRU", { expires: true, isWeighed: true }),
  ...evictionPolicyNames.filter((policy) => policy !== "LRU").map((policy) => engine(policy)),
  {
    name: reference,
    ours: false,
    load: async () => {
      const { LRUCache } = await import("lru-cache")
      return (capacity) => {
        const cache = new LRUCache<Key, number>({ max: capacity })
        return {
          get: (key) => cache.get(key),
          set: (key, value) => {
            cache.set(key, value)
          }
        }
      }
    }
  },
  {
    name: `${reference} + ttl`,
    ours: false,
    load: async () => {
      const { LRUCache } = await import("lru-cache")
      return (capacity) => {
        const cache = new LRUCache<Key, number>({ max: capacity, ttl: hour })
        return {
          get: (key) => cache.get(key),
          set: (key, value) => {
            cache.set(key, value)
          }
        }
      }
    }
  },
  {
    name: "mnemonist LRUMap",
    ours: false,
    load: async () => {
      // The one that can delete, as all others here can.
      const { LRUMapWithDelete } = await import("mnemonist")
      return (capacity) => {
        const cache = new LRUMapWithDelete<Key, number>(capacity)
        return {
          get: (key) => cache.get(key),
          set: (key, value) => {
            cache.set(key, value)
          }
        }
      }
    }
  },
  {
    name: "tiny-lru",
    ours: false,
    load: async () => {
      const { lru } = await import("tiny-lru")
      return (capacity) => {
        const cache = lru<number>(capacity)
        return {
          get: (key) => cache.get(key),
          set: (key, value) => {
            cache.set(key, value)
          }
        }
      }
    }
  },
  {
    name: "quick-lru",
    ours: false,
    load: async () => {
      const { default: QuickLRU } = await import("quick-lru")
      return (capacity) => {
        const cache = new QuickLRU<Key, number>({ maxSize: capacity })
        return {
          get: (key) => cache.get(key),
          set: (key, value) => {
            cache.set(key, value)
          }
        }
      }
    }
  },
  {
    name: "transitory",
    ours: false,
    load: async () => {
      const { BoundedCache } = await import("transitory")
      return (capacity) => {
        const cache = new BoundedCache<Key, number>({ maxSize: capacity })
        return {
          get: (key) => cache.getIfPresent(key) ?? undefined,
          set: (key, value) => {
            cache.set(key, value)
          }
        }
      }
    }
  },
  {
    name: "@isaacs/ttlcache",
    ours: false,
    load: async () => {
      const { TTLCache } = await import("@isaacs/ttlcache")
      return (capacity) => {
        const cache = new TTLCache<Key, number>({ max: capacity, ttl: hour })
        return {
          get: (key) => cache.get(key),
          set: (key, value) => {
            cache.set(key, value)
          }
        }
      }
    }
  }
]
