/**
 * The demo: shows what one buys the library for, and checks each claim it prints. See README.md.
 *
 * Options: `--html FILE` writes the same as a page, with pictures.
 */
import * as NodeContext from "@effect/platform-node/NodeContext"
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as FileSystem from "@effect/platform/FileSystem"
import { ClientCacheLive } from "effect-aws-cache/ClientLayer"
import { S3Cache } from "effect-aws-cache/S3Store"
import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import { cpus } from "node:os"
import { dirname, resolve } from "node:path"
import { parseArgs } from "node:util"
import { type Bucket, bucket } from "./Bucket.js"
import { cacheOptions } from "./cacheOptions.js"
import { page, type Run } from "./page.js"
import type { Outcome, Part, ShownPart } from "./Part.js"
import * as clients from "./parts/clients.js"
import * as dictionary from "./parts/dictionary.js"
import * as lease from "./parts/lease.js"
import * as outage from "./parts/outage.js"
import * as sharing from "./parts/sharing.js"
import * as stale from "./parts/stale.js"
import * as tags from "./parts/tags.js"
import * as SecondProcess from "./SecondProcess.js"
import * as SlowSource from "./SlowSource.js"
import type { Stage } from "./Stage.js"
import { paint, printLines, printOutcome, styleOf, withProgress } from "./terminal.js"
import { DemoError, verdict } from "./verdict.js"

const style = styleOf(process.stdout.isTTY, process.env)

const options = Effect.try({
  try: () => parseArgs({ options: { html: { type: "string" } } }).values,
  catch: (cause) =>
    new DemoError({
      message: `${cause instanceof Error ? cause.message : String(cause)}\nUsage: npm run demo [-- --html FILE]`
    })
})

/** Runs all parts, and prints what comes of them. */
const showAll = (where: Bucket) => {
  let began = false
  return Effect.gen(function*() {
    const source = yield* SlowSource.make({ delayMillis: sharing.sourceMillis })
    const second = yield* SecondProcess.start(where)
    yield* printLines([
      `${paint(style, "bold", "effect-aws-cache")}, on ${where.description}`,
      paint(style, "dim", `this process: ${process.pid}, second process: ${second.processId}`)
    ])

    const shown: Array<ShownPart> = []
    const show = <A extends Outcome, E, R>(part: Part, run: (stage: Stage) => Effect.Effect<A, E, R>) =>
      Effect.gen(function*() {
        yield* printLines(["", paint(style, "bold", `${shown.length + 1}. ${part.title}`)])
        const outcome = yield* withProgress(style, (say) => run({ source, where, second, say }))
        yield* printLines(printOutcome(style, outcome))
        shown.push({ ...part, ...outcome })
        return outcome
      })

    yield* Effect.gen(function*() {
      began = true
      const { first } = yield* show(sharing.part, sharing.run)
      yield* show(outage.part, outage.run)
      yield* show(lease.part, lease.run)
      yield* show(tags.part, tags.run)
      yield* show(stale.part, stale.run)
      yield* show(clients.part, clients.run)
      yield* show(dictionary.part, (stage) => dictionary.run(stage, first))
    }).pipe(Effect.provide(S3Cache.layerS3({ ...cacheOptions(where.options), verify: "startup" })))
    return shown
  }).pipe(
    Effect.scoped,
    // Both processes have ended what they were at.
    Effect.ensuring(
      Effect.catchAllCause(
        Effect.suspend(() => began ? where.cleanUp : Effect.void),
        () => printLines([`Could not remove what the demo wrote below ${where.options.keyPrefix}`])
      )
    )
  )
}

/** Makes the folder of the page, and gives what writes it: a place where none can be is told before anything is shown. */
const pageWriter = (file: string) =>
  Effect.gen(function*() {
    const fs = yield* FileSystem.FileSystem
    const path = resolve(file)
    yield* fs.makeDirectory(dirname(path), { recursive: true }).pipe(
      Effect.zipRight(fs.access(dirname(path), { writable: true })),
      Effect.mapError(({ message }) =>
        new DemoError({ message: `no page can be written to --html ${file}: ${message}` })
      )
    )
    return (run: Run) => Effect.zipRight(fs.writeFileString(path, page(run)), printLines(["", `Wrote ${path}`]))
  })

const program = Effect.gen(function*() {
  const { html } = yield* options
  const writePage = html === undefined ? () => Effect.void : yield* pageWriter(html)
  const start = yield* Clock.currentTimeMillis
  const where = yield* bucket
  const parts = yield* showAll(where)
  const now = yield* Clock.currentTimeMillis
  const seconds = (now - start) / 1000
  yield* writePage({
    parts,
    bucket: where.description,
    date: new Date(now).toISOString().slice(0, 10),
    machine: `Node ${process.versions.node}, ${cpus().length} × ${cpus()[0]?.model ?? "a processor"}`,
    seconds
  })
  const claims = yield* verdict(parts)
  yield* printLines(["", `All ${claims} claims hold, after ${seconds.toFixed(1)} s.`])
}).pipe(Effect.scoped, Effect.provide(ClientCacheLive), Effect.provide(NodeContext.layer))

NodeRuntime.runMain(program, {
  // 130 is what a shell expects of a program that SIGINT ended.
  teardown: (exit, onExit) => onExit(Exit.isSuccess(exit) ? 0 : Cause.isInterruptedOnly(exit.cause) ? 130 : 1)
})
