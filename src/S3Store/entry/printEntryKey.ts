/**
 * Keys of entries in messages.
 */
import { cutText } from "../../Cache/printing/cutText.js"

/** The keyspace and the key, of which 200 characters at most are shown. */
export const printEntryKey = (keyspace: string, key: string): string => `${keyspace}(${cutText(key, 200)})`
