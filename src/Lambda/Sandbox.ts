/**
 * The process of a function, which lives from one invocation to the next.
 */
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as ManagedRuntime from "effect/ManagedRuntime"
import type * as Scope from "effect/Scope"
import { Background } from "../Cache/background/Background.js"
import { disconnect, startAlone } from "../effect/fibers.js"
import type { HandlerTimes } from "./HandlerOptions.js"
import { invocation, limited } from "./invocation.js"
import type { InvocationTimeoutError } from "./InvocationTimeoutError.js"
import { rejectionOf } from "./rejection.js"
import { terminations } from "./terminations.js"

/** Builds a layer once, at the first invocation, and closes it when the process is told to end. */
export class Sandbox<R, E> {
  private readonly layer: Layer.Layer<R | Background, E>
  private readonly times: HandlerTimes
  private runtime: ManagedRuntime.ManagedRuntime<R | Background, E | InvocationTimeoutError> | undefined

  /** The events under way, and what interrupts them. */
  private readonly underWay = new Map<AbortController, Promise<unknown>>()

  constructor(layer: Layer.Layer<R, E>, times: HandlerTimes) {
    this.layer = Layer.provideMerge(layer, Background.layer)
    this.times = times
  }

  /**
   * Runs an effect as an invocation. It rejects with what Lambda can show.
   *
   * @param remaining tells how many milliseconds are left of the invocation, in which the layer is built, too
   */
  async run<A>(
    effect: Effect.Effect<A, unknown, R | Scope.Scope | Background>,
    remaining: () => number
  ): Promise<A> {
    const runtime = this.runtime ?? this.open(remaining)
    let isBuilt = false
    const stop = new AbortController()
    const ended = runtime.runPromiseExit(
      Effect.suspend(() => {
        isBuilt = true
        return invocation(effect, remaining, this.times)
      }),
      { signal: stop.signal }
    )
    this.underWay.set(stop, ended)
    const exit = await ended
    this.underWay.delete(stop)
    if (Exit.isSuccess(exit)) return exit.value
    // What could not be built is built anew by the next invocation.
    if (!isBuilt && this.runtime === runtime) {
      await this.close(runtime, Math.min(this.times.close, Math.max(0, remaining() - this.times.margin / 2)))
    }
    throw rejectionOf(exit.cause)
  }

  private open(remaining: () => number): ManagedRuntime.ManagedRuntime<R | Background, E | InvocationTimeoutError> {
    const built = Effect.suspend(() => limited(Layer.build(this.layer), remaining, this.times.margin))
    const runtime = ManagedRuntime.make(Layer.scopedContext(built))
    this.runtime = runtime
    terminations.add(this.terminated)
    return runtime
  }

  private async close(runtime: { readonly disposeEffect: Effect.Effect<void> }, within: number): Promise<void> {
    this.runtime = undefined
    terminations.delete(this.terminated)
    const closed = Effect.timeoutOption(disconnect(runtime.disposeEffect), within)
    await new Promise<void>((resolve) => void startAlone(Effect.ensuring(closed, Effect.sync(resolve))))
  }

  // The layer is there for as long as the finalizers of events are, if they leave time to close it.
  private readonly terminated = async (): Promise<void> => {
    const { runtime, underWay } = this
    if (runtime === undefined) return
    const ended = Effect.timeoutOption(Effect.promise(() => Promise.all(underWay.values())), this.times.close / 2)
    const closing = this.close({ disposeEffect: Effect.zipRight(ended, runtime.disposeEffect) }, this.times.close)
    for (const stop of underWay.keys()) stop.abort()
    await closing
  }
}
