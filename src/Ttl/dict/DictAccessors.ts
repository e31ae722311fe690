/**
 * The operations of a dictionary on its tag.
 */
import type * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type { Dict, DictVerbs } from "./Dict.js"

/** The operations of the dictionary behind a tag. */
export const accessors = <Self, K, V, E, F>(
  tag: Context.Tag<Self, Dict<K, V, E, F>>
): DictVerbs<K, V, E, F, Self> => ({
  get: (key) => Effect.flatMap(tag, (dict) => dict.get(key)),
  getOption: (key) => Effect.flatMap(tag, (dict) => dict.getOption(key)),
  getOrCompute: (key, compute, options) => Effect.flatMap(tag, (dict) => dict.getOrCompute(key, compute, options)),
  getManyOrCompute: (keys, load, options) => Effect.flatMap(tag, (dict) => dict.getManyOrCompute(keys, load, options)),
  memoize: (f, options) => Effect.flatMap(tag, (dict) => dict.memoize(f, options)),
  modify: (key, f, options) => Effect.flatMap(tag, (dict) => dict.modify(key, f, options)),
  refresh: (key, compute, options) => Effect.flatMap(tag, (dict) => dict.refresh(key, compute, options)),
  add: (key, value, options) => Effect.flatMap(tag, (dict) => dict.add(key, value, options)),
  set: (key, value, options) => Effect.flatMap(tag, (dict) => dict.set(key, value, options)),
  getOrInsert: (key, value, options) => Effect.flatMap(tag, (dict) => dict.getOrInsert(key, value, options)),
  setMany: (entries, options) => Effect.flatMap(tag, (dict) => dict.setMany(entries, options)),
  has: (key) => Effect.flatMap(tag, (dict) => dict.has(key)),
  hasMany: (keys) => Effect.flatMap(tag, (dict) => dict.hasMany(keys)),
  peek: (key) => Effect.flatMap(tag, (dict) => dict.peek(key)),
  peekEntry: (key) => Effect.flatMap(tag, (dict) => dict.peekEntry(key)),
  remove: (key) => Effect.flatMap(tag, (dict) => dict.remove(key)),
  getMany: (keys) => Effect.flatMap(tag, (dict) => dict.getMany(keys)),
  invalidate: (key) => Effect.flatMap(tag, (dict) => dict.invalidate(key)),
  invalidateWhen: (key, predicate) => Effect.flatMap(tag, (dict) => dict.invalidateWhen(key, predicate)),
  expire: (key) => Effect.flatMap(tag, (dict) => dict.expire(key)),
  removeMany: (keys) => Effect.flatMap(tag, (dict) => dict.removeMany(keys)),
  pop: (key) => Effect.flatMap(tag, (dict) => dict.pop(key)),
  popVictim: Effect.flatMap(tag, (dict) => dict.popVictim),
  popNewest: Effect.flatMap(tag, (dict) => dict.popNewest),
  clear: Effect.flatMap(tag, (dict) => dict.clear),
  keys: Effect.flatMap(tag, (dict) => dict.keys),
  values: Effect.flatMap(tag, (dict) => dict.values),
  entries: Effect.flatMap(tag, (dict) => dict.entries),
  entriesWithExpiry: Effect.flatMap(tag, (dict) => dict.entriesWithExpiry),
  equals: (entries, options) => Effect.flatMap(tag, (dict) => dict.equals(entries, options)),
  size: Effect.flatMap(tag, (dict) => dict.size),
  byteSize: Effect.flatMap(tag, (dict) => dict.byteSize),
  reweigh: (key) => Effect.flatMap(tag, (dict) => dict.reweigh(key)),
  timeToLive: (key, at) => Effect.flatMap(tag, (dict) => dict.timeToLive(key, at)),
  setTimeToLive: (key, timeToLive) => Effect.flatMap(tag, (dict) => dict.setTimeToLive(key, timeToLive)),
  setExpiresAt: (key, millis) => Effect.flatMap(tag, (dict) => dict.setExpiresAt(key, millis)),
  isExpired: (key, at) => Effect.flatMap(tag, (dict) => dict.isExpired(key, at)),
  moveToEnd: (key, options) => Effect.flatMap(tag, (dict) => dict.moveToEnd(key, options)),
  resize: (limits) => Effect.flatMap(tag, (dict) => dict.resize(limits)),
  limits: Effect.flatMap(tag, (dict) => dict.limits),
  purge: Effect.flatMap(tag, (dict) => dict.purge),
  settle: (options) => Effect.flatMap(tag, (dict) => dict.settle(options)),
  stats: Effect.flatMap(tag, (dict) => dict.stats),
  events: Stream.unwrap(Effect.map(tag, (dict) => dict.events))
})
