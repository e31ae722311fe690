/**
 * Replays three traces at many capacities.
 */
import { evictionPolicyNames } from "effect-aws-cache/Cache"
import { fileURLToPath } from "node:url"
import { hitsOf, optimalHits } from "../../hitratio/replay.js"
import { type Trace, tracesIn } from "../../hitratio/Trace.js"
import { generatedTrace } from "../../hitratio/traces/generated.js"
import { repository } from "../../lib/repository.js"
import type { HitRatioData } from "../hitRatio.js"

const shares = [0.25, 0.35, 0.5, 0.7, 1, 1.4, 2, 2.8, 4]

const replay = (trace: Trace): HitRatioData["traces"][number] => {
  const optimum = optimalHits(trace)
  const row = (policy: string, hits: (capacity: number) => number) => ({
    policy,
    hitRatios: shares.map((share) =>
      Number(((100 * hits(Math.round(share * trace.unique / 100))) / trace.keys.length).toFixed(2))
    )
  })
  return {
    trace: trace.name,
    requests: trace.keys.length,
    keys: trace.unique,
    rows: [
      row("OPT", (capacity) => optimum(capacity).requests),
      ...evictionPolicyNames.map((policy) => row(policy, (capacity) => hitsOf(trace, policy, capacity).requests))
    ]
  }
}

/** Replays one trace after the other. */
export const measure = async (): Promise<HitRatioData> => ({
  shares,
  traces: [
    ...tracesIn(fileURLToPath(new URL("bench/hitratio/traces", repository))),
    generatedTrace("zipf-0.99", 0.5),
    generatedTrace("pairs-loop-pairs")
  ].map(({ load }) => replay(load()))
})
