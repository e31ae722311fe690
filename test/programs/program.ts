import * as Effect from "effect/Effect"
import { spawn } from "node:child_process"
import { fileURLToPath } from "node:url"

/** A program of the repository, run as users run it: from the build, in a process of its own. */
export interface Program {
  readonly pid: number
  readonly stdout: () => string
  readonly stderr: () => string
  readonly kill: (signal: NodeJS.Signals) => void
  /** The exit code, or the signal that ended it. */
  readonly ended: Effect.Effect<number | NodeJS.Signals>
}

/**
 * Starts a program; it is killed when the scope closes, if it still runs then.
 *
 * @param path such as `demo/main.js`, below `build/`
 */
export const start = (
  path: string,
  environment: Readonly<Record<string, string>> = {},
  args: ReadonlyArray<string> = [],
  nodeOptions: ReadonlyArray<string> = []
) =>
  Effect.acquireRelease(
    Effect.sync((): Program => {
      const file = fileURLToPath(new URL(`../../build/${path}`, import.meta.url))
      const child = spawn(process.execPath, [...nodeOptions, file, ...args], {
        env: { PATH: process.env["PATH"], NODE_NO_WARNINGS: "1", ...environment },
        stdio: ["ignore", "pipe", "pipe"]
      })
      const seen = { stdout: "", stderr: "" }
      child.stdout.setEncoding("utf8").on("data", (text: string) => (seen.stdout += text))
      child.stderr.setEncoding("utf8").on("data", (text: string) => (seen.stderr += text))
      const ended = new Promise<number | NodeJS.Signals>((resolve, reject) => {
        child.on("error", reject)
        child.on("close", (code, signal) => resolve(code ?? signal ?? -1))
      })
      return {
        pid: child.pid ?? -1,
        stdout: () => seen.stdout,
        stderr: () => seen.stderr,
        kill: (signal) => void child.kill(signal),
        ended: Effect.promise(() => ended)
      }
    }),
    (program) =>
      Effect.zipRight(
        Effect.sync(() => program.kill("SIGKILL")),
        program.ended
      )
  )

/** Whether a process runs. */
export const isRunning = (pid: number): boolean => {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}
