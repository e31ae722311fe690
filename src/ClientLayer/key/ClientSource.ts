/**
 * Where a client class comes from.
 *
 * @since 1.0.0
 */
import * as Effect from "effect/Effect"
import { describeType } from "../../Cache/engine/options/describeType.js"
import { CacheKeyError } from "../../Cache/errors/CacheErrors.js"
import { ClientBuildError } from "../errors/ClientErrors.js"
import { type ClientClass, isClientClass, isConstructor } from "../sdk/AwsClient.js"
import { hiddenTextsOf } from "../secrets/hiddenTexts.js"
import { maskCause, maskError } from "../secrets/maskCause.js"

/**
 * A function that loads a client class, for instance
 * `() => import("@aws-sdk/client-s3").then((module) => module.S3Client)`.
 *
 * It must be an arrow function, an async function or a method. These are no constructors, and that is how a loader is
 * told from a class without running either.
 *
 * @since 1.0.0
 * @category models
 */
export type ClientLoader<Ctor extends ClientClass> = () => PromiseLike<Ctor>

/**
 * A client class, or a function that loads one.
 *
 * @since 1.0.0
 * @category models
 */
export type ClientSource<Ctor extends ClientClass> = Ctor | ClientLoader<Ctor>

// A loader that is made once and used often is run once. One that is written in the call is a new function each time,
// and then the module system remembers.
const loaded = new WeakMap<object, ClientClass>()

/** The class of a source that was resolved before. */
export const knownClass = <Ctor extends ClientClass>(source: ClientSource<Ctor>): ClientClass | undefined =>
  loaded.get(source)

/**
 * The class of a source, loaded if need be. A failure to load is not remembered. Dies with `CacheKeyError` of what is no
 * source.
 *
 * @param cache the name of the cache, for errors
 * @param config the configuration that the class is asked for with; no error shows what its key would not show
 */
export const resolveSource = (
  source: unknown,
  cache: string,
  config?: unknown
): Effect.Effect<ClientClass, ClientBuildError> => Effect.suspend(() => resolve(source, cache, config))

const resolve = (
  source: unknown,
  cache: string,
  config: unknown
): Effect.Effect<ClientClass, ClientBuildError> => {
  if (typeof source !== "function") return Effect.die(notASource(cache, describeType(source)))
  const known = loaded.get(source)
  if (known !== undefined) return Effect.succeed(known)
  if (isClientClass(source)) {
    loaded.set(source, source)
    return Effect.succeed(source)
  }
  if (isConstructor(source)) {
    return Effect.die(notASource(cache, `the function ${JSON.stringify(source.name)}, which has no send method`))
  }
  return Effect.flatMap(
    Effect.tryPromise({
      try: (): Promise<unknown> => Promise.resolve(source()),
      catch: (cause) => {
        const hidden = hiddenTextsOf(config)
        return new ClientBuildError({
          cache,
          key: "a client class",
          reason: "Loader",
          detail: `its loader failed with ${maskError(cause, hidden, "a value that is no Error")}`,
          cause: maskCause(cause, hidden)
        })
      }
    }),
    (clientClass) => {
      if (!isClientClass(clientClass)) {
        return Effect.die(
          notASource(cache, `a loader of something that is no client class (${describeType(clientClass)})`)
        )
      }
      loaded.set(source, clientClass)
      return Effect.succeed(clientClass)
    }
  )
}

const notASource = (cache: string, value: string): CacheKeyError =>
  new CacheKeyError({
    cache,
    field: "the client class",
    value,
    accepted: "an AWS SDK v3 client class such as S3Client, or an arrow function that loads one"
  })
