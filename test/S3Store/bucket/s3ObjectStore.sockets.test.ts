import { S3Client } from "@aws-sdk/client-s3"
import { assert, describe, it } from "@effect/vitest"
import { NodeHttpHandler } from "@smithy/node-http-handler"
import { Effect, Exit, Fiber } from "effect"
import * as Http from "node:http"
import { makeS3ObjectStore } from "../../../src/S3Store/bucket/s3ObjectStore.js"
import * as LocalHttp from "../../servers/LocalHttp.js"
import * as ScopedServer from "../../servers/ScopedServer.js"
import { property } from "../../support/property.js"
import { turns, until } from "../../support/until.js"

const bucket = "sockets"
const maxSockets = 10

/** A store whose connections can be looked at. */
const storeOver = (endpoint: string, sockets = maxSockets) =>
  Effect.gen(function*() {
    const agent = new Http.Agent({ keepAlive: true, maxSockets: sockets })
    const client = yield* Effect.acquireRelease(
      Effect.sync(() =>
        new S3Client({
          endpoint,
          region: "us-east-1",
          forcePathStyle: true,
          maxAttempts: 1,
          credentials: { accessKeyId: "embedded", secretAccessKey: "embedded-s3" },
          requestHandler: new NodeHttpHandler({ httpAgent: agent })
        })
      ),
      (client) => Effect.sync(() => client.destroy())
    )
    const count = (table: NodeJS.ReadOnlyDict<ReadonlyArray<unknown>>) =>
      Object.values(table).reduce((sum, each) => sum + (each?.length ?? 0), 0)
    return {
      store: yield* makeS3ObjectStore(client, { bucket }),
      checkedOut: () => count(agent.sockets),
      waiting: () => count(agent.requests)
    }
  })

/** Numbers from 0 below a bound, the same every time. */
const numbers = (seed: number) => {
  let state = seed
  return (below: number) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor(state / 2 ** 32 * below)
  }
}

const later = (count: number, then: () => void): void => {
  if (count <= 0) then()
  else setImmediate(() => later(count - 1, then))
}

describe("s3ObjectStore: sockets", () => {
  it.scoped("reads that are interrupted at any moment leave no socket checked out", () =>
    Effect.gen(function*() {
      const next = numbers(1)
      const body = Buffer.alloc(30_000, "body")
      const server = yield* LocalHttp.make((_, response) =>
        later(next(6), () => {
          response.writeHead(200, { "content-length": body.length, etag: "\"e\"" })
          response.write(body.subarray(0, 10_000))
          later(next(6), () => response.end(body.subarray(10_000)))
        })
      )
      const { checkedOut, store, waiting } = yield* storeOver(server.url)
      // 10,000 in the heavy suite.
      const reads = property(250).numRuns ?? 250
      let interrupted = 0
      let read = 0
      const one = Effect.gen(function*() {
        const fiber = yield* Effect.fork(store.load("a"))
        if (next(2) === 0) {
          yield* turns(1 + next(20))
          const exit = yield* Fiber.interrupt(fiber)
          if (Exit.isInterrupted(exit)) interrupted++
        } else {
          const outcome = yield* Fiber.join(fiber)
          assert.isTrue(outcome._tag === "Found" && body.equals(outcome.body))
          read++
        }
      })
      yield* Effect.forEach(Array.from({ length: reads }), () => one, { concurrency: 24, discard: true })
      yield* until(() => checkedOut() === 0 && waiting() === 0)
      // Both happened, often enough to mean something.
      assert.isAbove(interrupted, reads / 10)
      assert.isAbove(read, reads / 10)
      assert.isAtMost(server.maxOpenSockets(), 2 * maxSockets)
      const after = yield* Effect.all(Array.from({ length: maxSockets }, () => store.load("a")), {
        concurrency: "unbounded"
      })
      assert.isTrue(after.every(({ _tag }) => _tag === "Found"))
    }))

  const phases: ReadonlyArray<readonly [string, (response: Http.ServerResponse) => void]> = [
    ["before the answer", () => {}],
    ["between its head and its body", (response) => {
      response.writeHead(200, { "content-length": "100" })
      response.flushHeaders()
    }],
    ["in the middle of its body", (response) => {
      response.writeHead(200, { "content-length": "100" }).write("half")
    }],
    ["in the middle of a body of unknown length", (response) => {
      response.writeHead(200).write("half")
    }]
  ]
  for (const [phase, answer] of phases) {
    it.scoped(`a read that is interrupted ${phase} is aborted: the server sees it`, () =>
      Effect.gen(function*() {
        let answered = 0
        let closed = 0
        const server = yield* LocalHttp.make((_, response) => {
          response.on("close", () => closed++)
          answer(response)
          answered++
        })
        const { checkedOut, store } = yield* storeOver(server.url)
        const load = yield* Effect.fork(store.load("a"))
        yield* until(() => answered === 1)
        yield* turns(20)
        assert.isTrue(Exit.isInterrupted(yield* Fiber.interrupt(load)))
        yield* until(() => closed === 1 && server.openSockets() === 0 && checkedOut() === 0)
      }))
  }

  it.scoped("a write that is interrupted in the middle of its body is aborted: the server sees it", () =>
    Effect.gen(function*() {
      let aborted = 0
      let received = 0
      const { port } = yield* ScopedServer.make(() =>
        Http.createServer((request) => {
          // Reads so slowly that the client is never done.
          request.on("data", (chunk: Buffer) => {
            received += chunk.length
            request.pause()
            later(50, () => request.resume())
          })
          request.on("error", () => {})
          request.on("close", () => {
            if (!request.complete) aborted++
          })
        })
      )
      const { checkedOut, store } = yield* storeOver(`http://127.0.0.1:${port}`)
      const save = yield* Effect.fork(store.save("a", Buffer.alloc(50_000_000)))
      yield* until(() => received > 0)
      assert.isTrue(Exit.isInterrupted(yield* Fiber.interrupt(save)))
      yield* until(() => aborted === 1 && checkedOut() === 0)
    }))

  it.scoped("a request that is interrupted while it waits for a socket is never sent", () =>
    Effect.gen(function*() {
      const held: Array<Http.ServerResponse> = []
      const server = yield* LocalHttp.make((_, response) => held.push(response))
      const { checkedOut, store, waiting } = yield* storeOver(server.url, 1)
      const first = yield* Effect.fork(store.load("first"))
      yield* until(() => held.length === 1)
      const second = yield* Effect.fork(store.load("second"))
      yield* until(() => waiting() === 1)
      yield* Fiber.interrupt(second)
      held[0]?.writeHead(200, { "content-length": "0", etag: "\"e\"" }).end()
      yield* Fiber.join(first)
      yield* until(() => checkedOut() === 0 && waiting() === 0)
      assert.strictEqual(server.requests(), 1)
    }))
})
