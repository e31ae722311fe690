/**
 * What verbs have in common.
 */
import { flag, whole } from "../arguments/Option.js"

/** Prints JSON. */
export const jsonOption = flag("json", "prints JSON, for programs")

/** How many requests run at the same time. */
export const concurrencyOption = whole("concurrency", "N", "how many requests run at the same time; 32 by default")

/** As many as the connections of the SDK allow without waiting, and far fewer than S3 takes of one prefix. */
export const defaultConcurrency = 32
