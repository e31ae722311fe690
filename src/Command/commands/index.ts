/**
 * All verbs, in the order of the help.
 */
import type { Verb } from "../arguments/Verb.js"
import { bench } from "./bench.js"
import { copy } from "./copy.js"
import { cost } from "./cost.js"
import { doctor } from "./doctor.js"
import { get } from "./get.js"
import { invalidate } from "./invalidate.js"
import { ls } from "./ls.js"
import { prune } from "./prune.js"
import { simulate } from "./simulate.js"
import { stat } from "./stat.js"

/** All verbs. */
export const verbs: ReadonlyArray<Verb> = [stat, ls, get, invalidate, prune, copy, doctor, cost, bench, simulate]
