/**
 * The SDK's "smart configuration defaults", as far as they concern connections.
 */
import type { AwsClient } from "../sdk/AwsClient.js"

// https://docs.aws.amazon.com/sdkref/latest/guide/feature-smart-config-defaults.html, connectTimeoutInMillis; `legacy`
// has none.
const connectionTimeouts: Readonly<Record<string, number>> = {
  standard: 3100,
  "in-region": 1100,
  "cross-region": 3100,
  mobile: 30_000
}

/**
 * The time limit for connecting, in milliseconds, that a client's resolved `defaultsMode` sets, if it sets one. A mode
 * that cannot be resolved sets none here: the client reports it itself, at its first request.
 */
export const connectionTimeout = (client: AwsClient): Promise<number | undefined> => {
  const mode: unknown = "defaultsMode" in client.config ? client.config.defaultsMode : undefined
  return Promise.resolve().then((): unknown => typeof mode === "function" ? mode() : mode).then(
    (resolved) => typeof resolved === "string" ? connectionTimeouts[resolved] : undefined,
    () => undefined
  )
}
