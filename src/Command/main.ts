/**
 * The operator's command, `effect-aws-cache`, as a process.
 */
import "../effect/needsEffect3.js"
import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import * as NodePath from "@effect/platform-node/NodePath"
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import { fileURLToPath } from "node:url"
import { exitCodes } from "./arguments/Verb.js"
import { runCommand } from "./runCommand.js"
import { printable } from "./terminal/printable.js"
import { makeScreen } from "./terminal/Screen.js"

/** What shells give to a process that ended by SIGINT. */
const interrupted = 130

const program = Effect.scoped(Effect.gen(function*() {
  const screen = yield* makeScreen
  const manifest = fileURLToPath(new URL("../../package.json", import.meta.url))
  return yield* runCommand(process.argv.slice(2), screen, manifest)
})).pipe(
  // What nobody has thought of: a package that is not there, or a fault of this command.
  Effect.catchAllCause((cause) =>
    Cause.isInterrupted(cause)
      ? Effect.failCause(cause)
      : Effect.sync(() => {
        const lines = Cause.pretty(cause).slice(0, 2000).split("\n").map((line) => printable(line))
        process.stderr.write(`error: ${lines.join("\n")}\n`)
        return exitCodes.store
      })
  ),
  Effect.provide(Layer.merge(NodeFileSystem.layer, NodePath.layer))
)

NodeRuntime.runMain(program, {
  disableErrorReporting: true,
  disablePrettyLogger: true,
  teardown: (exit, end) => end(Exit.isSuccess(exit) && typeof exit.value === "number" ? exit.value : interrupted)
})
