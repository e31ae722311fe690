/**
 * Where the command writes to: a terminal, a file or a pipe.
 */
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { hasColours, type Paint, paintIf } from "./Paint.js"

/** What reads the output has gone, as `head` does, or could not take it. */
export class OutputClosed extends Data.TaggedError("OutputClosed")<{ readonly code: string }> {}

/** Where the command writes to. */
export interface Screen {
  /** How many columns there are; of what is no terminal 100. */
  readonly columns: number
  /** Whether what is printed goes to a terminal. */
  readonly isTerminal: boolean
  /** Colours what is printed. */
  readonly paint: Paint
  /** Colours what is noted. */
  readonly paintNote: Paint
  /** Whether somebody can be asked. */
  readonly canAsk: boolean
  /** Whether a line of what is noted can be written over. */
  readonly overwrites: boolean
  /** Prints what was asked for, in lines: to the standard output. */
  readonly print: (lines: string | ReadonlyArray<string>) => Effect.Effect<void, OutputClosed>
  /** Prints bytes as they are. */
  readonly printBytes: (bytes: Uint8Array) => Effect.Effect<void, OutputClosed>
  /** Says something besides: to the standard error. */
  readonly note: (lines: string | ReadonlyArray<string>) => Effect.Effect<void>
  /** The same without the end of a line. */
  readonly noteRaw: (text: string) => Effect.Effect<void>
}

type Stream = NodeJS.WriteStream & { readonly fd: 1 | 2 }

const write = (stream: Stream, text: string | Uint8Array): Effect.Effect<void, OutputClosed> =>
  Effect.async((resume) => {
    stream.write(text, (error) => {
      if (error === undefined || error === null) return resume(Effect.void)
      const code = "code" in error && typeof error.code === "string" ? error.code : error.message
      resume(Effect.fail(new OutputClosed({ code })))
    })
  })

const textOf = (lines: string | ReadonlyArray<string>): string =>
  typeof lines === "string" ? `${lines}\n` : lines.map((line) => `${line}\n`).join("")

/** That of this process. */
export const makeScreen: Effect.Effect<Screen, never, Scope.Scope> = Effect.gen(function*() {
  const { env, stderr, stdin, stdout } = process
  // Who reads may go at any time; the write tells it too.
  const ignore = () => {}
  yield* Effect.acquireRelease(
    Effect.sync(() => {
      stdout.on("error", ignore)
      stderr.on("error", ignore)
    }),
    () =>
      Effect.sync(() => {
        stdout.off("error", ignore)
        stderr.off("error", ignore)
      })
  )
  const noteRaw = (text: string) => Effect.ignore(write(stderr, text))
  return {
    columns: stdout.isTTY ? Math.max(40, stdout.columns) : 100,
    isTerminal: stdout.isTTY,
    paint: paintIf(hasColours(stdout.isTTY, env)),
    paintNote: paintIf(hasColours(stderr.isTTY, env)),
    canAsk: stdin.isTTY && stderr.isTTY,
    overwrites: stderr.isTTY && env["TERM"] !== "dumb",
    print: (lines) => lines.length === 0 ? Effect.void : write(stdout, textOf(lines)),
    printBytes: (bytes) => write(stdout, bytes),
    note: (lines) => noteRaw(textOf(lines)),
    noteRaw
  }
})
