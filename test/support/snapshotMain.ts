/**
 * Writes a snapshot with one entry, then starts to write one with many over it, says `in the middle` on standard output
 * when a part of it is written, and waits to be killed. The argument is the path.
 */
import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import { TtlDict } from "effect-aws-cache/Ttl"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import process from "node:process"
import { stoppedWrites } from "./stoppedWrites.js"

const [path = ""] = process.argv.slice(2)

const program = Effect.gen(function*() {
  yield* TtlDict.set("old", "value")
  yield* TtlDict.snapshot(path)
  for (let at = 0; at < 1000; at++) yield* TtlDict.set(`new ${at}`, "x".repeat(10_000))
  const waitToBeKilled = Effect.zipRight(Console.log("in the middle"), Effect.never)
  yield* Effect.provide(TtlDict.snapshot(path), stoppedWrites(20, waitToBeKilled))
})

// A fiber that waits for nothing keeps no process alive.
process.stdin.resume()
await Effect.runPromise(
  program.pipe(Effect.provide(Layer.merge(TtlDict.layer({ maxBytes: "64M" }), NodeFileSystem.layer)))
)
