/**
 * Which option is meant by a name that is none.
 */

/** What options are called elsewhere, in small letters, and here. */
const aliases: ReadonlyArray<readonly [theirs: ReadonlyArray<string>, ours: ReadonlyArray<string>]> = [
  [["ttl", "maxage", "stdttl", "expiry", "expires", "expiresin", "expireafterwrite", "lifetime"], ["timeToLive"]],
  [["tti", "idle", "maxidle", "idletime", "idletimeout", "expireafteraccess"], ["timeToIdle"]],
  [
    ["max", "maxsize", "maxitems", "maxentries", "maxkeys", "maxlength", "maximumsize", "capacity", "size", "limit"],
    ["maxSize"]
  ],
  [["maxweight", "maximumweight", "maxbytes", "maxmemory", "bytes", "maxtotalsize"], ["maxBytes", "maxWeight"]],
  [["weigh", "weigher", "weight", "sizecalculation", "calculatesize", "length"], ["weigher"]],
  [
    ["onremoval", "onremove", "dispose", "disposeafter", "onevict", "onexpire", "ondelete", "removallistener"],
    ["onRemoval", "release"]
  ],
  [["swr", "allowstale", "stale", "staletime"], ["staleWhileRevalidate"]],
  [["policy", "eviction", "strategy", "algorithm"], ["evictionPolicy"]],
  [["checkperiod", "interval", "ttlautopurge", "purgeinterval"], ["sweepInterval"]],
  [["load", "loader", "create", "fetchmethod", "lookup"], ["acquire", "make"]],
  [["id", "label", "namespace"], ["name"]],
  [["prefix", "folder"], ["keyPrefix", "directory"]],
  [["timeout"], ["loadTimeout", "requestTimeout", "releaseTimeout"]]
]

/** Which of these options is meant by a name that is none; `undefined` if none of them is like it. */
export const nearestName = (name: string, names: ReadonlyArray<string>): string | undefined => {
  const small = name.slice(0, 40).toLowerCase().replaceAll(/[^a-z]/g, "")
  const same = names.find((known) => known.toLowerCase() === small)
  if (same !== undefined) return same
  for (const [theirs, ours] of aliases) {
    const found = theirs.includes(small) ? ours.find((known) => names.includes(known)) : undefined
    if (found !== undefined) return found
  }
  let nearest: string | undefined
  let least = Math.min(4, small.length / 2 + 1)
  for (const known of names) {
    const changes = distance(small, known.toLowerCase())
    if (changes < least) {
      nearest = known
      least = changes
    }
  }
  return nearest
}

/** How many letters have to be changed, put in or left out, to make one text from another. */
const distance = (one: string, other: string): number => {
  let row = Array.from({ length: other.length + 1 }, (_, at) => at)
  for (let at = 1; at <= one.length; at++) {
    const next = [at]
    for (let place = 1; place <= other.length; place++) {
      const changed = (row[place - 1] ?? 0) + (one[at - 1] === other[place - 1] ? 0 : 1)
      next.push(Math.min(changed, (row[place] ?? 0) + 1, (next[place - 1] ?? 0) + 1))
    }
    row = next
  }
  return row[other.length] ?? 0
}
