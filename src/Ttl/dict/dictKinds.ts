/**
 * Telling the options of a dictionary with Effect from others.
 */
import type { OptionKinds } from "../../Cache/engine/options/optionKinds.js"
import { metricsKind } from "../../Cache/metrics/makeMeter.js"
import { freshnessKinds } from "../../Cache/store/freshnessKinds.js"
import { tracingKind } from "../../Cache/tracing/Tracing.js"
import { type Options, sharedKinds } from "./DictOptions.js"

/** Which options a dictionary has. */
export const dictKinds: OptionKinds<Options<never, never>> = {
  ...sharedKinds,
  ...freshnessKinds,
  failureWeigher: "function",
  onRemoval: "function",
  removalQueue: "any",
  gracePeriod: "duration",
  sweepInterval: "any",
  eventCapacity: "count",
  metrics: metricsKind,
  tracing: tracingKind
}
