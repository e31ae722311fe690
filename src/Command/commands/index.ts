/**
 * All verbs, in the order of the help.
 */
import type { Verb } from "../arguments/Verb.js"
import { simulate } from "./simulate.js"
import { stat } from "./stat.js"

/** All verbs. */
export const verbs: ReadonlyArray<Verb> = [stat, simulate]
