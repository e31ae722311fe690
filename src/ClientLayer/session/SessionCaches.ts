/**
 * The caches of a session.
 *
 * @since 1.0.0
 */
import * as Effect from "effect/Effect"
import { Instruction } from "../../effect/Instruction.js"
import type { ClientCacheService } from "../client/ClientCacheService.js"
import type { ResourceCacheService } from "../resource/ResourceCacheService.js"

/**
 * Which cache of a session is meant: each has one for `"LRU"` and one for `"LFU"`.
 *
 * @since 1.0.0
 * @category models
 */
export type SessionPolicy = "LRU" | "LFU"

/**
 * The four caches of a session: `session.caches.client.LRU`. It is an effect that gives itself, as `Session.caches` does,
 * so that a mock of a session may leave it out.
 *
 * @since 1.0.0
 * @category models
 */
export class SessionCaches extends Instruction<SessionCaches, never, never> {
  /**
   * The caches of clients, by what leaves them first.
   *
   * @since 1.0.0
   */
  readonly client: Readonly<Record<SessionPolicy, ClientCacheService>>
  /**
   * The caches of resources, by what leaves them first.
   *
   * @since 1.0.0
   */
  readonly resource: Readonly<Record<SessionPolicy, ResourceCacheService>>

  constructor(caches: Pick<SessionCaches, "client" | "resource">) {
    super()
    this.client = caches.client
    this.resource = caches.resource
  }

  protected override decided(): Effect.Effect<SessionCaches> {
    return Effect.succeed(this)
  }
}
