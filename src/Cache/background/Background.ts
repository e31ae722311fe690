/**
 * The work in the background of all caches of a program.
 *
 * @since 1.0.0
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import type * as Scope from "effect/Scope"
import type { AnyFiber } from "../../effect/fibers.js"
import { turn } from "../common/inTurns.js"
import { checkOptions, unlessWrong } from "../options/checkOptions.js"
import { givenMillis } from "../options/durationMillis.js"
import { settling, underWayIn, within } from "./settle.js"
import { type Settle, type Settled, settledTogether, settleKinds, type SettleOptions } from "./Settled.js"
import type { Work } from "./Work.js"

/**
 * Knows the caches that were made below it, each as long as it lives.
 *
 * @since 1.0.0
 * @category models
 */
export interface BackgroundService {
  /**
   * Waits until nothing goes on in the background of any of them, what came up meanwhile included, but no longer than
   * `within`; it tells what is open then, of all together. It interrupts nothing.
   */
  readonly settle: (options: SettleOptions) => Effect.Effect<Settled>
  /**
   * Adds the work of a cache, until the scope closes.
   *
   * @internal
   */
  readonly add: (works: ReadonlyArray<Work>) => Effect.Effect<void, never, Scope.Scope>
  /**
   * Runs something at the end of each `settle`, until the scope closes.
   *
   * @internal
   */
  readonly addLast: (last: Effect.Effect<void>) => Effect.Effect<void, never, Scope.Scope>
}

const tag = Context.Tag("effect-aws-cache/Background")<Background, BackgroundService>()

const make: Effect.Effect<BackgroundService> = Effect.sync(() => {
  const caches = new Set<ReadonlyArray<Work>>()
  const lasts = new Set<Effect.Effect<void>>()
  const underWay = (caller: AnyFiber) => [...caches].map((works) => underWayIn(works, caller))
  const openIn = (caller: AnyFiber): Settled => settledTogether(underWay(caller).map(({ open }) => open()))
  // What ends in one cache may have led to something in another.
  const quiet = (caller: AnyFiber): Effect.Effect<void> =>
    Effect.suspend(() => {
      const all = underWay(caller)
      if (settledTogether(all.map(({ open }) => open())).open === 0) return Effect.void
      const ended = Effect.forEach(all, ({ ended }) => ended, { concurrency: "unbounded", discard: true })
      return Effect.zipRight(ended, Effect.zipRight(turn, quiet(caller)))
    })
  return {
    settle: (options) =>
      unlessWrong(
        checkOptions("Background", options, settleKinds),
        Effect.withFiberRuntime((caller) => {
          const millis = givenMillis("Background", "within", options.within)
          const settled = within(millis, quiet(caller), () => openIn(caller))
          // What the caller has just begun in the background comes to ask a cache.
          const turned = millis === 0 ? settled : Effect.zipRight(turn, settled)
          return lasts.size === 0 ? turned : Effect.tap(turned, () => Effect.all([...lasts], { discard: true }))
        })
      ),
    add: (works) =>
      Effect.acquireRelease(
        Effect.sync(() => void caches.add(works)),
        () => Effect.sync(() => void caches.delete(works))
      ),
    addLast: (last) =>
      Effect.acquireRelease(
        Effect.sync(() => void lasts.add(last)),
        () => Effect.sync(() => void lasts.delete(last))
      )
  }
})

/**
 * Knows the work in the background of all caches whose layers are built with it: each of them adds itself, and nobody has to
 * name them. Where there is none, caches do without.
 *
 * @example
 * ```ts
 * import { Context, Effect, Layer } from "effect"
 * import { Background, Store } from "effect-aws-cache/Cache"
 * import * as assert from "node:assert/strict"
 *
 * class Prices extends Context.Tag("app/Prices")<Prices, Store.Store<string, number>>() {
 *   static readonly layer = Store.layer(Prices, { timeToLive: "1 minute", staleWhileRevalidate: "1 hour" })
 * }
 *
 * const program = Effect.gen(function*() {
 *   const prices = yield* Prices
 *   yield* Effect.fork(prices.getOrCompute("tea", Effect.delay(Effect.succeed(3), "1 milli")))
 *   yield* Effect.yieldNow()
 *   // Before the process ends, or is frozen.
 *   return yield* Background.settle({ within: "1 minute" })
 * }).pipe(Effect.provide(Layer.provideMerge(Prices.layer, Background.layer)))
 *
 * assert.equal((await Effect.runPromise(program)).open, 0)
 * ```
 *
 * @since 1.0.0
 * @category tags
 */
export class Background extends Object.assign(tag, {
  /** Knows all caches that are made below it. */
  layer: Layer.effect(tag, make),
  /** Waits until nothing goes on in any of them, but no longer than `within`. */
  settle: (options: SettleOptions): Effect.Effect<Settled, never, Background> =>
    Effect.flatMap(tag, (background) => background.settle(options))
}) {}

/**
 * The `settle` of a cache with work in the background, which is known to the `Background` of its program, if there is one.
 *
 * @param name of the cache, for messages
 * @param works in the order in which one leads to the next
 * @param last what is done at the end of its `settle`
 */
export const inBackground = (
  name: string,
  works: ReadonlyArray<Work>,
  last?: Effect.Effect<void>
): Effect.Effect<Settle, never, Scope.Scope> => {
  const settle = settling(name, works)
  return Effect.as(
    ofProgram((background) => background.add(works)),
    last === undefined ? settle : (options) => Effect.tap(settle(options), () => last)
  )
}

/** Does something at the end of each `settle` of the `Background` of a program, if there is one, until the scope closes. */
export const lastInBackground = (last: Effect.Effect<void>): Effect.Effect<void, never, Scope.Scope> =>
  ofProgram((background) => background.addLast(last))

const ofProgram = (use: (background: BackgroundService) => Effect.Effect<void, never, Scope.Scope>) =>
  Effect.flatMap(Effect.serviceOption(tag), Option.match({ onNone: () => Effect.void, onSome: use }))
