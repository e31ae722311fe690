/**
 * Runs a Ceph cluster as a process: `node cephMain.js MONITORS OSDS GATEWAYS`, one of each without arguments, objects in
 * RAM. When it is ready it prints one line of JSON with the endpoints of the gateways and the credentials; SIGTERM and
 * SIGINT end it.
 */
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import process from "node:process"
import * as Ceph from "./Ceph.js"

const [monitors = 1, osds = 1, gateways = 1] = process.argv.slice(2).map(Number)

const program = Effect.gen(function*() {
  const { credentials, endpoints, region } = yield* Ceph.make({ monitors, osds, gateways, inMemory: true })
  yield* Console.log(JSON.stringify({ endpoints, region, credentials }))
  return yield* Effect.never
})

program.pipe(
  Effect.scoped,
  Effect.tapError(({ message }) => Console.error(message)),
  NodeRuntime.runMain({ disableErrorReporting: true, disablePrettyLogger: true })
)
