import { assert, describe, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import * as Net from "node:net"
import * as ScopedServer from "../servers/ScopedServer.js"
import { turns, until } from "../support/until.js"

const connect = (port: number) =>
  Effect.acquireRelease(
    Effect.sync(() => Net.connect(port, "127.0.0.1").on("error", () => {}).resume()),
    (socket) => Effect.sync(() => socket.destroy())
  )

describe("ScopedServer", () => {
  it.scoped("counts connections", () =>
    Effect.gen(function*() {
      const { port, sockets } = yield* ScopedServer.make(() => Net.createServer())
      const first = yield* connect(port)
      yield* connect(port)
      yield* until(() => sockets.open() === 2)
      first.destroy()
      yield* until(() => sockets.open() === 1)
      yield* connect(port)
      yield* until(() => sockets.total() === 3)
      assert.deepStrictEqual([sockets.open(), sockets.maxOpen()], [2, 2])
    }))

  it.scoped("destroys newcomers too once it destroyed all", () =>
    Effect.gen(function*() {
      const { port, sockets } = yield* ScopedServer.make(() => Net.createServer())
      const before = yield* connect(port)
      yield* until(() => sockets.open() === 1)
      sockets.destroyAll()
      const after = yield* connect(port)
      yield* until(() => before.closed && after.closed)
      assert.deepStrictEqual([sockets.open(), sockets.total()], [0, 2])
    }))

  it.scoped("fails when the port is taken", () =>
    Effect.gen(function*() {
      const { port } = yield* ScopedServer.make(() => Net.createServer())
      const error = yield* Effect.flip(ScopedServer.listen(Net.createServer(), port))
      assert.strictEqual(error._tag, "ServerError")
      assert.include(error.message, `127.0.0.1:${port}`)
    }))

  it.effect("gives up what does not end, in finalizers and whatever the test's clock says", () =>
    Effect.scoped(Effect.addFinalizer(() => ScopedServer.bounded(Effect.never, "5 millis"))))

  it.effect("waits for the end although the fiber is interrupted", () =>
    Effect.gen(function*() {
      const open = yield* Deferred.make<void>()
      const latch = yield* Deferred.make<void>()
      const fiber = yield* Effect.fork(Effect.scoped(
        Effect.addFinalizer(() => ScopedServer.bounded(Deferred.await(latch))).pipe(
          Effect.zipRight(Deferred.succeed(open, undefined)),
          Effect.zipRight(Effect.never)
        )
      ))
      yield* Deferred.await(open)
      const interrupted = yield* Effect.fork(Fiber.interrupt(fiber))
      yield* turns(20)
      assert.isTrue(Option.isNone(yield* Fiber.poll(interrupted)))
      yield* Deferred.succeed(latch, undefined)
      yield* Fiber.join(interrupted)
    }))
})
