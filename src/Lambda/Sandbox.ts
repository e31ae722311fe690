/**
 * The process of a function, which lives from one invocation to the next.
 */
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type * as Layer from "effect/Layer"
import * as ManagedRuntime from "effect/ManagedRuntime"
import process from "node:process"
import { disconnect, startAlone } from "../effect/fibers.js"
import { rejectionOf } from "./rejection.js"

/** Builds a layer once, at the first invocation, and closes it when the process is told to end. */
export class Sandbox<R, E> {
  private readonly layer: Layer.Layer<R, E>
  private readonly closeWithin: number
  private runtime: ManagedRuntime.ManagedRuntime<R, E> | undefined

  /** @param closeWithin how long closing may take, in milliseconds */
  constructor(layer: Layer.Layer<R, E>, closeWithin: number) {
    this.layer = layer
    this.closeWithin = closeWithin
  }

  /** Runs an invocation. It rejects with what Lambda can show. */
  async run<A>(invocation: Effect.Effect<A, unknown, R>): Promise<A> {
    const runtime = this.runtime ?? this.open()
    let isBuilt = false
    const exit = await runtime.runPromiseExit(Effect.suspend(() => {
      isBuilt = true
      return invocation
    }))
    if (Exit.isSuccess(exit)) return exit.value
    // What could not be built is built anew by the next invocation.
    if (!isBuilt) await this.close(runtime)
    throw rejectionOf(exit.cause)
  }

  private open(): ManagedRuntime.ManagedRuntime<R, E> {
    const runtime = ManagedRuntime.make(this.layer)
    this.runtime = runtime
    process.once("SIGTERM", this.terminated)
    return runtime
  }

  private async close(runtime: ManagedRuntime.ManagedRuntime<R, E>): Promise<void> {
    if (this.runtime !== runtime) return
    this.runtime = undefined
    process.off("SIGTERM", this.terminated)
    const closed = Effect.timeoutOption(disconnect(runtime.disposeEffect), this.closeWithin)
    await new Promise<void>((resolve) => void startAlone(Effect.ensuring(closed, Effect.sync(resolve))))
  }

  private readonly terminated = (): void => {
    const { runtime } = this
    if (runtime === undefined) return
    void this.close(runtime).then(() => {
      // As it would have ended without this, unless somebody else sees to it.
      if (process.listenerCount("SIGTERM") === 0) process.kill(process.pid, "SIGTERM")
    })
  }
}
