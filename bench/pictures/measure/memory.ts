/**
 * Measures what caches take in memory, each in a process of its own.
 */
import { runChild } from "../../lib/childProcess.js"
import { environment } from "../../lib/environment.js"
import type { MemoryData } from "../memory.js"
import type { MemoryTask } from "./memoryChild.js"

type Variant = MemoryData["variants"][number]

const settings = {
  maxBytes: 64 * 1024 * 1024,
  fields: [4, 24] as const,
  writes: 400_000,
  every: 5000
}

const measureVariant = async (task: MemoryTask): Promise<Variant> => {
  const { reports: [report] } = await runChild<Variant>("pictures/measure/memoryChild.js", task, 300_000)
  if (report === undefined) throw new Error(`${task.bound} was not measured`)
  return report
}

/** Measures all caches, one after the other. */
export const measure = async (): Promise<MemoryData> => {
  // How many entries fit in while they are small is what a Map of them says.
  const small = await measureVariant({ ...settings, bound: "nothing", fields: [4, 4], maxEntries: 0, writes: 50_000 })
  const [writes, bytes] = small.samples.at(-1) ?? [1, 1]
  const maxEntries = 1000 * Math.floor(settings.maxBytes / (bytes / writes) / 1000)
  const variants: Array<Variant> = []
  for (const bound of ["maxBytes", "entries", "json", "nothing"] as const) {
    variants.push(await measureVariant({ ...settings, bound, maxEntries }))
  }
  return { environment: environment(["lru-cache"]), ...settings, maxEntries, variants }
}
