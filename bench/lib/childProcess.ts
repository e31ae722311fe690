/**
 * Every subject of a benchmark has a process of its own, so that none is measured with what V8 learnt from another.
 */
import { spawn } from "node:child_process"
import { createInterface } from "node:readline"
import { fileURLToPath } from "node:url"

/** How a process ended: `finished`, `timedOut` (it was stopped), or `failed`. */
export type Ending = "finished" | "timedOut" | "failed"

/**
 * Runs a module of this folder in a process of its own. It gets its task as JSON and reports by `report`, line by line,
 * so that what it got done before it was stopped is not lost.
 *
 * @param module relative to the folder of the compiled benchmarks, such as `engine/child.js`
 * @param timeLimit milliseconds, after which the process is stopped
 */
export const runChild = async <Report>(
  module: string,
  task: object,
  timeLimit: number
): Promise<{ readonly ending: Ending; readonly reports: ReadonlyArray<Report> }> => {
  const path = fileURLToPath(new URL(`../${module}`, import.meta.url))
  const child = spawn(process.execPath, ["--expose-gc", "--no-warnings", path, JSON.stringify(task)], {
    stdio: ["ignore", "pipe", "inherit"]
  })
  let timedOut = false
  const timer = setTimeout(() => {
    timedOut = true
    child.kill("SIGKILL")
  }, timeLimit)
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once("error", reject)
    child.once("close", resolve)
  })
  try {
    const reports: Array<Report> = []
    const lines = createInterface({ input: child.stdout })
    lines.on("line", (line) => reports.push(JSON.parse(line)))
    const code = await ended
    return { ending: timedOut ? "timedOut" : code === 0 ? "finished" : "failed", reports }
  } finally {
    clearTimeout(timer)
  }
}

/** The task of this process. */
export const task = <Task>(): Task => {
  const text = process.argv[2]
  if (text === undefined) throw new Error("this is run by the benchmarks, with its task as JSON")
  return JSON.parse(text)
}

/** Reports to the process that runs this one. */
export const report = (report: object): void => console.log(JSON.stringify(report))
