/**
 * A function of AWS Lambda whose process is told to end while an event is under way (`event`), or while its layer is built
 * for one (`layer`).
 */
import * as Lambda from "effect-aws-cache/lambda"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import process from "node:process"

let open = false

const hanging = Effect.zipRight(
  Effect.sync(() => setImmediate(() => process.kill(process.pid, "SIGTERM"))),
  Effect.never
)

const layer = Layer.scopedDiscard(Effect.zipRight(
  Effect.acquireRelease(
    Effect.sync(() => (open = true)),
    () => Effect.zipRight(Effect.sync(() => (open = false)), Console.log("closed"))
  ),
  process.argv[2] === "layer" ? hanging : Effect.void
))

const handler = Lambda.handler(
  () =>
    Effect.ensuring(
      hanging,
      Effect.zipRight(
        Effect.sleep("20 millis"),
        Effect.suspend(() => Console.log(`ended while open: ${open}`))
      )
    ),
  { layer, close: "1 minute" }
)

// Somebody has to stay.
const stay = setInterval(() => {}, 60_000)
handler({}, { getRemainingTimeInMillis: () => Number(process.argv[3] ?? 600_000) }).then(
  () => process.stdout.write("answered\n"),
  (error: unknown) => process.stdout.write(`rejected: ${error instanceof Error ? error.name : "?"}\n`)
)
process.on("exit", () => clearInterval(stay))
