/**
 * The second process of the demo: does a job for each line of its standard input, and answers each with a line of JSON.
 */
import * as NodeContext from "@effect/platform-node/NodeContext"
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import { ClientCacheLive } from "effect-aws-cache/ClientLayer"
import { S3Cache } from "effect-aws-cache/S3Store"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Logger from "effect/Logger"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { createInterface } from "node:readline"
import { bucket } from "./Bucket.js"
import { cacheOptions } from "./cacheOptions.js"
import { Job } from "./jobs/Job.js"
import { Reports, wantReports } from "./jobs/reports.js"
import { restore, Restored } from "./jobs/restore.js"
import { Watch, watch } from "./jobs/watch.js"
import { lookUpAll, Round } from "./Zones.js"

const json = <A, I>(schema: Schema.Schema<A, I>) => Schema.encode(Schema.parseJson(schema))

const answer = Effect.fnUntraced(function*(job: Job) {
  switch (job._tag) {
    case "LookUp":
      return yield* Effect.flatMap(lookUpAll(job.source, job.keyspace, job.zones), json(Round))
    case "Reports":
      return yield* Effect.flatMap(wantReports(job.coordination, job.at), json(Reports))
    case "Watch":
      return yield* Effect.flatMap(watch(job.source, job.zone), json(Watch))
    case "Restore":
      return yield* Effect.flatMap(restore(job.path), json(Restored))
  }
})

const program = Effect.gen(function*() {
  const { options } = yield* bucket
  yield* Stream.fromAsyncIterable(createInterface({ input: process.stdin }), String).pipe(
    Stream.mapEffect((line) => Schema.decode(Schema.parseJson(Job))(line)),
    Stream.mapEffect(answer),
    Stream.runForEach((line) => Console.log(line)),
    Effect.provide(S3Cache.layerS3(cacheOptions(options)))
  )
}).pipe(Effect.scoped, Effect.provide(ClientCacheLive), Effect.provide(NodeContext.layer))

// The lines of JSON are all that goes to the standard output.
const logToStandardError = Logger.replace(
  Logger.defaultLogger,
  Logger.withConsoleError(Logger.stringLogger)
)

NodeRuntime.runMain(program.pipe(Effect.provide(logToStandardError)), { disablePrettyLogger: true })
