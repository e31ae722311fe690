/**
 * How a key is shown where `printKey` may not be loaded: as that does where it is, else by what kind of value it is.
 */
import { showValue } from "../engine/options/showValue.js"

let printer: (key: unknown) => string = showValue

/** Says how keys are shown from now on. */
export const useKeyPrinter = (print: (key: unknown) => string): void => {
  printer = print
}

/**
 * A key as it appears in messages, 200 characters at the most: as `printKey` shows it, once that is loaded, and else
 * primitives by their text and objects by what they are.
 */
export const keyText = (key: unknown): string => printer(key)
