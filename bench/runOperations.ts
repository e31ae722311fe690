/**
 * Runs the benchmarks of operations inside Effect.
 */
import { type Ending, runChild } from "./lib/childProcess.js"
import { environment } from "./lib/environment.js"
import { best, type Sample } from "./lib/statistics.js"
import type { OperationReport, OperationTask } from "./operations/child.js"
import type { OperationSubject, SuiteName } from "./operations/Operation.js"
import type { OperationResults, Settings } from "./results.js"

/** What to run. */
export interface Suite {
  readonly name: SuiteName
  readonly subjects: ReadonlyArray<OperationSubject>
  readonly sizes: ReadonlyArray<number>
  /** How many operations one loop has. */
  readonly operations: number
  /** The packages that take part. */
  readonly packages: ReadonlyArray<string>
}

const fewestLoops = 5

/**
 * Runs every subject with every number of entries, each in a process of its own, and all of it again in every further
 * round, the other way round.
 *
 * @param say tells what is done
 */
export const runOperations = async (
  suite: Suite,
  settings: Settings,
  say: (text: string) => void
): Promise<OperationResults> => {
  const timeLimit = settings.quick ? 10_000 : 30_000
  const runs = suite.sizes.flatMap((entries) =>
    suite.subjects.map((subject) => {
      const samples: Array<Sample> = []
      const ending: Ending = "finished"
      return { subject, entries, samples, ending: ending as Ending }
    })
  )
  for (let round = 0; round < settings.rounds; round++) {
    for (const run of round % 2 === 0 ? runs : runs.toReversed()) {
      if (run.ending !== "finished") continue
      say(`${suite.name}, round ${round + 1} of ${settings.rounds}: ${run.subject.name}, ${run.entries} entries`)
      const task: OperationTask = {
        suite: suite.name,
        subject: run.subject.name,
        entries: run.entries,
        operations: run.subject.slow === true ? suite.operations / 10 : suite.operations,
        time: settings.time,
        batches: fewestLoops
      }
      const { ending, reports } = await runChild<OperationReport>("operations/child.js", task, timeLimit)
      run.ending = ending
      run.samples.push(...reports.map((report) => report.sample))
    }
  }
  return {
    environment: environment(["effect", "tinybench", ...suite.packages]),
    settings,
    rows: runs.flatMap(({ entries, samples, subject: { name, ours } }) =>
      samples.length === 0 ? [] : [{ subject: name, ours, entries, ...best(samples) }]
    ),
    unfinished: runs.filter((run) => run.ending !== "finished").map(({ ending, entries, subject: { name } }) => ({
      subject: name,
      entries,
      ending
    }))
  }
}
