/**
 * Which store has which verb, from the declarations: the page docs/verbs.md.
 */

/** The stores, in the order of the columns: what their verbs are members of, by entry point and name. */
const stores = [
  { store: "BoundedMap", entryPoint: "effect-aws-cache/Cache", type: "BoundedMap" },
  { store: "Store", entryPoint: "effect-aws-cache/Cache/Store", type: "Store" },
  { store: "LeasedStore", entryPoint: "effect-aws-cache/Cache/LeasedStore", type: "LeasedStore" },
  { store: "SyncTtlDict", entryPoint: "effect-aws-cache/Sync", type: "SyncTtlDict" },
  { store: "TtlDict", entryPoint: "effect-aws-cache/Ttl", type: "Dict" },
  { store: "S3Cache", entryPoint: "effect-aws-cache/S3Store", type: "S3CacheService" },
  { store: "ClientCache", entryPoint: "effect-aws-cache/ClientLayer", type: "ClientCacheService" },
  { store: "ResourceCache", entryPoint: "effect-aws-cache/ClientLayer", type: "ResourceCacheService" },
  { store: "Session", entryPoint: "effect-aws-cache/ClientLayer", type: "SessionService" }
]

/** The verbs, in the order of the rows. */
const groups = {
  "Looking up, and computing": ["get", "getOption", "getOrCompute", "getMany", "getManyOrCompute", "memoize"],
  "Looking at": ["peek", "peekEntry", "has", "hasMany"],
  "Writing": ["set", "add", "setMany", "getOrInsert", "modify", "refresh"],
  "Removing": [
    "remove",
    "invalidate",
    "invalidateWhen",
    "removeMany",
    "pop",
    "popVictim",
    "popNewest",
    "clear",
    "purge"
  ],
  "Time, and tags": ["expire", "expireTag", "invalidateTag", "timeToLive", "setTimeToLive", "setExpiresAt"],
  "All entries": ["keys", "values", "entries", "size", "weight", "resize", "limits", "stats", "events"],
  "In the background": ["settle"]
}

/** Where a verb has another word. */
const words = [
  {
    stores: ["BoundedMap"],
    verbs: {
      remove: ["delete"],
      invalidate: ["delete"],
      timeToLive: ["expiresAt"],
      setTimeToLive: ["setExpiresAt"],
      limits: ["maxSize", "maxWeight"],
      keys: ["entries"],
      values: ["entries"],
      stats: ["counters"]
    }
  },
  {
    stores: ["LeasedStore"],
    verbs: { get: ["use", "lease"], getOption: ["useOption", "leaseOption"], getOrCompute: ["use", "lease"] }
  },
  { stores: ["SyncTtlDict", "TtlDict"], verbs: { weight: ["byteSize"] } },
  {
    stores: ["SyncTtlDict"],
    verbs: { remove: ["delete"], invalidate: ["delete"], getOption: ["get"] }
  },
  { stores: ["S3Cache"], verbs: { keys: ["list"], entries: ["list"] } },
  { stores: ["ClientCache"], verbs: { getOrCompute: ["withClient", "lease", "client"] } },
  { stores: ["ResourceCache"], verbs: { getOrCompute: ["withResource", "lease", "resource"] } },
  { stores: ["Session"], verbs: { getOrCompute: ["withClient", "lease", "client", "withResource", "resource"] } }
]

