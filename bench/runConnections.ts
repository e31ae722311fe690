/**
 * Runs the benchmark of connections.
 */
import type { ConnectionTask } from "./connections/child.js"
import type { ChurnRow, ConnectionReport, ConnectionResults, RequestRow } from "./connections/results.js"
import { churnSubjects, requestSubjects } from "./connections/subjects.js"
import { type Ending, runChild } from "./lib/childProcess.js"
import { environment } from "./lib/environment.js"

const timeLimit = 120_000

/**
 * Runs every subject once, each in a process of its own: what is counted here is counts, for which once is enough, and
 * times that are mostly waiting.
 *
 * @param say tells what is done
 */
export const runConnections = async (quick: boolean, say: (text: string) => void): Promise<ConnectionResults> => {
  const churn: Array<ChurnRow> = []
  const requests: Array<RequestRow> = []
  const unfinished: Array<{ readonly subject: string; readonly ending: Ending }> = []
  const tasks: ReadonlyArray<ConnectionTask> = [
    ...churnSubjects.map(({ name }) => ({ kind: "churn" as const, subject: name, calls: quick ? 300 : 2000 })),
    ...requestSubjects.map(({ name }) => ({ kind: "request" as const, subject: name, calls: quick ? 10 : 50 }))
  ]
  for (const task of tasks) {
    say(`connections, ${task.kind}: ${task.subject}`)
    const { ending, reports } = await runChild<ConnectionReport>("connections/child.js", task, timeLimit)
    for (const report of reports) {
      if (report.churn !== undefined) churn.push(report.churn)
      if (report.request !== undefined) requests.push(report.request)
    }
    if (ending !== "finished") unfinished.push({ subject: task.subject, ending })
  }
  return {
    environment: environment(["effect", "@aws-sdk/client-s3", "@smithy/node-http-handler"]),
    settings: { quick },
    churn,
    requests,
    unfinished
  }
}
