import * as Effect from "effect/Effect"
import { spawn } from "node:child_process"
import { fileURLToPath } from "node:url"

/** Runs a program that uses the built package, in a process of its own, until it ends by itself. */
export const runProgram = (program: string) =>
  Effect.acquireUseRelease(
    Effect.sync(() => {
      const child = spawn(process.execPath, ["--input-type=module", "--eval", program], {
        cwd: fileURLToPath(new URL("../..", import.meta.url)),
        env: { PATH: process.env["PATH"], NODE_NO_WARNINGS: "1" },
        stdio: ["ignore", "pipe", "inherit"]
      })
      let stdout = ""
      child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text))
      const ended = new Promise<{ readonly code: number | null; readonly stdout: string }>((resolve) =>
        child.on("close", (code) => resolve({ code, stdout }))
      )
      return { child, ended }
    }),
    ({ ended }) => Effect.promise(() => ended),
    ({ child, ended }) => {
      if (child.exitCode === null) child.kill("SIGKILL")
      return Effect.promise(() => ended)
    }
  )