/** Why stores have no such verb. */
const holes = [
  {
    stores: ["BoundedMap"],
    verbs: ["settle"],
    why: "Nothing of a `BoundedMap` goes on in the background."
  },
  {
    stores: ["Session"],
    verbs: "all",
    why:
      "A session has no entries of its own: its `caches` have, and each of them has the verbs of a `ClientCache` or " +
      "a `ResourceCache`."
  },
  {
    stores: ["BoundedMap"],
    verbs: ["getOption", "getOrCompute", "getManyOrCompute", "memoize", "refresh", "peekEntry", "events"],
    why:
      "`BoundedMap` is the engine by itself, synchronous and without Effect: it computes nothing and tells nobody, and " +
      "`get` returns `Absent` where there is no entry."
  },
  {
    stores: ["BoundedMap", "SyncTtlDict"],
    verbs: ["getMany", "hasMany", "setMany", "removeMany", "getManyOrCompute"],
    why: "Calls are synchronous: a loop over them is one step."
  },
  {
    stores: ["BoundedMap", "SyncTtlDict"],
    verbs: ["add", "getOrInsert", "modify", "invalidate", "invalidateWhen", "expire"],
    why: "Nothing comes between two synchronous calls: look (`has`, `peek`), then `set`, `delete` or `setExpiresAt`."
  },
  {
    stores: ["SyncTtlDict"],
    verbs: ["memoize", "events"],
    why: "Without Effect there are no streams, and a function that calls `getOrCompute` or `fetch` is as long as " +
      "`memoize` would be; `onRemoval` tells of what leaves."
  },
  {
    stores: ["LeasedStore"],
    verbs: ["getMany", "getManyOrCompute", "memoize", "getOrInsert", "modify", "popNewest", "invalidateWhen"],
    why:
      "Values of a `LeasedStore` must be released: each is acquired alone, used under a lease, and never handed out " +
      "for good but by `pop` and `popVictim`."
  },
  {
    stores: ["Store"],
    verbs: ["popNewest"],
    why: "Only the policy `LRU` knows which entry was used last, and a `Store` may have any."
  },
  {
    stores: ["BoundedMap", "Store", "LeasedStore", "SyncTtlDict", "TtlDict", "ClientCache", "ResourceCache"],
    verbs: ["invalidateTag", "expireTag"],
    why: "Only entries of an `S3Cache` have tags."
  },
  {
    stores: ["S3Cache"],
    verbs: ["values", "size", "weight", "popVictim", "popNewest"],
    why:
      "What is in a bucket only a listing tells, and nothing but `clear` and `purge` makes it leave: `list(keyspace)`, " +
      "and `stats` for what is in memory."
  },
  {
    stores: ["S3Cache", "Store"],
    verbs: ["getOrInsert"],
    why: "It is Map's; `getOrCompute` with `Effect.succeed` is the same."
  },
  {
    stores: ["S3Cache"],
    verbs: ["timeToLive", "setTimeToLive", "setExpiresAt"],
    why:
      "An entry in a bucket says itself how long it lives: `peekEntry` and `list` tell it, and `set` or `modify` write it " +
      "anew with another `timeToLive`."
  },
  {
    stores: ["S3Cache"],
    verbs: ["resize", "limits"],
    why: "A bucket has no limits, and those of the memory in front of it are its options."
  },
  {
    stores: ["ClientCache", "ResourceCache"],
    verbs: ["refresh"],
    why:
      "What a configuration leads to does not change with time: `invalidate` it, and it is built anew for who asks next, " +
      "while leases of the old one go on."
  },
  {
    stores: ["ClientCache", "ResourceCache"],
    verbs: ["getMany", "getManyOrCompute", "hasMany", "setMany", "removeMany", "memoize", "getOrInsert", "modify"],
    why:
      "Keys of clients and resources are of many types, and few at a time: what a configuration leads to is built once " +
      "anyway."
  },
  {
    stores: ["ClientCache", "ResourceCache"],
    verbs: ["weight", "popNewest"],
    why: "Clients and resources have no weight, and are limited by their number alone."
  }
]

const wordsOf = (store, verb) => words.find((each) => each.stores.includes(store) && verb in each.verbs)?.verbs[verb]

const holeOf = (store, verb) =>
  holes.findIndex((each) => each.stores.includes(store) && (each.verbs === "all" || each.verbs.includes(verb)))

/** Without what the formatter does to tables. */
const plain = (text) => text.replaceAll(/ +/g, " ").replaceAll(/-{3,}/g, "---")

/** Whether a page says the same. */
export const isSamePage = (one, other) => plain(one) === plain(other)

const named = (names) => names.map((name) => `\`${name}\``).join(", ")

/**
 * The page, and what is wrong with the tables above: a hole that nothing explains, a word that a store does not have, and
 * what nothing needs any more.
 */
export const drawVerbs = (membersOf) => {
  const problems = []
  const used = new Set()
  const members = new Map(stores.map(({ entryPoint, store, type }) => [store, new Set(membersOf(entryPoint, type))]))
  const cell = (store, verb) => {
    const names = members.get(store)
    const other = wordsOf(store, verb)
    if (names.has(verb)) {
      if (other !== undefined) problems.push(`${store} has ${verb}: take it out of the words`)
      return "yes"
    }
    if (other !== undefined) {
      const missing = other.filter((word) => !names.has(word))
      if (missing.length > 0) problems.push(`${store} has no ${missing.join(", ")}, the words for ${verb}`)
      return named(other)
    }
    const hole = holeOf(store, verb)
    if (hole < 0) problems.push(`${store} has no ${verb}, and nothing says why`)
    used.add(hole)
    return { hole }
  }
  const tables = Object.entries(groups).map(([title, verbs]) => ({
    title,
    rows: verbs.map((verb) => [`\`${verb}\``, ...stores.map(({ store }) => cell(store, verb))])
  }))
  holes.forEach(({ why }, index) => {
    if (!used.has(index)) problems.push(`nothing needs the explanation any more: ${why}`)
  })
  const numbers = new Map([...used].toSorted((one, other) => one - other).map((hole, index) => [hole, index + 1]))
  const print = (each) => typeof each === "string" ? each : `[${numbers.get(each.hole)}](#why-not)`
  const verbs = new Set([...Object.values(groups).flat(), "name"])
  const text = [
    "# Verbs",
    "",
    "A verb does the same in every store: if you know one of them, you know the others. The tables also say where a store has",
    "another word, or no such verb. They are made from the declarations, by `node scripts/draw-verbs.mjs`.",
    "",
    ...tables.flatMap(({ rows, title }) => [
      `## ${title}`,
      "",
      `| verb | ${stores.map(({ store }) => store).join(" | ")} |`,
      `| --- |${" --- |".repeat(stores.length)}`,
      ...rows.map((row) => `| ${row.map(print).join(" | ")} |`),
      ""
    ]),
    "## Why not",
    "",
    ...[...numbers].map(([hole, number]) => `${number}. ${holes[hole]?.why}`),
    "",
    "## What only some have",
    "",
    ...stores.map(({ store }) => {
      const own = [...members.get(store)].filter((name) => !verbs.has(name))
      return `- ${store}: ${own.length === 0 ? "nothing" : named(own)}`
    }),
    ""
  ].join("\n")
  return { problems, text }
}
