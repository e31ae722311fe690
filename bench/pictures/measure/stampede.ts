/**
 * Measures stampedes: several processes look one key up, and ask a slow source over HTTP, which notes when.
 */
import * as Effect from "effect/Effect"
import { make } from "../../../test/servers/LocalHttp.js"
import { runChild } from "../../lib/childProcess.js"
import { environment } from "../../lib/environment.js"
import { withServer } from "../../s3/server.js"
import type { StampedeData, StampedeVariant } from "../stampede.js"
import type { StampedeReport, StampedeTask } from "./stampedeChild.js"

const processes = 4
const lookupsPerSecond = 120
const sourceTakes = 0.5
const timeToLive = 3
const lasted = 12
const binSeconds = 0.1
// Milliseconds.
const tolerated = 400

const measureVariant = (variant: StampedeVariant) =>
  Effect.gen(function*() {
    const bucket = "stampede"
    const { credentials, endpoint } = yield* withServer(bucket)
    const asked: Array<number> = []
    const waiting: Array<() => void> = []
    let started = 0
    // Nobody begins before all are there.
    const source = yield* make((request, response) => {
      const answer = () => void response.end("value")
      if (request.url === "/start") {
        waiting.push(answer)
        if (waiting.length < processes) return
        started = performance.now()
        for (const each of waiting) each()
      } else {
        asked.push((performance.now() - started) / 1000)
        setTimeout(answer, sourceTakes * 1000)
      }
    })
    const task: StampedeTask = {
      variant,
      endpoint,
      bucket,
      credentials,
      source: source.url,
      timeToLive,
      lasted,
      lookupsPerSecond: lookupsPerSecond / processes
    }
    const children = yield* Effect.promise(() =>
      Promise.all(
        Array.from(
          { length: processes },
          () => runChild<StampedeReport>("pictures/measure/stampedeChild.js", task, 300_000)
        )
      )
    )
    const reports = children.flatMap(({ reports }) => reports)
    if (reports.length < processes) return yield* Effect.dieMessage(`a process of ${variant} did not finish`)
    const late = Math.max(...reports.map((each) => each.late))
    if (late > tolerated) {
      return yield* Effect.dieMessage(
        `the machine is too busy: lookups began ${Math.round(late)} ms late; try again later`
      )
    }
    const requests = Array.from({ length: Math.round(lasted / binSeconds) }, () => 0)
    for (const at of asked) {
      const bin = Math.floor(at / binSeconds)
      const count = requests[bin]
      if (count !== undefined) requests[bin] = count + 1
    }
    return { variant, lookups: reports.reduce((sum, { lookups }) => sum + lookups, 0), requests }
  }).pipe(Effect.scoped)

/** Measures every way of looking up, one after the other. */
export const measure = async (): Promise<StampedeData> => ({
  environment: environment(["effect", "@aws-sdk/client-s3"]),
  processes,
  lookupsPerSecond,
  sourceTakes,
  timeToLive,
  lasted,
  binSeconds,
  variants: await Effect.runPromise(Effect.forEach(["none", "memoize", "lease"] as const, measureVariant))
})
