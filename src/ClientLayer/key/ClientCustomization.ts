/**
 * What is done to a new client before anyone gets it.
 *
 * @since 1.0.0
 */
import type * as Effect from "effect/Effect"
import { checkValue } from "../../Cache/options/checkOptions.js"
import { orThrow } from "../../effect/plainEither.js"

/**
 * A step that is run once on each new client, before anyone gets it: the place for middleware, tracing, patches of other
 * libraries. Its name is part of the key, so clients that were customised differently are different clients.
 *
 * @example
 * ```ts
 * import { ListBucketsCommand, S3Client } from "@aws-sdk/client-s3"
 * import { Effect } from "effect"
 * import { ClientCache, ClientCacheLive, ClientCustomization } from "effect-aws-cache/ClientLayer"
 * import * as assert from "node:assert/strict"
 *
 * const sent: Array<string | undefined> = []
 *
 * const audited = ClientCustomization.make("audit", (client: S3Client) =>
 *   client.middlewareStack.add(
 *     (next, context) => (args) => {
 *       sent.push(context.commandName)
 *       return next(args)
 *     },
 *     { step: "initialize", name: "audit" }
 *   )
 * )
 *
 * const program = Effect.gen(function*() {
 *   yield* ClientCache.send(S3Client, { region: "us-west-2" }, new ListBucketsCommand({}), { customize: audited })
 *   return (yield* ClientCache.keys).map(String)
 * }).pipe(Effect.provide(ClientCacheLive))
 *
 * assert.deepEqual(await Effect.runPromise(program), ["S3Client(region=us-west-2, customize=audit)"])
 * assert.deepEqual(sent, ["ListBucketsCommand"])
 * ```
 *
 * @since 1.0.0
 * @category models
 */
export class ClientCustomization<in C> {
  /** By this it counts in keys, and it is printed. */
  readonly name: string
  /** What is done to a new client. */
  readonly apply: (client: C) => void | Effect.Effect<unknown, unknown>

  private constructor(name: string, apply: (client: C) => void | Effect.Effect<unknown, unknown>) {
    this.name = name
    this.apply = apply
  }

  /**
   * A customization.
   *
   * It counts in keys by its name alone: two with the same name are one to the cache, so the name must say everything
   * that matters about what it does. What it throws, or fails with, is a `ClientBuildError`, and the client is not kept.
   * An effect is interrupted when nobody waits for the client any more; it runs with the context of the cache.
   *
   * @param name not blank; it is printed, so it must not hold a secret. A blank one is a `CacheKeyError` where it is used
   * @param apply is given the new client; an effect that it returns is run before anyone gets the client
   * @since 1.0.0
   */
  static make<C>(
    name: string,
    apply: (client: C) => void | Effect.Effect<unknown, unknown>
  ): ClientCustomization<C> {
    orThrow(checkValue("ClientCustomization", "name", name, "text"))
    return new ClientCustomization(name, orThrow(checkValue("ClientCustomization", "apply", apply, "function")))
  }
}
