/**
 * One way to keep clients, or to come by them, in a process of its own.
 */
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Scope from "effect/Scope"
import { report, task } from "../lib/childProcess.js"
import { median } from "../lib/statistics.js"
import type { ChurnRow, ConnectionReport, RequestRow } from "./results.js"
import { busyServer, clientConfig, distantServer } from "./server.js"
import { churnSubjects, requestSubjects } from "./subjects.js"

/** What a process is to do. */
export interface ConnectionTask {
  readonly kind: "churn" | "request"
  readonly subject: string
  /** How many calls. */
  readonly calls: number
}

const configurations = 8
const workers = 64
const roundTrip = 20

const given = task<ConnectionTask>()

const found = <A extends { readonly name: string }>(subjects: ReadonlyArray<A>): A => {
  const subject = subjects.find(({ name }) => name === given.subject)
  if (subject === undefined) throw new Error(`there is no subject named ${given.subject}`)
  return subject
}

const churn = Effect.gen(function*() {
  const { make, name, ours } = found(churnSubjects)
  const server = yield* busyServer
  const scope = yield* Scope.make()
  const fetch = yield* Scope.extend(make, scope)
  const start = performance.now()
  const fetched = yield* Effect.forEach(
    Array.from({ length: given.calls }, (_, at) => at),
    (at) =>
      fetch(
        clientConfig(server.url, `r-${(at * 7919) % 1009 % configurations}`),
        at % 3 === 0 ? `slow-${at}` : `object-${at}`
      ),
    { concurrency: workers }
  )
  const milliseconds = performance.now() - start
  // Sockets that are about to close have the time to.
  yield* Effect.sleep("500 millis")
  const socketsAtEnd = server.openSockets()
  yield* Scope.close(scope, Exit.void)
  yield* Effect.sleep("500 millis")
  const row: ChurnRow = {
    subject: name,
    ours,
    calls: given.calls,
    failed: fetched.filter(({ failed }) => failed).length,
    retried: fetched.filter(({ attempts }) => attempts > 1).length,
    duplicates: server.requests() - given.calls,
    mostSockets: server.maxOpenSockets(),
    socketsAtEnd,
    socketsLeft: server.openSockets(),
    milliseconds: Math.round(milliseconds)
  }
  return row
})

const request = Effect.gen(function*() {
  const { make, name, ours } = found(requestSubjects)
  const { ca, url } = yield* distantServer(roundTrip)
  const fetch = yield* make(ca)
  const times: Array<number> = []
  // The first ones warm up the code, and what is shared or cached.
  for (let at = -5; at < given.calls; at++) {
    const start = performance.now()
    const { failed } = yield* fetch(clientConfig(url, "us-east-1"), "object")
    if (failed) return yield* Effect.dieMessage(`a request of ${name} failed`)
    if (at >= 0) times.push(performance.now() - start)
  }
  const row: RequestRow = { subject: name, ours, roundTrip, median: median(times) }
  return row
})

const message: ConnectionReport = given.kind === "churn"
  ? { churn: await Effect.runPromise(Effect.scoped(churn)) }
  : { request: await Effect.runPromise(Effect.scoped(request)) }
report(message)
// What is left open on purpose must not keep the process alive.
process.exit(0)
