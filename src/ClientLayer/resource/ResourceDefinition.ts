/**
 * What a resource is: a higher-level object over a client.
 *
 * @since 1.0.0
 */
import * as Effect from "effect/Effect"
import type * as Either from "effect/Either"
import * as Predicate from "effect/Predicate"
import * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"
import type * as Types from "effect/Types"
import { handleRejection } from "../../Cache/engine/handleRejection.js"
import { describeType } from "../../Cache/engine/options/describeType.js"
import { isOfKind, type OptionKinds } from "../../Cache/engine/options/optionKinds.js"
import { CacheConfigError } from "../../Cache/errors/CacheErrors.js"
import { checkOptions, checkValue } from "../../Cache/options/checkOptions.js"
import { requireEffect } from "../../Cache/options/requireEffect.js"
import { schemaKind } from "../../Cache/options/schemaKind.js"
import { printKey } from "../../Cache/printing/printKey.js"
import { orThrow } from "../../effect/plainEither.js"
import { type AnySchema, printSchema, type SchemaIssue, strictValidator } from "../../effect/schemas.js"
import type { ClientCustomization } from "../key/ClientCustomization.js"
import { customizationKind } from "../key/ClientOptions.js"
import type { ClientSource } from "../key/ClientSource.js"
import type { ClientClass, ClientOf, OptionalConfig } from "../sdk/AwsClient.js"
import { referenceId } from "../values/referenceId.js"
import { NotAResource } from "./NotAResource.js"

/**
 * How a resource is defined. `R` is the resource, `Options` what tells two resources over one client apart.
 *
 * @since 1.0.0
 * @category models
 */
export interface ResourceSpec<in out Ctor extends ClientClass, in out Options, in out R> {
  /** What its keys are called when they are printed: not blank, 100 characters at most. */
  readonly name: string
  /** The class of the client it is built over, or an arrow function that loads one. */
  readonly client: ClientSource<Ctor>
  /**
   * Builds the resource. It may acquire what it needs in its scope, which is closed when the resource is released,
   * before its client is let go.
   *
   * When nobody waits for it any more it is interrupted, but not if there is a `release`: then it is uninterruptible,
   * as in `Effect.acquireRelease`.
   */
  readonly make: (client: ClientOf<Ctor>, options: Options) => R | Effect.Effect<R, unknown, Scope.Scope>
  /**
   * Releases a resource that the cache built, once, after it left the cache and its last lease ended. Failures are
   * logged and counted. Default: there is nothing to do but to close the scope.
   */
  readonly release?: ((resource: R) => Effect.Effect<unknown, unknown>) | undefined
  /**
   * Whether each resource gets a client of its own: one that is given to no other resource, nor to those who ask for
   * a client of the same configuration. For resources that change their client, as `DynamoDBDocumentClient.from` does.
   * A function names the client by the options: resources of this definition with the same name share one. The name is
   * printed, so it must not hold a secret. Default `false`: everybody shares the client.
   */
  readonly ownClient?: boolean | ((options: Options) => string) | undefined
  /** What is done to the client when it is new, once; it is part of the client's key. */
  readonly customize?: ClientCustomization<ClientOf<Ctor>> | undefined
  /**
   * Whether a value is such a resource, for what callers put into a cache. Default: whether it is an object or a
   * function, and neither an effect nor a promise.
   */
  readonly isResource?: ((u: unknown) => boolean) | undefined
}

/**
 * Options of resources that have none.
 *
 * @since 1.0.0
 * @category models
 */
export type NoOptions = Readonly<Record<string, never>>

/**
 * The arguments after a definition: the configuration of its client and the options of the resource, each optional
 * where it has no required field.
 *
 * @since 1.0.0
 * @category models
 */
export type ResourceArguments<Ctor extends ClientClass, Options> = {} extends Options
  ? undefined extends OptionalConfig<Ctor> ? [configuration?: OptionalConfig<Ctor>, options?: Options | undefined]
  : [configuration: OptionalConfig<Ctor>, options?: Options | undefined]
  : [configuration: OptionalConfig<Ctor>, options: Options]

/**
 * The options of a resource as the last argument, optional where they have no required field.
 *
 * @since 1.0.0
 * @category models
 */
export type ResourceOptionsArguments<Options> = {} extends Options ? [options?: Options | undefined]
  : [options: Options]

