/**
 * What a dictionary is put together from.
 *
 * @since 1.0.0
 */
import type { EvictingMap } from "../../Cache/engine/EvictingMap.js"
import type { CacheConfigError } from "../../Cache/errors/CacheErrors.js"
import type { ByteSizeInput } from "../../Cache/memory/parseByteSize.js"
import type { Either } from "../../effect/plainEither.js"
import type { Weigher, WeigherInput } from "./Weigher.js"

/**
 * What watches the heap for one dictionary, and evicts what is to be given back: see `memoryPressure`.
 *
 * @since 1.0.0
 * @category models
 */
export interface HeapWatch {
  /** What it is. */
  readonly _tag: "HeapWatch"
  /**
   * The entry under a key was written.
   *
   * @internal
   */
  readonly wrote: <K, V>(map: EvictingMap<K, V>, key: K, now: number) => void
  /**
   * Expired entries were reclaimed. Returns whether nothing is left to be given back.
   *
   * @internal
   */
  readonly swept: <K, V>(map: EvictingMap<K, V>, now: number) => boolean
}

/** How entries are measured. */
interface Weighing<in K, in V> {
  readonly weigh: Weigher<K, V>
  /** The weight that no entry is below, in bytes; `undefined` where nothing is measured. */
  readonly least: number | undefined
}

/**
 * What one face of the dictionary brings along, and another one is given by whoever uses it, so that nobody loads what is
 * not needed.
 */
export interface DictParts {
  /** The name of a dictionary that is given none. */
  readonly name: string
  /** The limit of bytes where none is given. */
  readonly maxBytes: ByteSizeInput
  /** The limit of entries where no limit is given. */
  readonly maxSize: number
  /** The weigher that an option stands for; left, what is accepted. */
  readonly weigherOf: <K, V>(input: WeigherInput<K, V> | undefined) => Either<Weighing<K, V>, string>
  /** What watches the heap, if anything is to. */
  readonly makeHeapWatch: (cache: string, input: unknown) => Either<HeapWatch | undefined, CacheConfigError>
  /** What 100 % of the memory is, in bytes; `undefined` where nobody knows. */
  readonly memory: () => number | undefined
}
