/**
 * A `node:net` server (or anything built on one, such as an HTTP server) that lives exactly as long as a `Scope`.
 */
import * as Clock from "effect/Clock"
import * as Data from "effect/Data"
import type { DurationInput } from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type { Server, Socket } from "node:net"

/** A server could not listen. */
export class ServerError extends Data.TaggedError("ServerError")<{
  readonly message: string
  readonly cause: unknown
}> {}

/** What is known about the TCP connections of a server, seen from the server's side. */
export interface Sockets {
  /** How many connections are open now. */
  readonly open: () => number
  /** The largest number of connections that were open at the same moment. */
  readonly maxOpen: () => number
  /** How many connections were ever accepted. */
  readonly total: () => number
  /** Destroys every open connection, and from then on every new one as soon as it is accepted. */
  readonly destroyAll: () => void
}

/** Starts to count the connections of a server. Call it before the server listens. */
const trackSockets = (server: Server): Sockets => {
  const open = new Set<Socket>()
  let total = 0
  let maxOpen = 0
  let closing = false
  server.on("connection", (socket: Socket) => {
    total++
    if (closing) {
      socket.destroy()
      return
    }
    open.add(socket)
    maxOpen = Math.max(maxOpen, open.size)
    socket.once("close", () => open.delete(socket))
  })
  return {
    // A destroyed socket says that it is closed a little later than its server does.
    open: () => [...open].filter((socket) => !socket.destroyed).length,
    maxOpen: () => maxOpen,
    total: () => total,
    destroyAll: () => {
      closing = true
      for (const socket of open) {
        socket.destroy()
      }
    }
  }
}

/**
 * Listens on 127.0.0.1 and succeeds with the port.
 *
 * @param port the port to listen on, by default 0: one that the system chooses.
 */
export const listen = (server: Server, port = 0): Effect.Effect<number, ServerError> =>
  Effect.async<number, ServerError>((resume) => {
    const fail = (cause: unknown) =>
      resume(Effect.fail(new ServerError({ message: `cannot listen on 127.0.0.1:${port}`, cause })))
    server.once("error", fail)
    server.listen(port, "127.0.0.1", () => {
      server.off("error", fail)
      const address = server.address()
      if (address === null || typeof address === "string") {
        fail(new TypeError(`expected a TCP address, got ${address}`))
      } else {
        resume(Effect.succeed(address.port))
      }
    })
  })

/**
 * Waits for an effect that ends a server, but not longer than a limit of real time (a test's `TestClock` would never
 * reach it).
 *
 * @param limit by default 5 seconds.
 */
export const bounded = (effect: Effect.Effect<void>, limit: DurationInput = "5 seconds"): Effect.Effect<void> =>
  // Finalizers run uninterruptible, and what cannot be interrupted cannot be given up either.
  effect.pipe(Effect.interruptible, Effect.timeoutOption(limit), Effect.withClock(Clock.make()), Effect.asVoid)

/**
 * Stops listening; succeeds when the server and all its connections are closed. A server that does not listen is left
 * as it is.
 */
export const stopListening = (server: Server): Effect.Effect<void> =>
  Effect.async<void>((resume) => {
    server.close(() => resume(Effect.void))
  })

/**
 * Listens on a free port of 127.0.0.1 until the scope closes; then all connections are destroyed and the server is
 * closed, which is waited for.
 */
export const make = <S extends Server>(
  create: () => S
): Effect.Effect<{ readonly server: S; readonly port: number; readonly sockets: Sockets }, ServerError, Scope.Scope> =>
  Effect.gen(function*() {
    const { server, sockets } = yield* Effect.acquireRelease(
      Effect.sync(() => {
        const server = create()
        return { server, sockets: trackSockets(server) }
      }),
      ({ server, sockets }) =>
        bounded(Effect.suspend(() => {
          sockets.destroyAll()
          return stopListening(server)
        }))
    )
    const port = yield* listen(server)
    return { server, port, sockets }
  })
