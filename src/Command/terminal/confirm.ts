/**
 * Asking before something is done that cannot be undone.
 */
import * as Effect from "effect/Effect"
import { createInterface } from "node:readline"
import type { Screen } from "./Screen.js"

/** Asks a question that is answered by yes or no. Whoever answers nothing means no. */
export const confirm = (screen: Screen, question: string): Effect.Effect<boolean> =>
  Effect.async((resume) => {
    const lines = createInterface({ input: process.stdin, output: process.stderr })
    const answer = (isYes: boolean) => {
      lines.close()
      resume(Effect.succeed(isYes))
    }
    lines.on("SIGINT", () => {
      process.stderr.write("\n")
      answer(false)
    })
    lines.on("close", () => resume(Effect.succeed(false)))
    lines.question(`${screen.paintNote("bold", question)} [y/N] `, (text) => answer(/^\s*y(es)?\s*$/i.test(text)))
    return Effect.sync(() => lines.close())
  })
