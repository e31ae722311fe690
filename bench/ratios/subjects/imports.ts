/**
 * Importing a module in a new process.
 */
import { execFileSync } from "node:child_process"
import { fileURLToPath } from "node:url"
import { repository } from "../../lib/repository.js"
import type { Open } from "../Ratio.js"

const folder = fileURLToPath(repository)

/** Opens a module by its specifier: nanoseconds of processor time, without those of the process itself. */
export const open: Open = async ([specifier]) => {
  const program = `
    const start = process.cpuUsage()
    await import(${JSON.stringify(specifier)})
    const { system, user } = process.cpuUsage(start)
    console.log((system + user) * 1000)
  `
  const child = ["--input-type=module", "--eval", program]
  return { round: () => Number(execFileSync(process.execPath, child, { cwd: folder })) }
}
