/**
 * The request handler of a client, as far as the SDK shows it.
 */
import type { AwsClient } from "../sdk/AwsClient.js"
import { fieldOf } from "../values/fieldOf.js"

/** The request handler that a client has now. */
export const handlerOf = ({ config }: AwsClient): unknown =>
  "requestHandler" in config ? config.requestHandler : undefined

/** The protocol that a request handler says it speaks: `"http/1.1"`, `"h2"`. */
export const protocolOf = (handler: unknown): unknown => fieldOf(fieldOf(handler, "metadata"), "handlerProtocol")

/**
 * The agents of a request handler. It knows them after its first request; before that there are no connections either.
 */
export const agentsOf = (handler: unknown): { readonly httpAgent: unknown; readonly httpsAgent: unknown } => {
  try {
    const read = fieldOf(handler, "httpHandlerConfigs")
    const config: unknown = typeof read === "function" ? Reflect.apply(read, handler, []) : undefined
    return { httpAgent: fieldOf(config, "httpAgent"), httpsAgent: fieldOf(config, "httpsAgent") }
  } catch {
    return { httpAgent: undefined, httpsAgent: undefined }
  }
}

/** Destroys a request handler. */
export const destroyHandler = (handler: unknown): void => {
  const destroy = fieldOf(handler, "destroy")
  if (typeof destroy === "function") Reflect.apply(destroy, handler, [])
}