/** What resources of a definition are built from. */
interface DefinitionParts<in out Ctor extends ClientClass, in out Options, out R> {
  /** A number that stands for it in this process. */
  readonly id: number
  readonly name: string
  /** The class of the client it is built over, or an arrow function that loads one. */
  readonly client: ClientSource<Ctor>
  /** Whether each resource gets a client of its own, or how its client is called. */
  readonly ownClient: boolean | ((options: Options) => string)
  /** What is done to the client when it is new. */
  readonly customize: ClientCustomization<ClientOf<Ctor>> | undefined
  /** Whether a value is such a resource. */
  readonly isResource: (u: unknown) => boolean
  /** What the options may be, for messages. */
  readonly acceptedOptions: string
  /** The options, if the schema accepts them. */
  readonly validateOptions: (options: unknown) => Either.Either<Options, SchemaIssue>
  /** Builds a resource: interruptible wherever it is run, but not if there is a `release`. */
  readonly build: (client: ClientOf<Ctor>, options: Options) => Effect.Effect<BuiltResource<R>, unknown, Scope.Scope>
}

let partsOf: <Ctor extends ClientClass, Options, R>(
  definition: ResourceDefinition<Ctor, Options, R>
) => DefinitionParts<Ctor, Options, R>

/**
 * A kind of resource: a higher-level object over a client, such as a `DynamoDBDocumentClient`, a table, a queue or a
 * repository. A definition counts by identity in keys, so make it once, at the top level of a module.
 *
 * @example
 * ```ts
 * import { PutObjectCommand, S3Client } from "@aws-sdk/client-s3"
 * import { Effect, Schema } from "effect"
 * import { ResourceCache, ResourceCacheLive, ResourceDefinition, sendCommand } from "effect-aws-cache/ClientLayer"
 * import * as assert from "node:assert/strict"
 *
 * const Bucket = ResourceDefinition.make({
 *   name: "Bucket",
 *   client: S3Client,
 *   options: Schema.Struct({ bucket: Schema.String }),
 *   make: (s3, { bucket }) => ({
 *     put: (key: string, text: string) => sendCommand(s3, new PutObjectCommand({ Bucket: bucket, Key: key, Body: text }))
 *   })
 * })
 *
 * const program = ResourceCache.withResource(
 *   Bucket,
 *   { region: "us-west-2" },
 *   (bucket) => bucket.put("greeting", "hello"),
 *   { bucket: "my-bucket" }
 * ).pipe(Effect.provide(ResourceCacheLive))
 *
 * assert.equal((await Effect.runPromise(program)).$metadata.httpStatusCode, 200)
 * ```
 *
 * @since 1.0.0
 * @category models
 */
export class ResourceDefinition<in out Ctor extends ClientClass, in out Options, out R> {
  readonly _tag = "ResourceDefinition"
  /** What its keys are called when they are printed. */
  readonly name: string
  declare readonly "~effect-aws-cache/ClientLayer/ResourceDefinition"?: {
    readonly _Ctor: Types.Invariant<Ctor>
    readonly _Options: Types.Invariant<Options>
    readonly _R: Types.Covariant<R>
  }
  readonly #parts: DefinitionParts<Ctor, Options, R>

  static {
    partsOf = (definition) => definition.#parts
  }

