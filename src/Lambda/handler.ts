/**
 * Handlers that answer at once.
 *
 * @since 1.0.0
 */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type { Background } from "../Cache/background/Background.js"
import { type HandlerOptions, timesOf } from "./HandlerOptions.js"
import { type LambdaContext, remainingOf } from "./LambdaContext.js"
import { Sandbox } from "./Sandbox.js"

/**
 * A handler for AWS Lambda: each event runs the effect, in a scope of its own, with what the layer gives. The answer waits
 * until nothing goes on in the background of the caches in the layer, so that nothing of it is lost when the process is
 * frozen after the answer; it waits `settle` at the most, and what goes on then is told in the log. An invocation whose
 * time is about to run out is interrupted. On `SIGTERM` the layer is closed, and the process ends.
 *
 * It rejects with an `Error` that has the name and the message of what the effect or the layer failed with.
 *
 * Throws `CacheConfigError` for an option it cannot accept.
 *
 * @example
 * ```ts
 * import { Context, Effect } from "effect"
 * import { Store } from "effect-aws-cache/Cache"
 * import * as Lambda from "effect-aws-cache/lambda"
 * import * as assert from "node:assert/strict"
 *
 * class Prices extends Context.Tag("app/Prices")<Prices, Store.Store<string, number>>() {
 *   static readonly layer = Store.layer(Prices, { timeToLive: "1 minute", staleWhileRevalidate: "1 hour" })
 * }
 *
 * export const handler = Lambda.handler(
 *   (event: { readonly id: string }) =>
 *     Effect.flatMap(Prices, (prices) => prices.getOrCompute(event.id, Effect.succeed(3))),
 *   { layer: Prices.layer, settle: "500 millis" }
 * )
 *
 * assert.equal(await handler({ id: "tea" }, { getRemainingTimeInMillis: () => 3000 }), 3)
 * ```
 *
 * @since 1.0.0
 * @category constructors
 */
export const handler = <Event, A, E, R = never, LayerError = never, Context extends LambdaContext = LambdaContext>(
  effect: (event: Event, context: Context) => Effect.Effect<A, E, R | Scope.Scope | Background>,
  options: HandlerOptions<NoInfer<R>, LayerError>
): (event: Event, context: Context) => Promise<A> => {
  const times = timesOf(options)
  const sandbox = new Sandbox(options.layer, times)
  return (event, context) => sandbox.run(Effect.suspend(() => effect(event, context)), () => remainingOf(context))
}
