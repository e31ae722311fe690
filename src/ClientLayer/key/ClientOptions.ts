/**
 * What a client is asked for with, besides its configuration.
 *
 * @since 1.0.0
 */
import { describeType } from "../../Cache/engine/options/describeType.js"
import type { OptionKinds, SpecialKind } from "../../Cache/engine/options/optionKinds.js"
import { CacheKeyError } from "../../Cache/errors/CacheErrors.js"
import type { ClientClass, ClientConfig, ClientOf, OptionalConfig } from "../sdk/AwsClient.js"
import { ClientCustomization } from "./ClientCustomization.js"

/**
 * What tells clients apart besides their configuration. All of it is part of the key.
 *
 * @since 1.0.0
 * @category models
 */
export interface ClientOptions<in C> {
  /** What is done to the client when it is new, once. */
  readonly customize?: ClientCustomization<C> | undefined
  /** A name that keeps this client apart from others that would be equal. It is printed, so it must not hold a secret. */
  readonly variant?: string | undefined
}

/** The kind of options that are customizations. */
export const customizationKind: SpecialKind = {
  accepted: "a ClientCustomization, made by ClientCustomization.make",
  accepts: (value) => value instanceof ClientCustomization
}

/** Which options there are besides a configuration. */
export const clientOptionKinds: OptionKinds<ClientOptions<never>> = {
  customize: customizationKind,
  variant: "text"
}

/**
 * The arguments after a client class: its configuration, optional where the class has it optional, and options.
 *
 * @since 1.0.0
 * @category models
 */
export type ClientArguments<Ctor extends ClientClass> = undefined extends OptionalConfig<Ctor>
  ? [config?: OptionalConfig<Ctor>, options?: ClientOptions<ClientOf<Ctor>> | undefined]
  : [config: ClientConfig<Ctor>, options?: ClientOptions<ClientOf<Ctor>> | undefined]

/**
 * Adds to the configuration and the options that a client is asked for with, before they make a key. It must not throw.
 */
export type CompleteRequest = (
  config: unknown,
  options: unknown
) => { readonly config: unknown; readonly options: unknown }

/**
 * Options of the kinds of `clientOptionKinds` as they take part in a key: as canonical text, empty when there are none,
 * and as they are shown.
 *
 * Throws `CacheKeyError` for a customization or variant whose name makes no key.
 *
 * @param cache the name of the kind of key, for errors
 */
export const canonicalOptions = (
  options: unknown,
  cache: string
): { readonly text: string; readonly printed: () => ReadonlyArray<string> } => {
  if (typeof options !== "object" || options === null) return none
  const customize = "customize" in options ? options.customize : undefined
  const variant = "variant" in options ? options.variant : undefined
  let text = ""
  const printed: Array<string> = []
  if (customize instanceof ClientCustomization) {
    const name = checkedName("customize.name", customize.name, cache)
    text += `customize:${JSON.stringify(name)},`
    printed.push(`customize=${name}`)
  }
  if (variant !== undefined) {
    const name = checkedName("variant", variant, cache)
    text += `variant:${JSON.stringify(name)},`
    printed.push(`variant=${name}`)
  }
  return { text, printed: () => printed }
}

const none = { text: "", printed: () => [] }

const checkedName = (field: string, value: unknown, cache: string): string => {
  if (typeof value === "string" && value.trim() !== "") return value
  throw new CacheKeyError({
    cache,
    field,
    value: typeof value === "string" ? "blank" : describeType(value),
    accepted: "a name that is not blank"
  })
}
