/**
 * Resources for tests.
 *
 * @since 1.0.0
 */
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import type * as Types from "effect/Types"
import { checkValue } from "../../Cache/options/checkOptions.js"
import { orThrow } from "../../effect/plainEither.js"
import type { ClientClass } from "../sdk/AwsClient.js"
import { failing, type ResourceBuilder } from "./ResourceBuilder.js"
import { definitionParts, ResourceDefinition } from "./ResourceDefinition.js"

/**
 * What a test gives out for the resources of a definition.
 *
 * @since 1.0.0
 * @category models
 */
export interface ResourceFake {
  /** The name of the definition that it stands in for. */
  readonly definition: string
}

/** What resources are made from in place of a definition. */
interface FakeParts {
  /** A number that stands for the definition. */
  readonly id: number
  /** Makes a resource from the configuration and the options that were asked with. */
  readonly make: (config: Readonly<Record<string, unknown>>, options: unknown) => unknown
}

const partsOf = new WeakMap<ResourceFake, FakeParts>()

/**
 * A fake for the resources of a definition.
 *
 * @param definition what it stands in for
 * @param make makes one resource for each distinct key; it is given the client's configuration, normalised, and the
 *   options
 */
export const resourceFake = <Ctor extends ClientClass, Options, R>(
  definition: ResourceDefinition<Ctor, Options, R>,
  make: (config: Readonly<Record<string, unknown>>, options: Options) => Types.NoInfer<R>
): ResourceFake => {
  orThrow(checkValue("ResourceCache.fake", "definition", definition, definitionKind))
  orThrow(checkValue("ResourceCache.fake", "make", make, "function"))
  const { id, validateOptions } = definitionParts(definition)
  const fake = { definition: definition.name }
  partsOf.set(fake, { id, make: (config, options) => make(config, Either.getOrThrow(validateOptions(options))) })
  return fake
}

const definitionKind = {
  accepted: "a ResourceDefinition, made by ResourceDefinition.make",
  accepts: (definition: unknown) => definition instanceof ResourceDefinition
}

/**
 * A builder that gives out fakes. They are the test's: they are never released.
 *
 * @param otherwise builds the resources of definitions there is no fake for
 */
export const fakeResourceBuilder =
  (fakes: ReadonlyArray<ResourceFake>, otherwise: ResourceBuilder): ResourceBuilder => (prepared, cache) => {
    const { id } = definitionParts(prepared.definition)
    const fake = fakes.map((fake) => partsOf.get(fake)).find((parts) => parts?.id === id)
    if (fake === undefined) return otherwise(prepared, cache)
    return failing(
      prepared,
      cache,
      "Make",
      Effect.try({
        try: () => ({ resource: fake.make(prepared.normal.config, prepared.options.value), release: Effect.void }),
        catch: (thrown) => thrown
      })
    )
  }

/**
 * A builder that fails, so that a test reaches no network by accident.
 *
 * @param layer the name of the layer with the fakes, for errors
 */
export const noFake = (layer: string): ResourceBuilder => (prepared, cache) =>
  failing(
    prepared,
    cache,
    "Make",
    Effect.fail(
      new Error(
        `${layer} has no fake for ${prepared.definition.name}: give it one by ResourceCache.fake`
      )
    )
  )
