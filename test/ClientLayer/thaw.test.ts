import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import type { ServerResponse } from "node:http"
import type { Socket } from "node:net"
import { start } from "../programs/program.js"
import * as LocalHttp from "../servers/LocalHttp.js"
import { amount } from "../support/property.js"
import { until } from "../support/until.js"

/** How often each process is thawed. */
const rounds = amount(40, 500)

/**
 * Lets a process write an object each time it is thawed: it was stopped meanwhile, and the server has closed every
 * connection that was idle. Gives how each call went: `1` is one attempt.
 *
 * @param layer which client it uses: of the `"cache"`, of a `"session"`, or a bare one, `"sdk"`
 */
const writesAfterThaw = (layer: "cache" | "session" | "sdk") =>
  Effect.gen(function*() {
    const idle = new Set<Socket>()
    const executions = new Map<string, number>()
    const server = yield* LocalHttp.make((request, response) => {
      const name = request.url ?? ""
      executions.set(name, (executions.get(name) ?? 0) + 1)
      idle.add(request.socket)
      response.writeHead(200, { etag: "\"1\"", "content-length": 0 }).end()
    })
    const outcomes: Array<string> = []
    const waiting: Array<ServerResponse> = []
    const gate = yield* LocalHttp.make((request, response) => {
      outcomes.push(new URL(request.url ?? "", "http://gate").searchParams.get("outcome") ?? "")
      waiting.push(response)
    })
    const program = yield* start("test/support/thawMain.js", {
      THAW_LAYER: layer,
      THAW_GATE: gate.url,
      THAW_ENDPOINT: server.url,
      AWS_ACCESS_KEY_ID: "a",
      AWS_SECRET_ACCESS_KEY: "b",
      AWS_EC2_METADATA_DISABLED: "true"
    })
    for (let round = 0; round < rounds; round++) {
      yield* until(() => waiting.length > 0)
      program.kill("SIGSTOP")
      const closed = [...idle]
      idle.clear()
      for (const socket of closed) socket.end()
      yield* until(() => closed.every((socket) => socket.writableFinished))
      for (const response of waiting.splice(0)) response.end("go")
      program.kill("SIGCONT")
    }
    yield* until(() => waiting.length > 0)
    for (const response of waiting.splice(0)) response.end("end")
    assert.strictEqual(yield* program.ended, 0, program.stderr())
    return {
      outcomes: outcomes.slice(1),
      executedTwice: [...executions].filter(([, times]) => times > 1),
      connections: server.connections()
    }
  })

describe("a process that is stopped for longer than the server keeps its connections", () => {
  for (const layer of ["cache", "session"] as const) {
    it.scopedLive(
      `writes at the first attempt when it is thawed, through a client of the ${layer}`,
      () =>
        Effect.gen(function*() {
          const { connections, executedTwice, outcomes } = yield* writesAfterThaw(layer)
          assert.deepStrictEqual(outcomes, Array.from({ length: rounds }, () => "1"))
          assert.deepStrictEqual(executedTwice, [])
          assert.strictEqual(connections, rounds)
        })
    )
  }
})
