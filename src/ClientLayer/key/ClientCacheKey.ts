/**
 * The identity of a client: its class and its configuration.
 *
 * @since 1.0.0
 */
import * as Either from "effect/Either"
import * as Schema from "effect/Schema"
import type * as Types from "effect/Types"
import { describeType } from "../../Cache/engine/options/describeType.js"
import { CacheKeyError } from "../../Cache/errors/CacheErrors.js"
import { checkOptions, checkValue } from "../../Cache/options/checkOptions.js"
import { orThrow } from "../../effect/plainEither.js"
import { type ClientClass, type ClientOf, isClientClass } from "../sdk/AwsClient.js"
import { hiddenTextsOf } from "../secrets/hiddenTexts.js"
import { maskCause } from "../secrets/maskCause.js"
import { referenceId, setReferenceTag } from "../values/referenceId.js"
import { canonicalOptions, type ClientArguments, clientOptionKinds } from "./ClientOptions.js"
import { KeyMemo, type Place } from "./KeyMemo.js"
import { type NormalConfig, normaliseConfig } from "./normaliseConfig.js"
import { PrintedKey, printLabel } from "./PrintedKey.js"

/** A key and what its client is built from. */
export interface PreparedClient<out C> {
  readonly key: ClientCacheKey<C>
  readonly clientClass: ClientClass
  readonly normal: NormalConfig
}

const isClass = Schema.is(Schema.declare(isClientClass, { identifier: "ClientClass" }))

interface ClassIdentity {
  readonly clientClass: ClientClass
  readonly constructorId: number
  readonly service: string
  /** Keys of late, by what they were made from. */
  readonly memo: KeyMemo<ClientCacheKey<unknown>>
}

// So that a class is looked at once, not at every hit.
const identities = new WeakMap<object, ClassIdentity>()

const identityOf = (clientClass: unknown): ClassIdentity | undefined => {
  const known = typeof clientClass === "function" ? identities.get(clientClass) : undefined
  if (known !== undefined || !isClass(clientClass)) return known
  const identity = {
    clientClass,
    constructorId: referenceId(clientClass),
    service: clientClass.name === "" ? "Client" : clientClass.name,
    memo: new KeyMemo<ClientCacheKey<unknown>>()
  }
  identities.set(clientClass, identity)
  return identity
}

// Keys are made here only, so that there is none whose configuration was not normalised.
let makeKey: <C>(identity: ClassIdentity, normal: NormalConfig) => ClientCacheKey<C>
let classOf: (key: ClientCacheKey<unknown>) => number

/**
 * The identity of a client. Two keys are equal (`Equal.equals`) exactly when the class is the same and the
 * configurations say the same:
 *
 * - The class counts by identity, not by name: two copies of a package are two classes, `S3` and `S3Client` differ.
 * - Plain fields count by value, whatever their order, nested ones included; a field that is `undefined` is absent, and
 *   so is a region, endpoint, request handler or credentials of `null`; `true` is not `1`.
 * - Functions and class instances (credential providers, request handlers, loggers, agents), objects with functions or
 *   getters, and data that refers to itself count by identity, so make them once and not in each call, or give them a
 *   name with `ClientCacheKey.tag`.
 * - Static credentials count by all their parts, but for the moment they expire. `Redacted` is accepted for them and
 *   counts as the value inside.
 * - What can be written in different ways counts once: `"fips-us-east-1"` is `"us-east-1"` with
 *   `useFipsEndpoint: true`, `"http://h:1"` is `"http://h:1/"`, and `"US-EAST-1"` is `"us-east-1"`. Only the names of
 *   AWS's own regions are folded so: `"RegionOne"` is not `"regionone"`. A region that is left to the environment is not
 *   the same as one that is named, even when they turn out to be equal.
 * - A customization and a variant (`ClientOptions`) count by their names.
 *
 * This is for the key alone. The client is built from what was given, and sends and signs what the bare SDK would; but AWS's
 * own regions are given to it in lower case, because AWS refuses them in capitals.
 *
 * A key holds neither configuration nor secrets: its `id` is a digest under a random salt of this process. So keys
 * cannot be stored, nor compared between processes. It prints as `S3Client(region=us-west-2, credentials=#9f3c)`.
 *
 * @example
 * ```ts
 * import { S3Client } from "@aws-sdk/client-s3"
 * import { Equal } from "effect"
 * import { ClientCacheKey } from "effect-aws-cache/ClientLayer"
 * import * as assert from "node:assert/strict"
 *
 * const one = ClientCacheKey.make(S3Client, { region: "us-west-2", maxAttempts: 5 })
 * const other = ClientCacheKey.make(S3Client, { maxAttempts: 5, region: "US-WEST-2" })
 *
 * assert.equal(Equal.equals(one, other), true)
 * ```
 *
 * @since 1.0.0
 * @category models
 */
export class ClientCacheKey<out C> extends PrintedKey {
  readonly _tag = "ClientCacheKey"
  /** A number that stands for the client class in this process. */
  readonly #constructorId: number
  declare readonly "~effect-aws-cache/ClientLayer/ClientCacheKey"?: Types.Covariant<C>

  static {
    makeKey = (identity, normal) => new ClientCacheKey(identity, normal)
    classOf = (key) => key.#constructorId
  }

  private constructor({ constructorId, service }: ClassIdentity, { digest, print }: NormalConfig) {
    super({ id: `${constructorId}.${digest}` }, service, print)
    this.#constructorId = constructorId
    Object.freeze(this)
  }

