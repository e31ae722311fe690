/**
 * A TCP proxy on 127.0.0.1 between a client and a server, whose faults a test turns on and off.
 */
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as FiberSet from "effect/FiberSet"
import type * as Scope from "effect/Scope"
import { Buffer } from "node:buffer"
import * as Net from "node:net"
import type { HttpBodyFinder } from "./HttpBodyFinder.js"
import { makeHttpBodyFinder } from "./HttpBodyFinder.js"
import * as ScopedServer from "./ScopedServer.js"

/**
 * What the proxy does to connections, open and new ones:
 *
 * - `Pass`: forwards everything.
 * - `Reset`: resets (RST) every open connection now and every new one at once.
 * - `Hang`: accepts and swallows. A connection on which something was swallowed stays dead.
 * - `Delay`: holds back each chunk of a response for `millis` milliseconds of the Effect `Clock` that was current when
 *   the proxy was made, so a `TestClock` decides in tests.
 * - `CutAfter`: closes (FIN) a connection when `bytes` bytes of responses, heads included, went through it since the
 *   fault was set.
 * - `Corrupt`: flips the lowest bit of the byte at offset `at` of every HTTP response body, or of all its bytes
 *   without `at`. A body sent in chunks has its framing counted and flipped too.
 * - `Answer`: answers whatever comes with an HTTP status and an error of S3 (`503 SlowDown`, say), and closes; nothing
 *   is forwarded.
 * - `Refuse`: destroys every open connection and stops listening; the next fault listens on the same port again.
 */
export type Fault = Data.TaggedEnum<{
  readonly Pass: object
  readonly Reset: object
  readonly Hang: object
  readonly Delay: { readonly millis: number }
  readonly CutAfter: { readonly bytes: number }
  readonly Corrupt: { readonly at?: number | undefined }
  readonly Answer: { readonly status: number; readonly code: string }
  readonly Refuse: object
}>

/** Constructors of faults, such as `Fault.CutAfter({ bytes: 100 })`. */
export const Fault = Data.taggedEnum<Fault>()

/** A fault that makes no sense, or a port that cannot be listened on (again). */
export class FaultProxyError extends Data.TaggedError("FaultProxyError")<{
  readonly message: string
  readonly cause?: unknown
}> {}

/** A running proxy. It begins with `Fault.Pass()`. */
export interface FaultProxy {
  readonly port: number
  /** `http://127.0.0.1:PORT`, for targets that speak HTTP. */
  readonly url: string
  /** Sets the fault; when the effect succeeds it is in force. */
  readonly set: (fault: Fault) => Effect.Effect<void, FaultProxyError>
  /** How many connections were ever accepted; those that were refused are not. */
  readonly connections: () => number
  /** How many connections from clients are open now. */
  readonly openConnections: () => number
  /** How many of these are dead, such as those on which something was swallowed. */
  readonly deadConnections: () => number
}

interface Connection {
  readonly client: Net.Socket
  readonly upstream: Net.Socket
  readonly body: HttpBodyFinder
  /** Ends when all delayed chunks were written; undefined when none is waiting. */
  delayed: Promise<void> | undefined
  dead: boolean
  /** The value of `epoch` for which `passed` counts. */
  epoch: number
  passed: number
}

const corrupted = (chunk: Buffer, start: number, offset: number, at: number | undefined): Buffer => {
  const copy = Buffer.from(chunk)
  for (let index = start; index < copy.length; index++) {
    if (at === undefined || offset + index - start === at) {
      copy[index] = (copy[index] ?? 0) ^ 1
    }
  }
  return copy
}

const errorAnswer = (status: number, code: string): string => {
  const body = `<Error><Code>${code}</Code><Message>injected</Message></Error>`
  const head = [
    `HTTP/1.1 ${status} ${code}`,
    "content-type: application/xml",
    `content-length: ${body.length}`,
    "connection: close"
  ]
  return `${head.join("\r\n")}\r\n\r\n${body}`
}

const isCount = (value: number | undefined) => value === undefined || (Number.isSafeInteger(value) && value >= 0)

const validated = (fault: Fault): Effect.Effect<void, FaultProxyError> => {
  const value = fault._tag === "Delay"
    ? fault.millis
    : fault._tag === "CutAfter"
    ? fault.bytes
    : fault._tag === "Corrupt"
    ? fault.at
    : undefined
  return isCount(value)
    ? Effect.void
    : new FaultProxyError({ message: `${fault._tag} takes a whole number from 0 on, got ${value}` })
}

const fromServerError = ({ cause, message }: ScopedServer.ServerError) => new FaultProxyError({ message, cause })

/**
 * Starts a proxy on a free port of 127.0.0.1. When the scope closes all its connections, to both sides, are destroyed.
 *
 * @param target the server: its port on 127.0.0.1.
 */
