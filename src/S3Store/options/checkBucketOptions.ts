/**
 * The options of a bucket, where what belongs to its client is told apart.
 */
import * as Either from "effect/Either"
import type { OptionKind } from "../../Cache/engine/options/optionKinds.js"
import { CacheConfigError } from "../../Cache/errors/CacheErrors.js"
import { checkOptions } from "../../Cache/options/checkOptions.js"

/** What is said of a client, and most likely by mistake of a bucket. */
const ofClients = new Set([
  "region",
  "endpoint",
  "forcePathStyle",
  "credentials",
  "profile",
  "maxAttempts",
  "retryMode",
  "requestHandler",
  "logger",
  "useFipsEndpoint",
  "useDualstackEndpoint",
  "useAccelerateEndpoint",
  "followRegionRedirects",
  "requestChecksumCalculation",
  "responseChecksumValidation"
])

/**
 * Checks options of a bucket, as `checkOptions` does.
 *
 * @param where where the configuration of the client is said, for messages; given the name of a field
 */
export const checkBucketOptions = (
  cache: string,
  options: unknown,
  kinds: Readonly<Record<string, OptionKind>>,
  where: (field: string) => string = (field) => `said of the client: clientConfig: { ${field} }`
): Either.Either<void, CacheConfigError> => {
  const names = typeof options === "object" && options !== null ? Object.keys(options) : []
  const field = names.find((name) => ofClients.has(name) && !Object.hasOwn(kinds, name))
  return field === undefined
    ? checkOptions(cache, options, kinds)
    : Either.left(new CacheConfigError({ cache, option: field, value: "no option", accepted: where(field) }))
}
