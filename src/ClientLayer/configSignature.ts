/**
 * Recognising a configuration that was seen before, without normalising it again.
 *
 * @since 0.1.0
 */
import * as Redacted from "effect/Redacted"
import { isPlainObject } from "./canonicalValue.js"
import { ClientCustomization } from "./ClientCustomization.js"
import { shownStrings } from "./printFields.js"
import { referenceId, referenceTag } from "./referenceId.js"
import { credentialsDigest } from "./staticCredentials.js"

/**
 * A text for a configuration and options as they are at this moment, the same only for those that make the same key, or
 * `undefined` when there is none and the key has to be worked out. It is much cheaper than a key, and it can be
 * kept: it holds only what keys show, and digests. So there is none for a configuration with other texts in it, nor for
 * one with nested data but for static credentials that have been asked for before.
 *
 * Nothing is remembered of a configuration but by its content: one that was changed has another signature.
 *
 * @since 0.1.0
 * @category constructors
 */
export const configSignature = (config: unknown, options: unknown): string | undefined => {
  try {
    const signature = fieldsSignature(config)
    return signature === undefined || options === undefined ? signature : withOptions(signature, options)
  } catch {
    // What cannot be read is told by whoever works out the key.
    return undefined
  }
}

const fieldsSignature = (config: unknown): string | undefined => {
  if (config === undefined) return ""
  if (!isPlainObject(config)) return undefined
  let signature = ""
  for (const name of Object.keys(config)) {
    const value = config[name]
    if (value === undefined) continue
    const part = fieldSignature(name, value)
    if (part === undefined) return undefined
    signature += `${name.length}:${name}${part}`
  }
  return signature
}

// No part is the beginning of another, so no two lists of parts make the same text.
const fieldSignature = (name: string, value: unknown): string | undefined => {
  switch (typeof value) {
    case "boolean":
      return value ? "T" : "F"
    case "number":
      return Object.is(value, -0) ? "N-0;" : `N${value};`
    case "string":
      return isShown(name, value) ? `S${value.length}:${value}` : undefined
    case "function": {
      const tag = referenceTag(value)
      return tag === undefined ? `R${referenceId(value)};` : `G${tag.length}:${tag}`
    }
    case "object": {
      if (name !== "credentials") return undefined
      const credentials = Redacted.isRedacted(value) ? Redacted.value(value) : value
      const digest = isPlainObject(credentials) ? credentialsDigest(credentials) : undefined
      return digest === undefined ? undefined : `C${digest}`
    }
    default:
      return undefined
  }
}

const isShown = (name: string, value: string): boolean =>
  name === "endpoint" ? !/[@?#\\]/.test(value) : shownStrings.has(name)

const withOptions = (signature: string, options: unknown): string | undefined => {
  if (typeof options !== "object" || options === null) return undefined
  const customize = "customize" in options ? options.customize : undefined
  const variant = "variant" in options ? options.variant : undefined
  let text = signature
  if (customize !== undefined) {
    if (!(customize instanceof ClientCustomization)) return undefined
    text += `|c${customize.name.length}:${customize.name}`
  }
  if (variant !== undefined) {
    if (typeof variant !== "string") return undefined
    text += `|v${variant.length}:${variant}`
  }
  return text
}
