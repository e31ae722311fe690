/**
 * The command as users run it: a process of the built file.
 */
import * as Effect from "effect/Effect"
import { spawn } from "node:child_process"
import { fileURLToPath } from "node:url"
import { isEmbedded } from "../servers/S3Server.js"

export interface CommandResult {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
}

export interface CommandOptions {
  /** Variables of the environment besides those of every test. */
  readonly env?: Readonly<Record<string, string>>
  /** Closes the standard output after so many characters, as `head` does. */
  readonly closeAfter?: number
  /** What is piped in. */
  readonly input?: string | Buffer
  /** Sends a signal as soon as something was printed. */
  readonly interruptOnOutput?: NodeJS.Signals
}

const file = fileURLToPath(new URL("../../dist/Command/main.js", import.meta.url))

const forEmbedded = {
  AWS_CONFIG_FILE: "/dev/null",
  AWS_SHARED_CREDENTIALS_FILE: "/dev/null",
  AWS_EC2_METADATA_DISABLED: "true",
  AWS_ACCESS_KEY_ID: "embedded",
  AWS_SECRET_ACCESS_KEY: "embedded-s3",
  AWS_REGION: "us-east-1"
}

/** What the machine says of the server that tests were told to use. */
const forServer = {
  AWS_REGION: "us-east-1",
  ...Object.fromEntries(Object.entries(process.env).filter(([name]) => name.startsWith("AWS_") || name === "HOME"))
}

/**
 * Runs a command line to its end. It sees nothing of the machine's AWS configuration, unless tests were told to use a
 * server.
 */
export const runCommandLine = (
  words: ReadonlyArray<string>,
  { closeAfter, env = {}, input = "", interruptOnOutput }: CommandOptions = {}
): Effect.Effect<CommandResult> =>
  Effect.acquireUseRelease(
    Effect.sync(() => {
      const child = spawn(process.execPath, [file, ...words], {
        env: {
          PATH: process.env["PATH"],
          NODE_NO_WARNINGS: "1",
          ...isEmbedded ? forEmbedded : forServer,
          ...env
        },
        stdio: ["pipe", "pipe", "pipe"]
      })
      // It need not read all of it.
      child.stdin.on("error", () => {}).end(input)
      let stdout = ""
      let stderr = ""
      child.stdout.setEncoding("utf8").on("data", (text: string) => {
        // Once: at a second signal it would not wait for its end.
        if (interruptOnOutput !== undefined && stdout === "") child.kill(interruptOnOutput)
        stdout += text
        if (closeAfter !== undefined && stdout.length >= closeAfter) child.stdout.destroy()
      })
      child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text))
      const ended = new Promise<CommandResult>((resolve) =>
        child.on("close", (code, signal) => resolve({ code, signal, stdout, stderr }))
      )
      return { child, ended }
    }),
    ({ ended }) => Effect.promise(() => ended),
    ({ child, ended }) => {
      if (child.exitCode === null && child.signalCode === null) child.kill("SIGKILL")
      return Effect.promise(() => ended)
    }
  )
