/**
 * What others threw, without the secrets they were given.
 *
 * @since 0.1.0
 */
import { inspect } from "node:util"
import { maskSecrets } from "./canonicalValue.js"

/**
 * What was thrown, as it was thrown, or, if a secret can be found in it, an `Error` with the same name, and with message
 * and stack masked.
 *
 * @param secrets what must not be shown
 * @since 0.1.0
 * @category secrets
 */
export const maskedCause = (cause: unknown, secrets: ReadonlySet<string>): unknown => {
  if (!shows(cause, secrets)) return cause
  if (!(cause instanceof Error)) return new Error("a value that is not shown, because it holds a secret")
  const masked = new Error(maskSecrets(cause.message, secrets))
  masked.name = maskSecrets(cause.name, secrets)
  masked.stack = maskSecrets(cause.stack ?? "", secrets)
  return masked
}

const shows = (cause: unknown, secrets: ReadonlySet<string>): boolean => {
  if (secrets.size === 0 || cause === undefined) return false
  try {
    const shown = inspect(cause, { depth: 20, showHidden: true, customInspect: false, maxStringLength: null })
      + String(cause) + (cause instanceof Error ? cause.stack : "")
    return [...secrets].some((secret) => shown.includes(secret) || shown.includes(JSON.stringify(secret).slice(1, -1)))
  } catch {
    // What cannot be looked at cannot be trusted either.
    return true
  }
}
