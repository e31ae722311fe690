/**
 * What is built over a cache of resources asks it without types: it has checked them.
 */
import type * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type { ClientClass } from "../sdk/AwsClient.js"
import type { ResourceError } from "./ResourceBuilder.js"
import type { ResourceCacheService } from "./ResourceCacheService.js"
import type { ResourceDefinition } from "./ResourceDefinition.js"

/** Where a cache has its `UncheckedResources`. */
export const Unchecked: unique symbol = Symbol.for("effect-aws-cache/ClientLayer/UncheckedResources")

/** A cache that this library made. */
export interface OwnResourceCache extends ResourceCacheService {
  readonly [Unchecked]: UncheckedResources
}

/** `lease` and `withResource` of a cache of resources; configuration and options are checked by the call. */
export interface UncheckedResources {
  readonly lease: <Ctor extends ClientClass, Options, R>(
    definition: ResourceDefinition<Ctor, Options, R>,
    configuration: unknown,
    options: unknown
  ) => Effect.Effect<R, ResourceError, Scope.Scope>
  readonly use: <Ctor extends ClientClass, Options, R, A, E, R2>(
    definition: ResourceDefinition<Ctor, Options, R>,
    configuration: unknown,
    options: unknown,
    f: (resource: R) => Effect.Effect<A, E, R2>
  ) => Effect.Effect<A, E | ResourceError, R2>
}
