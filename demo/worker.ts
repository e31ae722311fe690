/**
 * The second process of the demo: looks up every zone once, and prints what that came to as one line of JSON.
 */
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import { ClientCacheLive } from "effect-aws-cache/ClientLayer"
import { S3Cache } from "effect-aws-cache/S3Store"
import * as Config from "effect/Config"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Logger from "effect/Logger"
import * as Schema from "effect/Schema"
import { bucket } from "./Bucket.js"
import { makeRound, Round } from "./Zones.js"

const program = Effect.gen(function*() {
  const source = yield* Config.string("DEMO_SOURCE")
  const { options } = yield* bucket
  const result = yield* Effect.flatten(makeRound(source)).pipe(
    Effect.provide(S3Cache.layerS3(options)),
    Effect.provide(ClientCacheLive)
  )
  yield* Console.log(yield* Schema.encode(Schema.parseJson(Round))(result))
})

// The line of JSON is all that goes to the standard output.
const logToStandardError = Logger.replace(
  Logger.defaultLogger,
  Logger.withConsoleError(Logger.stringLogger)
)

NodeRuntime.runMain(program.pipe(Effect.scoped, Effect.provide(logToStandardError)), { disablePrettyLogger: true })
