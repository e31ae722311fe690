/**
 * The dictionary without Effect, for code that runs before and between Effect programs.
 *
 * @since 1.0.0
 */
import { availableMemory } from "../Cache/memory/availableMemory.js"
import { defaultDictParts } from "./dict/defaultDictParts.js"
import type { SharedOptions } from "./dict/DictOptions.js"
import { SyncDict } from "./SyncDict.js"
import type { SyncDictOptions } from "./SyncDictOptions.js"

/**
 * How a dictionary without Effect is made.
 *
 * @since 1.0.0
 * @category models
 */
export interface SyncTtlDictOptions<in out K, in out V>
  extends SyncDictOptions<K, V>, Pick<SharedOptions<K, V>, "maxBytes" | "memoryPressure" | "weigher">
{}

const parts = defaultDictParts("SyncTtlDict", availableMemory)

/**
 * A dictionary bounded in memory whose entries expire, used like a `Map`: for the module level of a function handler,
 * and wherever there is no Effect. It does what a `TtlDict` does, by the same code; only that it answers at once.
 *
 * What a `TtlDict` fails with, it throws, the constructor included: `CacheConfigError`, `CacheExistsError`,
 * `EntryTooLargeError`. What is not there is `undefined` or `false`, as in a `Map`. Iterating goes over a snapshot, the
 * least recently used first; entries that have left since are left out.
 *
 * The class of this name in `effect-aws-cache/Sync` is a small one, for programs that have nothing else of this package: it
 * measures only with the weigher it is given. What accepts either accepts a `SyncDict`.
 *
 * @example
 * ```ts
 * import { SyncTtlDict } from "effect-aws-cache/Ttl"
 * import * as assert from "node:assert/strict"
 *
 * const load = async (id: string) => ({ name: `user ${id}` })
 *
 * // Outside of the handler, so that it lasts from one invocation to the next.
 * const users = new SyncTtlDict<string, { readonly name: string }>({ timeToLive: "10 minutes", maxBytes: "25%" })
 *
 * export const handler = async (event: { readonly user: string }) => {
 *   const user = await users.fetch(event.user, load)
 *   return user.name
 * }
 *
 * assert.equal(await handler({ user: "7" }), "user 7")
 * assert.equal(users.has("7"), true)
 * ```
 *
 * @since 1.0.0
 * @category constructors
 */
export class SyncTtlDict<K, V> extends SyncDict<K, V> {
  /**
   * Throws `CacheConfigError` for an option it cannot accept.
   *
   * @example
   * ```ts
   * import { SyncTtlDict } from "effect-aws-cache/Ttl"
   * import * as assert from "node:assert/strict"
   *
   * const sessions = new SyncTtlDict<string, string>({ maxSize: 2, timeToLive: "15 minutes" })
   * sessions.set("a", "Ada")
   * sessions.set("b", "Grace")
   * sessions.set("c", "Edsger") // one too many: the least recently used goes
   * assert.deepEqual([...sessions.keys()], ["b", "c"])
   * ```
   */
  constructor(options: SyncTtlDictOptions<K, V> = {}) {
    super(options, parts)
  }
}
