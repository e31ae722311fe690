/**
 * Measures an outage of S3: a program in a process of its own, the server in another, and a proxy between them here.
 */
import * as Effect from "effect/Effect"
import { Fault, make as makeProxy } from "../../../test/servers/FaultProxy.js"
import { make } from "../../../test/servers/LocalHttp.js"
import { runChild } from "../../lib/childProcess.js"
import { environment } from "../../lib/environment.js"
import { withServer } from "../../s3/server.js"
import type { OutageData } from "../outage.js"
import type { OutageReport, OutageTask } from "./outageChild.js"

const settings = {
  lookupsPerSecond: 80,
  keys: 1000,
  maxSize: 200,
  sourceTakes: 50,
  timeout: 500
}
const downFrom = 12
const downTo = 42
const lasted = 60

const program = Effect.gen(function*() {
  const bucket = "outage"
  const { credentials, endpoint } = yield* withServer(bucket)
  const proxy = yield* makeProxy({ port: Number(new URL(endpoint).port) })
  let start = () => {}
  const started = new Promise<void>((resolve) => {
    start = resolve
  })
  const source = yield* make((request, response) => {
    if (request.url === "/start") {
      start()
      response.end()
    } else {
      setTimeout(() => response.end(request.url), settings.sourceTakes)
    }
  })
  yield* Effect.promise(() => started).pipe(
    Effect.zipRight(Effect.sleep(downFrom * 1000)),
    Effect.zipRight(proxy.set(Fault.Hang())),
    Effect.zipRight(Effect.sleep((downTo - downFrom) * 1000)),
    Effect.zipRight(proxy.set(Fault.Pass())),
    Effect.forkScoped
  )
  const task: OutageTask = { ...settings, lasted, bucket, credentials, endpoint: proxy.url, source: source.url }
  const { reports: [report] } = yield* Effect.promise(() =>
    runChild<OutageReport>("pictures/measure/outageChild.js", task, 300_000)
  )
  if (report === undefined) return yield* Effect.dieMessage("the program did not finish")
  const data: OutageData = {
    environment: environment(["effect", "@aws-sdk/client-s3"]),
    ...settings,
    downFrom,
    downTo,
    ...report
  }
  return data
}).pipe(Effect.scoped)

/** Measures it in real time. */
export const measure = (): Promise<OutageData> => Effect.runPromise(program)
