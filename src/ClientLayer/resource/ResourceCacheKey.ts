/**
 * The identity of a resource: its definition, the configuration of its client and its own options.
 *
 * @since 1.0.0
 */
import * as Either from "effect/Either"
import type * as Types from "effect/Types"
import { describeType } from "../../Cache/engine/options/describeType.js"
import { CacheKeyError } from "../../Cache/errors/CacheErrors.js"
import { orThrow } from "../../effect/plainEither.js"
import { type NormalConfig, normaliseConfig } from "../key/normaliseConfig.js"
import { PrintedKey, printLabel } from "../key/PrintedKey.js"
import type { ClientClass } from "../sdk/AwsClient.js"
import { hiddenTextsOf } from "../secrets/hiddenTexts.js"
import { maskCause } from "../secrets/maskCause.js"
import { definitionParts, type ResourceArguments, ResourceDefinition } from "./ResourceDefinition.js"
import { normaliseOptions, type NormalOptions } from "./resourceOptions.js"

/** A key and what its resource is built from. */
export interface PreparedResource<Ctor extends ClientClass, Options, R> {
  readonly key: ResourceCacheKey<R>
  readonly definition: ResourceDefinition<Ctor, Options, R>
  /** The configuration of its client, as the caller gave it. */
  readonly configuration: unknown
  /** The same, normalised; its digest covers the options too. */
  readonly normal: NormalConfig
  readonly options: NormalOptions<Options>
}

/** What a key has to know of its definition. */
interface Kind {
  readonly id: number
  readonly name: string
  readonly isResource: (u: unknown) => boolean
}

// Keys are made here only, so that there is none whose configuration and options were not checked.
let makeKey: <R>(kind: Kind, normal: NormalConfig) => ResourceCacheKey<R>

/**
 * The identity of a resource. Two keys are equal (`Equal.equals`) exactly when the definition is the same, the
 * configurations of their clients say the same (see `ClientCacheKey`), and so do the options. No key of a resource
 * equals one of a client.
 *
 * Options count like configurations: plain objects by value, whatever the order of their fields, a field that is
 * `undefined` being absent; functions and class instances by identity, or by the name given with `ClientCacheKey.tag`.
 *
 * A key holds neither configuration nor options: its `id` is a digest under a random salt of this process. It prints as
 * `UsersTable(region=us-west-2, credentials=#9f3c, options=#01d7)`; what the options say is not shown.
 *
 * @example
 * ```ts
 * import { Equal } from "effect"
 * import { DynamoDBDocumentResource, ResourceCacheKey } from "effect-aws-cache/ClientLayer"
 * import * as assert from "node:assert/strict"
 *
 * const keyFor = (region: string) =>
 *   ResourceCacheKey.make(
 *     DynamoDBDocumentResource,
 *     { region },
 *     { marshallOptions: { removeUndefinedValues: true } }
 *   )
 *
 * assert.equal(Equal.equals(keyFor("us-west-2"), keyFor("us-west-2")), true)
 * assert.equal(Equal.equals(keyFor("us-west-2"), keyFor("eu-west-1")), false)
 * ```
 *
 * @since 1.0.0
 * @category models
 */
export class ResourceCacheKey<out R> extends PrintedKey {
  readonly _tag = "ResourceCacheKey"
  declare readonly "~effect-aws-cache/ClientLayer/ResourceCacheKey"?: Types.Covariant<R>
  readonly #kind: Kind

  static {
    makeKey = (kind, normal) => new ResourceCacheKey(kind, normal)
  }

  private constructor(kind: Kind, { digest, print }: NormalConfig) {
    super({ id: `${kind.id}.${digest}` }, kind.name, print)
    this.#kind = kind
    Object.freeze(this)
  }

  /**
   * The key of a resource. It loads nothing, also when the class of the client is yet to be loaded.
   *
   * Throws `CacheKeyError`, which names the field, for what is no definition, a configuration that makes no
   * `ClientCacheKey`, and options that the definition's schema does not accept: a mistake of the program, of which the
   * verbs of caches die. `makeEither` is for what comes from outside.
   *
   * @param definition what kind of resource it is
   * @param args the configuration of its client, and the options of the resource
   * @since 1.0.0
   */
  static make<Ctor extends ClientClass, Options, R>(
    definition: ResourceDefinition<Ctor, Options, R>,
    ...[configuration, options]: ResourceArguments<Ctor, Options>
  ): ResourceCacheKey<R> {
    return orThrow(keyEither(definition, configuration, options))
  }

  /**
   * `make` for what comes from outside: what it would throw as `CacheKeyError` is `Left`.
   *
   * @since 1.0.0
   */
  static makeEither<Ctor extends ClientClass, Options, R>(
    definition: ResourceDefinition<Ctor, Options, R>,
    ...[configuration, options]: ResourceArguments<Ctor, Options>
  ): Either.Either<ResourceCacheKey<R>, CacheKeyError> {
    return keyEither(definition, configuration, options)
  }

  /**
   * Whether a value is a resource of this key's definition.
   *
   * @since 1.0.0
   */
  accepts(u: unknown): boolean {
    return this.#kind.isResource(u)
  }
}

/** The key of a resource, by itself. */
export const keyEither = <Ctor extends ClientClass, Options, R>(
  definition: ResourceDefinition<Ctor, Options, R>,
  configuration: unknown,
  options: unknown
): Either.Either<ResourceCacheKey<R>, CacheKeyError> =>
  Either.map(prepareResource(definition, configuration, options), ({ key }) => printLabel(key))

/** The key of a resource, together with the normalised configuration and options to build it from. */
export const prepareResource = <Ctor extends ClientClass, Options, R>(
  definition: ResourceDefinition<Ctor, Options, R>,
  configuration: unknown,
  options: unknown
): Either.Either<PreparedResource<Ctor, Options, R>, CacheKeyError> => {
  if (!(definition instanceof ResourceDefinition)) return Either.left(notADefinition(definition))
  const cache = `ResourceCacheKey(${definition.name})`
  try {
    const own = normaliseOptions(definition, options, cache)
    const normal = normaliseConfig(configuration, cache, own.inKey)
    return Either.right({
      key: makeKey<R>(definitionParts(definition), normal),
      definition,
      configuration,
      normal,
      options: own
    })
  } catch (cause) {
    const hidden = () => hiddenTextsOf(configuration).addAll(hiddenTextsOf(options))
    return Either.left(cause instanceof CacheKeyError ? cause : unreadable(cache, maskCause(cause, hidden())))
  }
}

/**
 * Whether a value is a `ResourceCacheKey`.
 *
 * @since 1.0.0
 * @category guards
 */
export const isResourceCacheKey = (u: unknown): u is ResourceCacheKey<unknown> => u instanceof ResourceCacheKey

const notADefinition = (value: unknown): CacheKeyError =>
  new CacheKeyError({
    cache: "ResourceCacheKey",
    field: "the definition",
    value: describeType(value),
    accepted: "a ResourceDefinition, made by ResourceDefinition.make"
  })

const unreadable = (cache: string, cause: unknown): CacheKeyError =>
  new CacheKeyError({
    cache,
    field: "config or options",
    value: "an object that throws when it is read",
    accepted: "objects with the fields of the client's configuration and of the resource's options",
    cause
  })
