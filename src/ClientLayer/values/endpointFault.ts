/**
 * Endpoints that the SDK finds by itself, and cannot use.
 */
import * as Option from "effect/Option"
import { normaliseEndpoint, printEndpoint } from "./endpointUrl.js"
import { fieldOf } from "./fieldOf.js"

/** What an endpoint has to be that is a text. */
const accepted = "must be an absolute http: or https: URL such as \"http://127.0.0.1:9000\""

/**
 * What is wrong with the endpoint of a client, if a request failed for that: which variable says it, where one of the
 * environment does.
 *
 * @param rejection what the client rejected with
 * @param service the service as the environment names it: `S3` of `AWS_ENDPOINT_URL_S3`. Default: any
 */
export const endpointFault = (rejection: unknown, service?: string): string | undefined => {
  if (!isOfEndpoint(rejection)) return undefined
  const own = Object.keys(process.env).filter((name) =>
    service === undefined ? name.startsWith("AWS_ENDPOINT_URL_") : name === `AWS_ENDPOINT_URL_${service}`
  )
  for (const name of [...own, "AWS_ENDPOINT_URL"]) {
    const given = process.env[name]
    if (given === undefined || given === "" || Option.isSome(normaliseEndpoint(given))) continue
    return `${name} is ${JSON.stringify(printEndpoint(given))}, but ${accepted}`
  }
  return `the endpoint of the client (clientConfig, AWS_ENDPOINT_URL, or endpoint_url of the profile) ${accepted}`
}

const isOfEndpoint = (rejection: unknown): boolean =>
  fieldOf(rejection, "code") === "ERR_INVALID_URL" ||
  (fieldOf(rejection, "name") === "EndpointError" &&
    String(fieldOf(rejection, "message")).startsWith("Custom endpoint "))
