/**
 * Telling of functions of the user's that fail.
 */
import { cutText } from "../printing/cutText.js"
import { keyText } from "../printing/keyText.js"

const longest = 500
const firstTold = 10

/**
 * Tells Node's warnings (`process.on("warning", ...)`) of failures that reach nobody else: of the first ten, then of every
 * one that doubles their number, so that a function that always fails does not fill the log or the memory.
 */
export class FailureWarnings {
  /** How many failures there were. */
  failures = 0
  private readonly type: string
  private next = firstTold + 1

  /** @param type of the warnings */
  constructor(type: string) {
    this.type = type
  }

  /** Tells something. */
  warn(text: string): void {
    process.emitWarning(cutText(text, longest), { type: this.type })
  }

  /**
   * A function has failed.
   *
   * @param what has failed; asked only when it is told
   * @param thrown what it threw, or its promise was rejected with
   */
  failed(what: () => string, thrown: unknown): void {
    this.failures++
    if (this.failures > firstTold) {
      if (this.failures < this.next) return
      this.next = this.failures * 2
    }
    const so = this.failures > firstTold ? ` (${this.failures} failures so far)` : ""
    this.warn(`${what()}: ${cutText(thrownText(thrown), longest / 2)}${so}`)
  }
}

// Whatever it is, a warning has to be made of it.
const thrownText = (thrown: unknown): string => typeof thrown === "string" ? thrown : keyText(thrown)
