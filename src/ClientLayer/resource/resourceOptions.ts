/**
 * The options of a resource, normalised: what its key is made from and what it is built from.
 */
import * as Either from "effect/Either"
import { describeType } from "../../Cache/engine/options/describeType.js"
import { CacheKeyError } from "../../Cache/errors/CacheErrors.js"
import { firstWrongPlace } from "../../effect/issues.js"
import type { ClientClass } from "../sdk/AwsClient.js"
import { type HiddenTexts, hiddenTexts } from "../secrets/hiddenTexts.js"
import { type CanonicalContext, canonicalValue } from "../values/canonicalValue.js"
import { isPlainObject } from "../values/plainData.js"
import { printDigest, saltedDigest } from "../values/saltedDigest.js"
import { definitionParts, type ResourceDefinition } from "./ResourceDefinition.js"

/** Normalised options. They can hold secrets, so they live only until the resource is built. */
export interface NormalOptions<out Options> {
  /** The resource is built from these: a copy, which later changes to the caller's object do not reach. */
  readonly value: Options
  /** How they take part in a key: as canonical text, empty when there are none, and as they are shown. */
  readonly inKey: { readonly text: string; readonly printed: () => ReadonlyArray<string> }
  /** Equal for equal options, different for different ones; a salted digest. */
  readonly digest: () => string
  /** The texts that no message may contain. Worked out only when asked for. */
  readonly secrets: () => HiddenTexts
}

/**
 * Normalises the options of a resource, which are read once, and checks them with the schema of its definition.
 *
 * Throws `CacheKeyError`, and what a getter of the options throws.
 *
 * @param input the options, as the caller gave them; `undefined` is `{}`
 * @param cache the name of the kind of key, for errors
 */
export const normaliseOptions = <Ctor extends ClientClass, Options, R>(
  definition: ResourceDefinition<Ctor, Options, R>,
  input: unknown,
  cache: string
): NormalOptions<Options> => {
  const given = input === undefined ? {} : input
  const wrong = (field: string, value: unknown) =>
    new CacheKeyError({
      cache,
      field,
      value: value === undefined ? "missing" : describeType(value),
      accepted: `as the options say: ${definitionParts(definition).acceptedOptions}`
    })
  if (!isPlainObject(given)) throw wrong("options", given)
  const context: CanonicalContext = { cache, isOptions: true }
  const { text, value } = canonicalValue(given, "options", context)
  const valid = definitionParts(definition).validateOptions(value)
  if (Either.isLeft(valid)) {
    // Where the first thing is wrong. The issue's own text would show the value.
    const path = firstWrongPlace(valid.left).path
    const found = path.reduce<unknown>((found, name) => isPlainObject(found) ? found[String(name)] : undefined, value)
    throw wrong(["options", ...path.map(String)].join("."), found)
  }
  const isEmpty = text === "{}"
  return {
    value: valid.right,
    inKey: { text: isEmpty ? "" : `options:${text}`, printed: () => isEmpty ? [] : [`options=${printDigest(text)}`] },
    digest: () => saltedDigest(text),
    secrets: () => hiddenTexts([["options", value]])
  }
}
