/**
 * Runs the embedded S3 server as a process. The buckets to create are the arguments or, without arguments, the names in
 * `EMBEDDED_S3_BUCKETS` (separated by commas). When it is ready it prints one line, `endpoint=http://127.0.0.1:PORT`;
 * SIGTERM and SIGINT end it with code 0.
 */
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import { EmbeddedS3 } from "effect-aws-cache/testing"
import * as Cause from "effect/Cause"
import * as Config from "effect/Config"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Logger from "effect/Logger"
import process from "node:process"

const program = Effect.gen(function*() {
  const fromEnvironment = yield* Config.withDefault(Config.array(Config.string(), "EMBEDDED_S3_BUCKETS"), [])
  const named = process.argv.slice(2)
  const { endpoint } = yield* EmbeddedS3.make({ buckets: named.length > 0 ? named : fromEnvironment })
  yield* Console.log(`endpoint=${endpoint}`)
  return yield* Effect.never
})

// Standard output belongs to the endpoint: what goes wrong is told on standard error.
const stderrLogger = Logger.replace(Logger.defaultLogger, Logger.prettyLogger({ stderr: true }))

program.pipe(
  Effect.scoped,
  Effect.tapErrorCause((cause) => Cause.isInterruptedOnly(cause) ? Effect.void : Effect.logError(cause)),
  Effect.provide(stderrLogger),
  NodeRuntime.runMain({
    disableErrorReporting: true,
    disablePrettyLogger: true,
    // Being told to end is no failure.
    teardown: (exit, onExit) => onExit(Exit.isSuccess(exit) || Cause.isInterruptedOnly(exit.cause) ? 0 : 1)
  })
)
