/**
 * What the keys of clients and of resources have in common.
 */
import * as Data from "effect/Data"
import * as Equal from "effect/Equal"
import * as Hash from "effect/Hash"
import { NodeInspectSymbol } from "effect/Inspectable"
import { cutText } from "../../Cache/printing/cutText.js"

const longestLabel = 400

/**
 * A key that is told by its `id`, and shown without secrets wherever it is shown. Keys of two classes are never equal.
 */
export abstract class PrintedKey extends Data.Class<{
  /** Equal for equal keys, different for different ones. */
  readonly id: string
}> {
  readonly #name: string
  // Until the key is first shown it holds on to its configuration. Whoever keeps a key calls `printLabel`, so that only
  // the keys of hits, which nobody keeps, are spared the work.
  #print: (() => string) | undefined
  #label = ""
  #hash: number | undefined

  /**
   * @param fields what the key says; the `id` ends in at least 8 digits of a digest
   * @param name what comes before the brackets when it is shown
   * @param print what comes between them
   */
  protected constructor(fields: { readonly id: string }, name: string, print: () => string) {
    super(fields)
    this.#name = name
    this.#print = print
  }

  /** The key as it is shown: without secrets, in 400 characters at the most. */
  get label(): string {
    if (this.#print !== undefined) {
      this.#label = cutText(`${this.#name}(${this.#print()})`, longestLabel)
      this.#print = undefined
    }
    return this.#label
  }

  /** @since 1.0.0 */
  override toString(): string {
    return this.label
  }

  /** @since 1.0.0 */
  toJSON(): string {
    return this.label
  }

  /** @since 1.0.0 */
  [NodeInspectSymbol](): string {
    return this.label
  }

  /** @since 1.0.0 */
  [Equal.symbol](that: unknown): boolean {
    return that instanceof PrintedKey && that.id === this.id && that.constructor === this.constructor
  }

  // The inherited one keeps the hash on the key, which is frozen. The id ends in the digits of a digest, so the last
  // ones are a hash as they are.
  /** @since 1.0.0 */
  [Hash.symbol](): number {
    return this.#hash ??= Hash.optimize(Number.parseInt(this.id.slice(-8), 16))
  }
}

/** Makes a key let go of its configuration, and returns it. For whoever keeps a key. */
export const printLabel = <Key extends PrintedKey>(key: Key): Key => {
  // A key that has been shown has no more use for it.
  void key.label
  return key
}
