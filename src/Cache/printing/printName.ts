/**
 * Names of caches for people.
 */
import { cutText } from "./cutText.js"

/** The name of a cache as it is printed, 100 characters at the most. */
export const printName = (name: string): string => cutText(name, 100)
