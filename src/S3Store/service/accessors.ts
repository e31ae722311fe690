/**
 * The verbs of an `S3Cache` on its tag.
 */
import type * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type { S3CacheService, S3CacheVerbs } from "../verbs/S3CacheVerbs.js"

/** The verbs of the cache behind a tag. */
export const accessors = <Self>(tag: Context.Tag<Self, S3CacheService>): S3CacheVerbs<Self> => ({
  get: (key) => Effect.flatMap(tag, (cache) => cache.get(key)),
  getOption: (key) => Effect.flatMap(tag, (cache) => cache.getOption(key)),
  has: (key) => Effect.flatMap(tag, (cache) => cache.has(key)),
  peek: (key) => Effect.flatMap(tag, (cache) => cache.peek(key)),
  peekEntry: (key) => Effect.flatMap(tag, (cache) => cache.peekEntry(key)),
  set: (key, value, options) => Effect.flatMap(tag, (cache) => cache.set(key, value, options)),
  add: (key, value, options) => Effect.flatMap(tag, (cache) => cache.add(key, value, options)),
  remove: (key) => Effect.flatMap(tag, (cache) => cache.remove(key)),
  invalidate: (key) => Effect.flatMap(tag, (cache) => cache.invalidate(key)),
  expire: (key) => Effect.flatMap(tag, (cache) => cache.expire(key)),
  invalidateWhen: (key, predicate) => Effect.flatMap(tag, (cache) => cache.invalidateWhen(key, predicate)),
  pop: (key) => Effect.flatMap(tag, (cache) => cache.pop(key)),
  getMany: (keys, options) => Effect.flatMap(tag, (cache) => cache.getMany(keys, options)),
  getManyOrCompute: (keys, load, options) =>
    Effect.flatMap(tag, (cache) => cache.getManyOrCompute(keys, load, options)),
  hasMany: (keys, options) => Effect.flatMap(tag, (cache) => cache.hasMany(keys, options)),
  setMany: (entries, options) => Effect.flatMap(tag, (cache) => cache.setMany(entries, options)),
  removeMany: (keys, options) => Effect.flatMap(tag, (cache) => cache.removeMany(keys, options)),
  getOrCompute: (key, compute, options) => Effect.flatMap(tag, (cache) => cache.getOrCompute(key, compute, options)),
  refresh: (key, compute, options) => Effect.flatMap(tag, (cache) => cache.refresh(key, compute, options)),
  modify: (key, f, options) => Effect.flatMap(tag, (cache) => cache.modify(key, f, options)),
  memoize: (keyspace, compute, options) => Effect.flatMap(tag, (cache) => cache.memoize(keyspace, compute, options)),
  list: (keyspace, options) => Stream.unwrap(Effect.map(tag, (cache) => cache.list(keyspace, options))),
  purge: (keyspace, options) => Effect.flatMap(tag, (cache) => cache.purge(keyspace, options)),
  clear: (keyspace, options) => Effect.flatMap(tag, (cache) => cache.clear(keyspace, options)),
  snapshot: (path, options) => Effect.flatMap(tag, (cache) => cache.snapshot(path, options)),
  restore: (path, keyspaces, options) => Effect.flatMap(tag, (cache) => cache.restore(path, keyspaces, options)),
  warm: (keyspace, options) => Effect.flatMap(tag, (cache) => cache.warm(keyspace, options)),
  invalidateTag: (tagName) => Effect.flatMap(tag, (cache) => cache.invalidateTag(tagName)),
  expireTag: (tagName) => Effect.flatMap(tag, (cache) => cache.expireTag(tagName)),
  flush: Effect.flatMap(tag, (cache) => cache.flush),
  check: Effect.flatMap(tag, (cache) => cache.check),
  settle: (options) => Effect.flatMap(tag, (cache) => cache.settle(options)),
  stats: Effect.flatMap(tag, (cache) => cache.stats),
  events: Stream.unwrap(Effect.map(tag, (cache) => cache.events))
})