export const make = (
  target: { readonly port: number }
): Effect.Effect<FaultProxy, FaultProxyError, Scope.Scope> =>
  Effect.gen(function*() {
    const connections = new Set<Connection>()
    const lock = yield* Effect.makeSemaphore(1)
    let fault: Fault = Fault.Pass()
    let epoch = 0

    // Destroys the upstream sockets last: the server's own finalizer, which runs first, only knows the clients.
    yield* Effect.addFinalizer(() =>
      Effect.sync(() => {
        for (const { upstream } of connections) {
          upstream.destroy()
        }
      })
    )
    const run = yield* FiberSet.makeRuntimePromise<never>()

    const kill = (connection: Connection, how: "destroy" | "reset") => {
      connection.dead = true
      if (how === "reset") {
        connection.client.resetAndDestroy()
      } else {
        connection.client.destroy()
      }
      connection.upstream.destroy()
    }

    const send = (connection: Connection, chunk: Buffer) => {
      if (connection.dead) {
        return
      }
      const { offset, start } = connection.body.next(chunk)
      if (connection.epoch !== epoch) {
        connection.epoch = epoch
        connection.passed = 0
      }
      if (fault._tag === "Hang") {
        connection.dead = true
        return
      }
      if (fault._tag === "CutAfter" && connection.passed + chunk.length >= fault.bytes) {
        connection.dead = true
        connection.client.write(chunk.subarray(0, fault.bytes - connection.passed))
        connection.client.destroySoon()
        connection.upstream.destroy()
        return
      }
      connection.passed += chunk.length
      connection.client.write(fault._tag === "Corrupt" ? corrupted(chunk, start, offset, fault.at) : chunk)
    }

    /** Runs a step now, or after what is held back for this connection; with `Delay` it is held back itself. */
    const inOrder = (connection: Connection, delayable: boolean, step: () => void) => {
      const millis = delayable && fault._tag === "Delay" ? fault.millis : 0
      if (millis === 0 && connection.delayed === undefined) {
        step()
        return
      }
      const held = Promise.all([connection.delayed, millis === 0 ? undefined : run(Effect.sleep(millis))])
      const release = async () => {
        try {
          await held
        } catch {
          // The sleep was interrupted: the proxy is closing.
          kill(connection, "destroy")
          return
        }
        if (connection.delayed === mine) {
          connection.delayed = undefined
        }
        step()
      }
      const mine = release()
      connection.delayed = mine
    }

    const accept = (client: Net.Socket) => {
      if (fault._tag === "Reset" || fault._tag === "Refuse") {
        client.on("error", () => {})
        client.resetAndDestroy()
        return
      }
      const upstream = Net.connect({ host: "127.0.0.1", port: target.port, noDelay: true })
      const connection: Connection = {
        client,
        upstream,
        body: makeHttpBodyFinder(),
        delayed: undefined,
        dead: false,
        epoch,
        passed: 0
      }
      connections.add(connection)
      client.on("data", (chunk) => {
        if (fault._tag === "Answer" && !connection.dead) {
          client.end(errorAnswer(fault.status, fault.code))
        }
        if (fault._tag === "Hang" || fault._tag === "Answer") {
          connection.dead = true
        }
        if (!connection.dead) {
          connection.body.expectHead()
          upstream.write(chunk)
        }
      })
      client.on("end", () => upstream.end())
      client.on("error", () => {})
      client.on("close", () => {
        connections.delete(connection)
        upstream.destroy()
      })
      upstream.on("data", (chunk) => inOrder(connection, true, () => send(connection, chunk)))
      upstream.on("end", () =>
        inOrder(connection, false, () => {
          if (!connection.dead) {
            client.end()
          }
        }))
      upstream.on("error", () => {
        if (!connection.dead) {
          kill(connection, "reset")
        }
      })
    }

    const { port, server, sockets } = yield* Effect.mapError(
      ScopedServer.make(() => Net.createServer({ noDelay: true }, accept)),
      fromServerError
    )

    const set = (next: Fault) =>
      Effect.gen(function*() {
        yield* validated(next)
        if (fault._tag === "Refuse" && next._tag !== "Refuse") {
          yield* Effect.mapError(ScopedServer.listen(server, port), fromServerError)
        }
        const stop = next._tag === "Refuse" && fault._tag !== "Refuse"
        fault = next
        epoch++
        if (next._tag === "Reset" || next._tag === "Refuse") {
          for (const connection of connections) {
            kill(connection, next._tag === "Reset" ? "reset" : "destroy")
          }
        }
        if (stop) {
          yield* ScopedServer.bounded(ScopedServer.stopListening(server))
        }
      }).pipe(lock.withPermits(1), Effect.uninterruptible)

    return {
      port,
      url: `http://127.0.0.1:${port}`,
      set,
      connections: sockets.total,
      openConnections: sockets.open,
      deadConnections: () => [...connections].filter(({ dead }) => dead).length
    }
  })
