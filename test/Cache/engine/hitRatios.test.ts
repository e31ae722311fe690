import { assert, describe, it } from "@effect/vitest"
import { Absent, BoundedMap, type EvictionPolicyName, evictionPolicyNames } from "effect-aws-cache/Cache"
import { readFileSync } from "node:fs"
import { gunzipSync } from "node:zlib"

const capacities = [75, 300, 1200, 4800]

// Hits of 95,607 requests. Those of LRU, LFU and LFU-DA equal the published ratios of other simulators to 0.01 points.
const expected: Record<EvictionPolicyName, ReadonlyArray<number>> = {
  "LRU": [31_769, 46_860, 63_917, 76_858],
  "LFU": [15_126, 30_047, 55_278, 76_679],
  "LFU-DA": [34_168, 51_925, 67_610, 77_751],
  "S3-FIFO": [30_489, 51_010, 67_748, 77_761],
  "W-TinyLFU": [33_762, 51_835, 67_974, 77_764],
  "Adaptive": [33_561, 51_342, 67_844, 78_021],
  "GDSF": [33_903, 52_081, 67_860, 77_837]
}

describe("hit ratios on the web12 trace", () => {
  const trace = new URL("../../../bench/hitratio/traces/web12.gz", import.meta.url)
  const requests = gunzipSync(readFileSync(trace)).toString("latin1").trimEnd().split("\n").map(Number)

  it.each(evictionPolicyNames)("%s hits exactly as often as it did", (evictionPolicy) => {
    assert.lengthOf(requests, 95_607)
    const hits = capacities.map((maxSize) => {
      const map = new BoundedMap<number, number>({ evictionPolicy, maxSize })
      for (const key of requests) if (map.get(key, 0) === Absent) map.set(key, 0, 0)
      return map.counters.hits
    })
    assert.deepStrictEqual(hits, expected[evictionPolicy])
  })
})