  private constructor(
    spec: ResourceSpec<Ctor, Options, R>,
    options: Schema.Schema<Options>
  ) {
    const { make, release } = spec
    this.name = spec.name
    const isResource = spec.isResource ?? isObject
    const build: DefinitionParts<Ctor, Options, R>["build"] = (client, options) => {
      const made = Effect.try({ try: () => make(client, options), catch: (thrown) => thrown }).pipe(
        // A promise is no resource. What it is rejected with is nobody's.
        Effect.tap((made) => Effect.sync(() => void handleRejection(made, () => {}))),
        Effect.flatMap((made) => Effect.isEffect(made) ? made : Effect.succeed(made)),
        Effect.filterOrFail(
          (resource) => isResource(resource),
          (made) => new NotAResource(`its make gave ${describeType(made)}, which it does not take for such a resource`)
        )
      )
      return release === undefined
        ? Effect.interruptible(Effect.map(made, (resource) => ({ resource, release: Effect.void })))
        : Effect.uninterruptible(
          Effect.map(
            made,
            (resource) => ({
              resource,
              release: Effect.suspend(() => requireEffect(spec.name, "release", release(resource)))
            })
          )
        )
    }
    this.#parts = {
      id: referenceId(this),
      name: spec.name,
      client: spec.client,
      ownClient: spec.ownClient ?? false,
      customize: spec.customize,
      isResource,
      acceptedOptions: shortSchema(options),
      validateOptions: strictValidator(options),
      build
    }
    Object.freeze(this)
  }

  /**
   * Defines a kind of resource; meant for the top level of a module.
   *
   * With `options`, a schema, two resources of one definition may differ in more than their client. The schema checks
   * options as they are, it does not decode; a field it does not know is an error. Options count in keys by value,
   * like configurations: plain objects whatever the order of their fields, functions and class instances by identity.
   *
   * Throws `CacheConfigError` for a name, or a field, it cannot accept.
   *
   * @since 1.0.0
   */
  static make<Ctor extends ClientClass, R, Options, OptionsEncoded>(
    spec: ResourceSpec<Ctor, Options, R> & { readonly options: Schema.Schema<Options, OptionsEncoded> }
  ): ResourceDefinition<Ctor, Options, R>
  static make<Ctor extends ClientClass, R>(
    spec: ResourceSpec<Ctor, NoOptions, R>
  ): ResourceDefinition<Ctor, NoOptions, R>
  static make<Ctor extends ClientClass, R, Options, OptionsEncoded>(
    spec:
      | ResourceSpec<Ctor, Options, R> & { readonly options: Schema.Schema<Options, OptionsEncoded> }
      | ResourceSpec<Ctor, NoOptions, R>
  ): ResourceDefinition<Ctor, Options, R> | ResourceDefinition<Ctor, NoOptions, R> {
    const { name } = isOfKind(spec, "object") ? spec : { name: undefined }
    if (typeof name !== "string" || name.trim() === "" || name.length > longestName) {
      const value = typeof name === "string" ? printKey(name) : describeType(name)
      const accepted = `a text that is not blank, of ${longestName} characters at most`
      throw new CacheConfigError({ cache: "ResourceDefinition", option: "name", value, accepted })
    }
    const cache = `ResourceDefinition ${name}`
    orThrow(checkOptions(cache, spec, specKinds))
    orThrow(checkValue(cache, "client", spec.client, clientKind))
    return "options" in spec
      ? new ResourceDefinition(spec, Schema.typeSchema(spec.options))
      : new ResourceDefinition(spec, noOptions)
  }
}

/** What resources of a definition are built from. */
export const definitionParts = <Ctor extends ClientClass, Options, R>(
  definition: ResourceDefinition<Ctor, Options, R>
): DefinitionParts<Ctor, Options, R> => partsOf(definition)

/** A resource that was built, and what is to be done before its scope is closed. */
export interface BuiltResource<out R> {
  /** What was built. */
  readonly resource: R
  /** Lets go of what was acquired for it. */
  readonly release: Effect.Effect<unknown, unknown>
}

/**
 * The resources of a definition: `ResourceOf<typeof DynamoDBDocumentResource>` is `DynamoDBDocument`.
 *
 * @since 1.0.0
 * @category models
 */
export type ResourceOf<Definition> = Definition extends ResourceDefinition<infer _Ctor, infer _Options, infer R> ? R
  : never

const longestName = 100

const clientKind = {
  accepted: "an AWS SDK v3 client class such as S3Client, or an arrow function that loads one",
  accepts: (value: unknown) => typeof value === "function"
}

const specKinds: OptionKinds<ResourceSpec<never, never, never> & { readonly options: unknown }> = {
  name: "any",
  client: clientKind,
  options: schemaKind,
  make: "acquire",
  release: "function",
  ownClient: {
    accepted: "true, false or a function that returns a name",
    accepts: (value) => typeof value === "boolean" || typeof value === "function"
  },
  customize: customizationKind,
  isResource: "function"
}

const longestSchema = 200

const shortSchema = (schema: AnySchema): string => {
  const printed = printSchema(schema)
  return printed.length > longestSchema ? `${printed.slice(0, longestSchema - 3)}...` : printed
}

const noOptions: Schema.Schema<NoOptions> = Schema.Record({ key: Schema.String, value: Schema.Never })

const isObject = (u: unknown): boolean =>
  ((typeof u === "object" && u !== null) || typeof u === "function") && !Effect.isEffect(u)
  && !Predicate.isPromiseLike(u)
