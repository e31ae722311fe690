/**
 * Runs the engine's benchmark.
 */
import type { EngineReport, EngineTask } from "./engine/child.js"
import { type KeyKind, keyKinds } from "./engine/keys.js"
import { peers, type SubjectEntry, subjects } from "./engine/subjects.js"
import { runChild } from "./lib/childProcess.js"
import { environment } from "./lib/environment.js"
import { best } from "./lib/statistics.js"
import { distinct, type EngineResults, type Settings, type Unfinished } from "./results.js"

interface Run {
  readonly subject: SubjectEntry
  readonly keys: KeyKind
  readonly reports: Array<EngineReport>
  ending: Unfinished["ending"]
}

const isTime = (report: EngineReport) => report.kind === "time"
const isMemory = (report: EngineReport) => report.kind === "memory"
const isPauses = (report: EngineReport) => report.kind === "pauses"

/**
 * Runs every subject with every kind of keys, each in a process of its own, and all of it again in every further round,
 * the other way round: so what happens on the machine meanwhile does not hit one subject alone.
 *
 * @param say tells what is done
 */
export const runEngine = async (settings: Settings, say: (text: string) => void): Promise<EngineResults> => {
  const largest = 1_000_000
  const capacities = settings.quick ? [1000, 10_000] : [1000, 10_000, 100_000, largest]
  const timeLimit = settings.quick ? 3000 : 30_000
  // At a million entries the kind of keys makes no difference.
  const weighs = (keys: KeyKind, capacity: number) =>
    settings.quick ? capacity > 1000 : keys === "strings" || capacity < largest
  const runs = subjects.flatMap((subject) =>
    keyKinds.map((keys): Run => ({ subject, keys, reports: [], ending: "finished" }))
  )
  for (let round = 0; round < settings.rounds; round++) {
    for (const run of round % 2 === 0 ? runs : runs.toReversed()) {
      if (run.ending !== "finished") continue
      const first = round === 0
      say(`engine, round ${round + 1} of ${settings.rounds}: ${run.subject.name}, ${run.keys}`)
      const task: EngineTask = {
        subject: run.subject.name,
        keys: run.keys,
        // The largest caches take most of the time, and vary least.
        capacities: capacities.filter((capacity) => first || capacity < largest),
        time: settings.time,
        weighAt: first ? capacities.filter((capacity) => weighs(run.keys, capacity)) : [],
        pauseAt: first && run.keys === "strings" ? capacities.filter((capacity) => capacity === largest) : []
      }
      const { ending, reports } = await runChild<EngineReport>("engine/child.js", task, timeLimit)
      run.ending = ending
      run.reports.push(...reports)
    }
  }

  const of = (run: Run) => ({ subject: run.subject.name, ours: run.subject.ours, keys: run.keys })
  return {
    environment: environment([...peers, "tinybench"]),
    settings,
    rows: runs.flatMap((run) => {
      const times = run.reports.filter(isTime)
      return distinct(times.map((time) => time.capacity)).flatMap((capacity) =>
        distinct(times.map((time) => time.workload)).flatMap((workload) => {
          const same = times.filter((time) => time.capacity === capacity && time.workload === workload)
          if (same.length === 0) return []
          const hitRatio = same[0]?.hitRatio
          return [{ ...of(run), capacity, workload, ...best(same.map((time) => time.sample)), hitRatio }]
        })
      )
    }),
    memory: runs.flatMap((run) =>
      run.reports.filter(isMemory).map(({ capacity, memory }) => ({ ...of(run), capacity, ...memory }))
    ),
    pauses: runs.flatMap((run) =>
      run.reports.filter(isPauses).map(({ capacity, pauses }) => ({ ...of(run), capacity, ...pauses }))
    ),
    unfinished: runs.filter((run) => run.ending !== "finished").map((run) => ({
      subject: run.subject.name,
      keys: run.keys,
      ending: run.ending
    }))
  }
}
