/**
 * How a resource comes into being.
 *
 * @since 1.0.0
 */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { hiddenFrom, maskDefects, type MoreSecrets, noMoreSecrets } from "../client/ClientBuilder.js"
import type { ClientCacheService } from "../client/ClientCacheService.js"
import { isOwnCache, Unchecked } from "../client/uncheckedClients.js"
import type { ClientBuildError } from "../errors/ClientErrors.js"
import { ResourceBuildError, type ResourceBuildReason } from "../errors/ResourceErrors.js"
import { resolveSource } from "../key/ClientSource.js"
import { normaliseConfig } from "../key/normaliseConfig.js"
import type { ClientClass } from "../sdk/AwsClient.js"
import { maskCause, maskReason } from "../secrets/maskCause.js"
import { NotAResource } from "./NotAResource.js"
import type { PreparedResource } from "./ResourceCacheKey.js"
import { type BuiltResource, definitionParts, type ResourceDefinition } from "./ResourceDefinition.js"
import type { NormalOptions } from "./resourceOptions.js"

/**
 * How the build of a resource fails.
 *
 * @since 1.0.0
 * @category errors
 */
export type ResourceError = ClientBuildError | ResourceBuildError

/** Builds the resource of a key; what it holds is let go with the scope. */
export type ResourceBuilder = <Ctor extends ClientClass, Options, R>(
  prepared: PreparedResource<Ctor, Options, R>,
  cache: string
) => Effect.Effect<BuiltResource<unknown>, ResourceError, Scope.Scope>

/**
 * Builds resources over the clients of a cache. A resource leases its client: whatever happens in the cache of clients,
 * the client is let go only after the resource was released.
 *
 * @param secrets what clients get besides what is in their configuration, to be masked in errors
 */
export const resourceBuilder =
  (clients: ClientCacheService, secrets: MoreSecrets): ResourceBuilder =>
  <Ctor extends ClientClass, Options, R>(prepared: PreparedResource<Ctor, Options, R>, cache: string) => {
    const { configuration, definition, options } = prepared
    const { build, client: source, customize } = definitionParts(definition)
    const lease = Effect.gen(function*() {
      const variant = yield* failing(
        prepared,
        cache,
        "OwnClient",
        attempt(() => variantOf(definition, options)),
        secrets
      )
      // Loaded first, so that nothing can happen between the look at the configuration and its use.
      yield* resolveSource(source, cache, configuration)
      yield* failing(prepared, cache, "ConfigChanged", attempt(() => assertUnchanged(prepared, cache)), secrets)
      if (!isOwnCache(clients)) return yield* Effect.dieMessage(notOwn)
      return yield* clients[Unchecked].lease(source, configuration, { customize, variant })
    })
    return Effect.flatMap(
      Effect.interruptible(lease),
      (client) =>
        Effect.map(
          failing(prepared, cache, "Make", build(client, options.value), secrets),
          ({ release, resource }) => ({ resource, release: maskDefects(release, hiddenOf(prepared, secrets)) })
        )
    )
  }

const notOwn =
  "effect-aws-cache: resources cannot be built over a mock of a ClientCache: use ClientCache.layerTest with a fake, or "
  + "ResourceCache.layerTest"

const attempt = <A>(f: () => A): Effect.Effect<A, unknown> => Effect.try({ try: f, catch: (thrown) => thrown })

// Equal for resources that share a client, but for their configuration, which the client has too.
const variantOf = <Ctor extends ClientClass, Options, R>(
  definition: ResourceDefinition<Ctor, Options, R>,
  options: NormalOptions<Options>
): string | undefined => {
  const { id, ownClient } = definitionParts(definition)
  if (ownClient === false) return undefined
  return `${definition.name}#${id}.${ownClient === true ? options.digest().slice(0, 32) : ownClient(options.value)}`
}

/**
 * Runs the part of a build that is the definition's. What it throws or fails with becomes a `ResourceBuildError` whose
 * message does not show the secrets of configuration and options.
 *
 * @param reason what fails where it fails
 * @param more what else must not be shown
 */
export const failing = <Ctor extends ClientClass, Options, R, A, R2>(
  prepared: PreparedResource<Ctor, Options, R>,
  cache: string,
  reason: ResourceBuildReason,
  build: Effect.Effect<A, unknown, R2>,
  more: MoreSecrets = noMoreSecrets
): Effect.Effect<A, ResourceBuildError, R2> => {
  const { key } = prepared
  const hidden = hiddenOf(prepared, more)
  return Effect.mapError(maskDefects(build, hidden), (cause) => {
    const texts = hidden()
    return new ResourceBuildError({
      cache,
      key: key.label,
      reason: cause instanceof NotAResource ? "NotAResource" : reason,
      detail: maskReason(cause, texts, "it failed with a value that is no Error"),
      cause: maskCause(cause, texts)
    })
  })
}

const hiddenOf =
  <Ctor extends ClientClass, Options, R>({ normal, options }: PreparedResource<Ctor, Options, R>, more: MoreSecrets) =>
  () => hiddenFrom(normal, more).addAll(options.secrets())

// The client would be another one than the key says.
const assertUnchanged = <Ctor extends ClientClass, Options, R>(
  { configuration, normal, options }: PreparedResource<Ctor, Options, R>,
  cache: string
): void => {
  if (normaliseConfig(configuration, cache, options.inKey).digest !== normal.digest) {
    throw new TypeError("its configuration reads differently from one moment to the next")
  }
}
