/**
 * One way to let clients go, in a process of its own.
 */
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Schedule from "effect/Schedule"
import * as Scope from "effect/Scope"
import { busyServer, clientConfig } from "../../connections/server.js"
import { churnSubjects } from "../../connections/subjects.js"
import { report, task } from "../../lib/childProcess.js"
import type { Leaving, SocketsData } from "../sockets.js"

/** What a process is to do. */
export interface SocketsTask {
  readonly leaving: Leaving
  readonly workers: number
  /** How long a worker pauses after each request, in milliseconds. */
  readonly pause: number
  readonly configurations: number
  /** Seconds. */
  readonly calledUntil: number
  readonly closedAt: number
  readonly lasted: number
}

const { calledUntil, closedAt, configurations, lasted, leaving, pause, workers } = task<SocketsTask>()

const names = {
  destroy: "LRU, destroy() when evicted",
  drop: "LRU, dropped when evicted",
  drain: "ClientCache.withClient"
}

const program = Effect.gen(function*() {
  const subject = churnSubjects.find(({ name }) => name === names[leaving])
  if (subject === undefined) return yield* Effect.dieMessage(`there is no subject named ${names[leaving]}`)
  const server = yield* busyServer
  const scope = yield* Scope.make()
  const fetch = yield* Scope.extend(subject.make, scope)
  const start = performance.now()
  const seconds = () => (performance.now() - start) / 1000
  const until = (at: number) => Effect.suspend(() => Effect.sleep(Math.max(0, at - seconds()) * 1000))
  let calls = 0
  let again = 0

  const samples: Array<readonly [number, number, number]> = []
  const sampler = yield* Effect.fork(
    Effect.schedule(
      Effect.sync(() => void samples.push([Number(seconds().toFixed(2)), server.openSockets(), again])),
      Schedule.fixed("100 millis")
    )
  )
  const call = Effect.suspend(() => {
    const at = calls++
    const config = clientConfig(server.url, `r-${(at * 7919) % 1009 % configurations}`)
    return fetch(config, at % 3 === 0 ? `slow-${at}` : `object-${at}`)
  }).pipe(
    Effect.tap(({ attempts }) => Effect.sync(() => void (again += attempts - 1))),
    Effect.delay(pause)
  )
  const worker = Effect.whileLoop({ while: () => seconds() < calledUntil, body: () => call, step: () => {} })
  yield* Effect.all(Array.from({ length: workers }, () => worker), { concurrency: "unbounded", discard: true })
  yield* until(closedAt)
  yield* Scope.close(scope, Exit.void)
  yield* until(lasted)
  yield* Fiber.interrupt(sampler)
  const measured: SocketsData["variants"][number] = { leaving, calls, samples }
  report(measured)
}).pipe(Effect.scoped)

await Effect.runPromise(program)
// What is left open on purpose must not keep the process alive.
process.exit(0)
