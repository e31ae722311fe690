/**
 * Running commands from the repository's root.
 */
import { spawn } from "node:child_process"
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { delimiter, join } from "node:path"
import { fileURLToPath } from "node:url"

/** The repository's root folder. */
export const root = fileURLToPath(new URL("../../", import.meta.url)).replace(/[/\\]$/, "")

/** A command that ended with another code than 0; `output` is what it printed, when that was captured. */
export class CommandError extends Error {
  constructor(command, code, output) {
    super(`${command} ended with ${code}${output === "" ? "" : `\n${output.trimEnd()}`}`)
    this.name = "CommandError"
    this.output = output
  }
}

/**
 * The environment for children. What npm sets for the scripts it runs describes this package, not the projects in
 * temporary folders that the children work in, so it is left out there (`clean`).
 */
const environment = (options) => {
  const base = options.clean === true
    ? Object.fromEntries(
      Object.entries(process.env).filter(([name]) => !/^npm_(package|lifecycle|config_(local_)?prefix)/i.test(name))
    )
    : process.env
  return {
    ...base,
    // The repository's tools first, so that they are the pinned ones.
    PATH: [...(options.clean === true ? [] : [join(root, "node_modules", ".bin")]), base["PATH"]].join(delimiter),
    ...options.env
  }
}

/**
 * Runs a command. Its output is shown as it comes, or with `capture: true` returned (and shown only in the error).
 * Options: `cwd` (default: the root), `env` (added), `capture`, `stdout` (a file descriptor that takes what
 * it prints), `clean` (for projects of their own in other folders), `timeout` (milliseconds, after which the command is
 * ended; default: none).
 */
export const run = (command, args, options = {}) =>
  new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd: options.cwd ?? root,
      env: environment(options),
      timeout: options.timeout,
      stdio: options.capture === true ? ["ignore", "pipe", "pipe"] : ["ignore", options.stdout ?? "inherit", "inherit"]
    })
    let stdout = ""
    let both = ""
    child.stdout?.setEncoding("utf8").on("data", (text) => {
      stdout += text
      both += text
    })
    child.stderr?.setEncoding("utf8").on("data", (text) => {
      both += text
    })
    child.on("error", reject)
    child.on("close", (code, signal) => {
      if (code === 0) resolve(stdout)
      else reject(new CommandError([command, ...args].join(" "), code ?? signal, both))
    })
  })

/** Calls `use` with a new temporary folder and removes it afterwards, whatever happened. */
export const withTemporaryFolder = async (name, use) => {
  const folder = await mkdtemp(join(tmpdir(), `effect-aws-cache-${name}-`))
  try {
    return await use(folder)
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 3 })
  }
}

/**
 * Runs `main` as the whole of a script: what it throws is printed and the process ends with code 1. Errors the scripts
 * throw themselves are of the class Error and say all in their message; others are printed with their stack.
 */
export const runMain = async (main) => {
  try {
    await main()
  } catch (error) {
    console.error(error instanceof Error && ["CommandError", "Error"].includes(error.name) ? error.message : error)
    process.exitCode = 1
  }
}

/** Seconds since `start` (of `performance.now()`), printed. */
export const seconds = (start) => `${((performance.now() - start) / 1000).toFixed(1)} s`

/** Runs the compiler the repository is built with, whichever of the installed ones npm has linked as `tsc`. */
export const runCompiler = (args, options) =>
  run(process.execPath, [join(root, "node_modules", "typescript", "bin", "tsc"), ...args], options)
