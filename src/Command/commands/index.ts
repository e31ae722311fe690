/**
 * All verbs, in the order of the help.
 */
import type { Verb } from "../arguments/Verb.js"
import { bench } from "./bench.js"
import { cost } from "./cost.js"
import { doctor } from "./doctor.js"
import { simulate } from "./simulate.js"
import { stat } from "./stat.js"

/** All verbs. */
export const verbs: ReadonlyArray<Verb> = [stat, doctor, cost, bench, simulate]
