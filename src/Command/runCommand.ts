/**
 * A command line, from its words to the code that the process ends with.
 */
import { FileSystem } from "@effect/platform/FileSystem"
import type { Path } from "@effect/platform/Path"
import * as Effect from "effect/Effect"
import { nearestName } from "../Cache/engine/options/nearestName.js"
import { fromEither } from "../effect/outcomes.js"
import { readArguments } from "./arguments/Given.js"
import { commandHelp, commandName, verbHelp } from "./arguments/help.js"
import { UsageError } from "./arguments/UsageError.js"
import { type ExitCode, exitCodes, type VerbError } from "./arguments/Verb.js"
import { verbs } from "./commands/index.js"
import { printable } from "./terminal/printable.js"
import type { OutputClosed, Screen } from "./terminal/Screen.js"

const isHelp = (word: string) => word === "--help" || word === "-h"

/** The words before `--`, which ends the options. */
const optionsOf = (words: ReadonlyArray<string>) =>
  words.slice(0, words.includes("--") ? words.indexOf("--") : undefined)

const versionOf = (manifest: string): Effect.Effect<string, never, FileSystem> =>
  Effect.gen(function*() {
    const fs = yield* FileSystem
    const parsed: unknown = JSON.parse(yield* Effect.orDie(fs.readFileString(manifest)))
    return typeof parsed === "object" && parsed !== null && "version" in parsed ? String(parsed.version) : ""
  })

const dispatch = (
  words: ReadonlyArray<string>,
  screen: Screen,
  manifest: string
): Effect.Effect<ExitCode, VerbError, FileSystem | Path> => {
  const [first, ...rest] = words
  if (first === undefined || isHelp(first) || (first === "help" && rest.length === 0)) {
    return Effect.as(
      screen.print(commandHelp(screen.paint, verbs)),
      first === undefined ? exitCodes.usage : exitCodes.done
    )
  }
  const tellVersion = Effect.as(Effect.flatMap(versionOf(manifest), screen.print), exitCodes.done)
  if (first === "--version" || first === "-v") return tellVersion
  const asksForHelp = first === "help"
  const name = asksForHelp ? rest[0] ?? "" : first
  const verb = verbs.find((each) => each.name === name)
  if (verb === undefined) {
    const meant = nearestName(name, verbs.map((each) => each.name))
    const hint = meant === undefined
      ? `verbs are ${verbs.map((each) => each.name).join(", ")}`
      : `did you mean ${meant}?`
    return new UsageError({ detail: `there is no verb ${printable(name, 80)}: ${hint}` })
  }
  if (asksForHelp || optionsOf(rest).some(isHelp)) {
    return Effect.as(screen.print(verbHelp(screen.paint, verb)), exitCodes.done)
  }
  if (optionsOf(rest).includes("--version")) return tellVersion
  return Effect.flatMap(fromEither(readArguments(verb, rest)), (given) => verb.run(given, screen))
}

const failureOf = (
  screen: Screen,
  words: ReadonlyArray<string>,
  error: Exclude<VerbError, OutputClosed>
): Effect.Effect<ExitCode> => {
  const told = screen.paintNote("red", "error")
  const message = printable(error.message, 1000)
  switch (error._tag) {
    case "UsageError": {
      const verb = verbs.find(({ name }) => name === words[0])
      const help = [commandName, ...verb === undefined ? [] : [verb.name], "--help"].join(" ")
      return Effect.as(
        screen.note([`${told}: ${message}`, screen.paintNote("dim", `${help} tells what there is`)]),
        exitCodes.usage
      )
    }
    case "CacheConfigError":
    case "CacheKeyError":
      return Effect.as(screen.note(`${told}: ${message}`), exitCodes.usage)
    default:
      return Effect.as(screen.note(`${told}: ${message}`), exitCodes.store)
  }
}

/**
 * Does what a command line says, and gives the code to end with. That nobody reads on is no failure.
 *
 * @param words what stands after the name of the command
 * @param manifest the path of package.json
 */
export const runCommand = (
  words: ReadonlyArray<string>,
  screen: Screen,
  manifest: string
): Effect.Effect<ExitCode, never, FileSystem | Path> =>
  Effect.catchAll(dispatch(words, screen, manifest), (error) => {
    if (error._tag !== "OutputClosed") return failureOf(screen, words, error)
    return error.code === "EPIPE" || error.code === "ERR_STREAM_DESTROYED"
      ? Effect.succeed<ExitCode>(exitCodes.done)
      : Effect.as(screen.note(`${screen.paintNote("red", "error")}: writing failed: ${error.code}`), exitCodes.store)
  })
