/**
 * A server that listens as long as a scope is open.
 */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type { Server, Socket } from "node:net"
import { byLiveClock } from "../../effect/clocks.js"

/** Nobody listens; why. */
interface ListenFault {
  readonly cause: unknown
}

const listen = (server: Server, port: number): Effect.Effect<number, ListenFault> =>
  Effect.async<number, ListenFault>((resume) => {
    const fail = (cause: unknown) => resume(Effect.fail({ cause }))
    server.once("error", fail)
    server.listen(port, "127.0.0.1", () => {
      server.off("error", fail)
      const address = server.address()
      if (address === null || typeof address === "string") fail(new TypeError(`expected a TCP address, got ${address}`))
      else resume(Effect.succeed(address.port))
    })
  })

/** Waits for the end, but not longer than 5 seconds of real time: a test's clock would never reach it. */
const closed = (server: Server): Effect.Effect<void> =>
  // Finalizers run uninterruptible, and what cannot be interrupted cannot be given up either.
  Effect.async<void>((resume) => {
    server.close(() => resume(Effect.void))
  }).pipe(Effect.interruptible, Effect.timeoutOption("5 seconds"), byLiveClock, Effect.asVoid)

/**
 * Makes a server and listens on a port of 127.0.0.1 (0 for one that the system chooses) until the scope closes. Then all its
 * connections are destroyed, and it is closed, which is waited for.
 */
export const listening = (
  create: () => Server,
  port: number
): Effect.Effect<number, ListenFault, Scope.Scope> => {
  const open = new Set<Socket>()
  const acquire = Effect.sync(() => {
    const server = create()
    server.on("connection", (socket) => {
      open.add(socket)
      socket.once("close", () => open.delete(socket))
    })
    return server
  })
  const release = (server: Server) =>
    Effect.suspend(() => {
      // One that is being accepted just now is none to be kept.
      server.on("connection", (socket) => socket.destroy())
      for (const socket of open) socket.destroy()
      return closed(server)
    })
  return Effect.flatMap(Effect.acquireRelease(acquire, release), (server) => listen(server, port))
}