  /**
   * The key of a client class and a configuration.
   *
   * Throws `CacheKeyError` for what is no client class, a blank or malformed region or endpoint, incomplete static
   * credentials, a configuration that cannot be read or whose class has fields that clients would pass over, and a
   * customization or variant without a name: a mistake of the program, of which the verbs of caches die. `makeEither` is
   * for configurations from outside. Throws `CacheConfigError` for options that are none.
   *
   * It loads nothing, so it takes a class, and no function that loads one: the key of such a client is
   * `ClientCache.clientKey`'s.
   *
   * @param clientClass a class of clients, such as `S3Client`
   * @param configuration what its constructor takes; after it, as options, a customization and a variant, which are part
   * of the key by their names
   * @since 1.0.0
   */
  static make<Ctor extends ClientClass>(
    clientClass: Ctor,
    ...[configuration, options]: ClientArguments<Ctor>
  ): ClientCacheKey<ClientOf<Ctor>> {
    return orThrow(keyEither<ClientOf<Ctor>>(clientClass, configuration, options))
  }

  /**
   * `make` for a configuration that comes from outside: what it would throw as `CacheKeyError` is `Left`.
   *
   * @since 1.0.0
   */
  static makeEither<Ctor extends ClientClass>(
    clientClass: Ctor,
    ...[configuration, options]: ClientArguments<Ctor>
  ): Either.Either<ClientCacheKey<ClientOf<Ctor>>, CacheKeyError> {
    return keyEither<ClientOf<Ctor>>(clientClass, configuration, options)
  }

  /**
   * Gives a function or an object a name by which it counts in keys from now on, instead of by its identity. Two values
   * with the same name in the same field are one to the cache, so the name must say everything that matters about the
   * value. Returns the value itself.
   *
   * Throws `CacheConfigError` for a name that is no text, or a value that is neither a function nor an object.
   *
   * @param name what it is called in keys, not blank; it is printed, so it must not hold a secret
   * @since 1.0.0
   */
  static tag<A extends object>(name: string, value: A): A {
    orThrow(checkValue("ClientCacheKey.tag", "name", name, "text"))
    orThrow(checkValue("ClientCacheKey.tag", "value", value, referenceKind))
    setReferenceTag(value, name)
    return value
  }
}

const keyEither = <C>(
  clientClass: unknown,
  configuration: unknown,
  options: unknown
): Either.Either<ClientCacheKey<C>, CacheKeyError> => {
  if (options !== undefined) orThrow(checkOptions("ClientCacheKey", options, clientOptionKinds))
  return Either.map(prepareClient<C>(clientClass, configuration, options), ({ key }) => printLabel(key))
}

/**
 * The key of a client class and a configuration, together with the normalised configuration to build the client from.
 * Both come from one reading of the configuration, so they cannot disagree. The key holds on to the configuration until
 * it is first shown; whoever keeps it makes it `printLabel`.
 *
 * @param clientClass checked to be a class of clients
 * @param configuration checked and normalised
 * @param options checked
 */
export const prepareClient = <C>(
  clientClass: unknown,
  configuration: unknown,
  options?: unknown
): Either.Either<PreparedClient<C>, CacheKeyError> => {
  const identity = identityOf(clientClass)
  if (identity === undefined) return Either.left(notAClass(clientClass))
  const cache = `ClientCacheKey(${identity.service})`
  if (identity.clientClass.length > 1) return Either.left(needsMore(cache, identity.clientClass))
  try {
    const normal = normaliseConfig(configuration, cache, canonicalOptions(options, cache))
    return Either.right({ clientClass: identity.clientClass, normal, key: makeKey<C>(identity, normal) })
  } catch (cause) {
    return Either.left(
      cause instanceof CacheKeyError ? cause : unreadable(cache, maskCause(cause, hiddenTextsOf(configuration)))
    )
  }
}

/**
 * Where the key of a class, a configuration and options is remembered, once it has been there, and if it can be: a
 * printLabel key put there is the one for all that is equal.
 */
export const keyPlace = (
  clientClass: ClientClass,
  configuration: unknown,
  options: unknown
): Place<ClientCacheKey<unknown>> | undefined => identities.get(clientClass)?.memo.place(configuration, options)

/** Whether a key is one of a class, which is part of its identity. */
export const isKeyOf = <C>(key: ClientCacheKey<unknown>, clientClass: ClientClass): key is ClientCacheKey<C> =>
  classOf(key) === identities.get(clientClass)?.constructorId

/**
 * Whether a value is a `ClientCacheKey`.
 *
 * @since 1.0.0
 * @category guards
 */
export const isClientCacheKey = (u: unknown): u is ClientCacheKey<unknown> => u instanceof ClientCacheKey

const referenceKind = {
  accepted: "a function or an object",
  accepts: (value: unknown) => typeof value === "function" || (typeof value === "object" && value !== null)
}

const notAClass = (value: unknown): CacheKeyError =>
  new CacheKeyError({
    cache: "ClientCacheKey",
    field: "the client class",
    value: typeof value === "function"
      ? `the function ${JSON.stringify(value.name)}`
      : describeType(value),
    accepted: "an AWS SDK v3 client class such as S3Client (ClientCache.clientKey takes a function that loads one too)"
  })

const needsMore = (cache: string, { length }: ClientClass): CacheKeyError =>
  new CacheKeyError({
    cache,
    field: "the client class",
    value: `one whose constructor has ${length} parameters`,
    accepted: "one that is built from a configuration alone: give all other parameters a default value "
      + "(more = undefined), or put them into a class of your own that calls super"
  })

const unreadable = (cache: string, cause: unknown): CacheKeyError =>
  new CacheKeyError({
    cache,
    field: "config",
    value: "an object that throws when it is read",
    accepted: "an object with the fields of the client's configuration",
    cause
  })
