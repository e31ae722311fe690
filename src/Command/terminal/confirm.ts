/**
 * Asking before something is done that cannot be undone.
 */
import * as Effect from "effect/Effect"
import { createInterface } from "node:readline"
import type { Paint } from "./Paint.js"

/** From where the answer comes, and where the question goes to. */
export interface Dialogue {
  readonly input: NodeJS.ReadableStream
  readonly output: NodeJS.WritableStream
}

/** With whoever started the process. */
const terminal: Dialogue = { input: process.stdin, output: process.stderr }

/** Asks a question that is answered by yes or no. Whoever says anything else, or nothing, means no. */
export const confirm = (
  paint: Paint,
  question: string,
  { input, output }: Dialogue = terminal
): Effect.Effect<boolean> =>
  Effect.async((resume) => {
    const lines = createInterface({ input, output })
    const answer = (isYes: boolean) => {
      resume(Effect.succeed(isYes))
      lines.close()
    }
    lines.on("SIGINT", () => {
      output.write("\n")
      answer(false)
    })
    // The first answer counts.
    lines.on("close", () => resume(Effect.succeed(false)))
    lines.question(`${paint("bold", question)} [y/N] `, (text) => answer(/^\s*y(es)?\s*$/i.test(text)))
    return Effect.sync(() => lines.close())
  })
