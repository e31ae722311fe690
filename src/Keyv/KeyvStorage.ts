/**
 * What Keyv needs of a storage, over anything that holds entries.
 *
 * @since 1.0.0
 */
import { handleRejection } from "../Cache/engine/handleRejection.js"

/**
 * What a `KeyvStorage` is made over. Values that are not there are `undefined`.
 *
 * @since 1.0.0
 * @category models
 */
export interface KeyvStorageEntries {
  /** The value under a key; `undefined` when there is none. */
  readonly get: (key: string) => Promise<unknown>
  /** The values under keys, in their order. */
  readonly getMany: (keys: ReadonlyArray<string>) => Promise<Array<unknown>>
  /**
   * Sets an entry, whether there was one or not.
   *
   * @param ttl how many milliseconds the entry lives, more than 0; `undefined`: as long as the cache says
   */
  readonly set: (key: string, value: unknown, ttl: number | undefined) => Promise<void>
  /** Whether there is something under keys, in their order. */
  readonly hasMany: (keys: ReadonlyArray<string>) => Promise<Array<boolean>>
  /** Tells of each key whether there was an entry. */
  readonly removeMany: (keys: ReadonlyArray<string>) => Promise<ReadonlyArray<boolean>>
  /** Removes what begins with a prefix; everything, if there is none. */
  readonly clear: (prefix: string | undefined) => Promise<void>
  /** What begins with a prefix; everything, if there is none. */
  readonly iterate: (prefix: string | undefined) => AsyncIterable<readonly [key: string, value: unknown]>
  /** Returns when everything that was set before is where it belongs. */
  readonly flush: () => Promise<void>
}

/**
 * A storage for Keyv 5, and for Keyv 6, which bridges it. Its types are those of Keyv, which this package does not need.
 *
 * It rejects with what went wrong, such as an `ObjectStoreError`. Keyv makes misses of reads that fail, and of writes that
 * fail events: so that nothing is lost, failed reads of one entry are told to `error` listeners, too.
 *
 * Keyv puts the namespace before the keys itself: a namespace is the keys that begin with it and a colon. Where two Keyvs
 * share one storage, `clear` is for the namespace of the one that was made last: let each have a storage of its own, over
 * the same dictionary or keyspace.
 *
 * @since 1.0.0
 * @category models
 */
export class KeyvStorage {
  /**
   * The namespace that `clear` removes: Keyv sets it. Without one it removes everything.
   *
   * @since 1.0.0
   */
  namespace: string | undefined = undefined
  /**
   * Options, for Keyv. It iterates only over the dialects that it knows, of which this one means no more than that keys
   * come with the namespace before them.
   *
   * @since 1.0.0
   */
  readonly opts: { readonly dialect: string; readonly url: string; deserialize?: unknown } = {
    dialect: "redis",
    url: ""
  }
  readonly #entries: KeyvStorageEntries
  readonly #errorListeners = new Set<(error: unknown) => unknown>()

  /** Made by `dictStorage` and `s3CacheStorage`, or over what else holds entries. */
  constructor(entries: KeyvStorageEntries) {
    this.#entries = entries
  }

  /**
   * The value under a key, or `undefined`.
   *
   * @since 1.0.0
   */
  get<Value>(key: string): Promise<Value | undefined>
  async get(key: string): Promise<unknown> {
    try {
      return await this.#entries.get(key)
    } catch (error) {
      this.#tell(error)
      throw error
    }
  }

  /**
   * The values under keys, in their order.
   *
   * @since 1.0.0
   */
  getMany<Value>(keys: Array<string>): Promise<Array<Value | undefined>>
  async getMany(keys: Array<string>): Promise<Array<unknown>> {
    return this.#entries.getMany(keys)
  }

  /**
   * Writes an entry that lives so many milliseconds; without `ttl`, as long as the dictionary or keyspace says. With one
   * that is not above 0, the entry has expired already: what was there is removed.
   *
   * @since 1.0.0
   */
  async set(key: string, value: unknown, ttl?: number): Promise<boolean> {
    if (ttl !== undefined && ttl <= 0) await this.#entries.removeMany([key])
    else await this.#entries.set(key, value, ttl)
    return true
  }

  /**
   * Whether there is an entry.
   *
   * @since 1.0.0
   */
  async has(key: string): Promise<boolean> {
    return (await this.#entries.hasMany([key]))[0] === true
  }

  /**
   * Whether there are entries, in the order of the keys.
   *
   * @since 1.0.0
   */
  async hasMany(keys: Array<string>): Promise<Array<boolean>> {
    return this.#entries.hasMany(keys)
  }

  /**
   * Removes an entry; resolves to whether there was one.
   *
   * @since 1.0.0
   */
  async delete(key: string): Promise<boolean> {
    return this.deleteMany([key])
  }

  /**
   * Removes entries; resolves to whether there was one under every key.
   *
   * @since 1.0.0
   */
  async deleteMany(keys: Array<string>): Promise<boolean> {
    return (await this.#entries.removeMany(keys)).every((removed) => removed)
  }

  /**
   * Removes the entries of the namespace, or all if there is none.
   *
   * @since 1.0.0
   */
  async clear(): Promise<void> {
    await this.#entries.clear(prefixOf(this.namespace))
  }

  /**
   * The entries of a namespace, or all if there is none, with their keys as they are stored.
   *
   * @since 1.0.0
   */
  iterator<Value>(namespace?: string): AsyncGenerator<Array<string | Awaited<Value> | undefined>, void>
  async *iterator(namespace?: string): AsyncGenerator<Array<unknown>, void> {
    for await (const [key, value] of this.#entries.iterate(prefixOf(namespace))) yield [key, value]
  }

  /**
   * Waits for entries that are written behind. The dictionary or cache stays open: it is its owner's.
   *
   * @since 1.0.0
   */
  async disconnect(): Promise<void> {
    await this.#entries.flush()
  }

  /**
   * Calls a listener with what `get` rejects with (`"error"`); there are no other events. What it throws, or rejects with,
   * is harmless. One function is one listener, however often it is given. Of more than 100 the oldest is forgotten: each
   * Keyv adds one, and none takes its own away.
   *
   * @since 1.0.0
   */
  on(event: string, listener: (error: unknown) => unknown): this {
    if (event !== "error") return this
    this.#errorListeners.add(listener)
    if (this.#errorListeners.size > mostListeners) {
      for (const oldest of this.#errorListeners) {
        this.#errorListeners.delete(oldest)
        break
      }
    }
    return this
  }

  /**
   * Its kind and namespace; no keys and no values.
   *
   * @since 1.0.0
   */
  toJSON(): unknown {
    return { _id: "KeyvStorage", namespace: this.namespace }
  }

  #tell(error: unknown): void {
    for (const listener of this.#errorListeners) {
      try {
        handleRejection(listener(error), () => {})
      } catch {
        // The call fails with its own error, whatever a listener throws.
      }
    }
  }
}

/** How many listeners are kept. */
const mostListeners = 100

const prefixOf = (namespace: string | undefined): string | undefined =>
  namespace === undefined || namespace === "" ? undefined : `${namespace}:`
