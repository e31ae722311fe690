/**
 * The small dictionary for programs without Effect.
 *
 * @since 1.0.0
 */
import { configError } from "../Cache/errors/configError.js"
import type { ByteSizeInput } from "../Cache/memory/parseByteSize.js"
import * as Either from "../effect/plainEither.js"
import type { DictParts, HeapWatch } from "../Ttl/memory/DictParts.js"
import type { Weigher } from "../Ttl/memory/Weigher.js"
import { SyncDict } from "../Ttl/SyncDict.js"
import type { SyncDictOptions } from "../Ttl/SyncDictOptions.js"

/**
 * How a small dictionary is made. Where neither `maxSize` nor `maxBytes` is given, it holds 10,000 entries at the most.
 *
 * @since 1.0.0
 * @category models
 */
export interface SyncTtlDictOptions<in out K, in out V> extends SyncDictOptions<K, V> {
  /**
   * The most memory of all entries together, as the weigher measures it: whole bytes, or text such as `"128M"`, or
   * `Infinity`, the default. It needs a `weigher`. A share of the memory is `Math.floor(availableMemory() / 4)`.
   */
  readonly maxBytes?: ByteSizeInput | undefined
  /**
   * How entries are measured: `estimate`, `sampled` or `serialized`, which are to be imported, or a function of your own.
   * Default: they are not, and `byteSize` is 0.
   */
  readonly weigher?: Weigher<K, V> | undefined
  /** What watches the heap: see `memoryPressure`, which is to be imported. Default: nothing. */
  readonly memoryPressure?: HeapWatch | undefined
}

const defaultMaxItems = 10_000

const parts: DictParts = {
  name: "SyncTtlDict",
  maxBytes: Number.POSITIVE_INFINITY,
  maxSize: defaultMaxItems,
  weigherOf: (input = weightless) =>
    typeof input === "function"
      ? Either.right({ weigh: input, least: input === weightless ? undefined : 0 })
      : Either.left("a function of key and value that returns bytes, such as estimate of effect-aws-cache/Sync"),
  makeHeapWatch: (cache, input) =>
    input === undefined || isWatch(input)
      ? Either.right(input)
      : Either.left(
        configError(cache, "memoryPressure", input, "what memoryPressure() of effect-aws-cache/Sync returns")
      ),
  memory: () => undefined
}

const weightless = () => 0

const isWatch = (input: unknown): input is HeapWatch => typeof input === "object" && input !== null && "swept" in input

/**
 * A dictionary whose entries expire, used like a `Map`, for programs without Effect. Nothing of Effect is loaded, and what
 * is not needed by all is imported by whoever needs it: `estimate`, which measures entries for a limit of `maxBytes`, and
 * `memoryPressure`.
 *
 * It throws `CacheConfigError`, `CacheExistsError` and `EntryTooLargeError`. What is not there is `undefined` or `false`,
 * as in a `Map`. Iterating goes over a snapshot, the least recently used first; entries that have left since are left out.
 *
 * @example
 * ```ts
 * import { estimate, SyncTtlDict } from "effect-aws-cache/Sync"
 * import * as assert from "node:assert/strict"
 *
 * const load = async (id: string) => ({ name: `user ${id}` })
 *
 * // Outside of the handler, so that it lasts from one invocation to the next.
 * const users = new SyncTtlDict<string, { readonly name: string }>({
 *   timeToLive: "10 minutes",
 *   maxSize: 10_000,
 *   maxBytes: "64M",
 *   weigher: estimate
 * })
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
  /** Throws `CacheConfigError` for an option it cannot accept. */
  constructor(options: SyncTtlDictOptions<K, V> = {}) {
    super(options, parts)
  }
}
