/**
 * Where a bucket is, and where its client looks for it.
 */
import * as Effect from "effect/Effect"
import * as Predicate from "effect/Predicate"

/** The region of a bucket, where an answer tells it: in a header, in its body, or in its words. */
export const bucketRegionOf = (cause: unknown): string | undefined =>
  regionOf(headerOf(cause, "x-amz-bucket-region")) ??
    regionOf(textOf(cause, "Region")) ??
    regionOf(/\bs3[.-](?:dualstack\.)?([a-z]{2}(?:-[a-z]+)+-\d+)\./.exec(textOf(cause, "Endpoint") ?? "")?.[1]) ??
    regionOf(/expecting '?([a-z0-9-]+)/.exec(textOf(cause, "message") ?? "")?.[1])

/** The region a client is made for, as far as it says; `undefined` where it does not within a second. */
export const clientRegionOf = (client: unknown): Effect.Effect<string | undefined> => {
  const config = Predicate.hasProperty(client, "config") ? client.config : undefined
  const region = Predicate.hasProperty(config, "region") ? config.region : undefined
  return typeof region !== "function"
    ? Effect.succeed(regionOf(region))
    : Effect.tryPromise(async (): Promise<unknown> => region()).pipe(
      Effect.timeout("1 second"),
      Effect.match({ onFailure: () => undefined, onSuccess: regionOf })
    )
}

const regionOf = (region: unknown): string | undefined =>
  typeof region === "string" && /^[a-z0-9-]{1,40}$/i.test(region) ? region : undefined

const textOf = (cause: unknown, property: string): string | undefined => {
  const text = Predicate.hasProperty(cause, property) ? cause[property] : undefined
  return typeof text === "string" ? text : undefined
}

const headerOf = (cause: unknown, name: string): unknown => {
  const response = Predicate.hasProperty(cause, "$response") ? cause.$response : undefined
  const headers = Predicate.hasProperty(response, "headers") ? response.headers : undefined
  return Predicate.hasProperty(headers, name) ? headers[name] : undefined
}
