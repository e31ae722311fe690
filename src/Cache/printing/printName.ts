/**
 * Names of caches for people.
 *
 * @since 0.1.0
 */
import { cutText } from "./cutText.js"

/**
 * The name of a cache as it is printed, 100 characters at the most.
 *
 * @since 0.1.0
 * @category formatting
 */
export const printName = (name: string): string => cutText(name, 100)
