/**
 * How a client comes into being.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import { type AwsClient, type ClientClass, isAwsClient } from "./AwsClient.js"
import type { PreparedClient } from "./ClientCacheKey.js"
import { ClientBuildError } from "./ClientErrors.js"
import { HiddenTexts } from "./hiddenTexts.js"
import { maskedCause, maskedReason } from "./maskedCause.js"
import { Transport } from "./Transport.js"

/**
 * A client and its connections.
 *
 * @since 0.1.0
 * @category models
 */
export interface BuiltClient {
  readonly client: AwsClient
  readonly transport: Transport
}

/**
 * Builds the client of a key.
 *
 * @since 0.1.0
 * @category models
 */
export type ClientBuilder = (prepared: PreparedClient<unknown>) => BuiltClient

/**
 * Builds a client with `new`, from the configuration it was asked for, on connections the cache owns. A class that makes a
 * request handler of its own keeps it: such clients are not drained, but destroyed.
 *
 * @since 0.1.0
 * @category constructors
 */
export const buildClient: ClientBuilder = (prepared) => buildClientOn(prepared, Transport.make)

/**
 * Builds a client as `buildClient` does, on other connections.
 *
 * @param transportFor given the `requestHandler` of the configuration
 * @since 0.1.0
 * @category constructors
 */
export const buildClientOn = (
  { clientClass, normal: { config } }: Pick<PreparedClient<unknown>, "clientClass" | "normal">,
  transportFor: (requestHandler: unknown) => Transport
): BuiltClient => {
  const given = config["requestHandler"]
  if (given === undefined && speaksHttp2.has(clientClass)) return onClientMade(clientClass, config)
  const transport = transportFor(given)
  const client = construct(clientClass, { ...config, requestHandler: transport.requestHandler })
  const isCaches = given === undefined || transport.isOwned
  if (isCaches && isHttp2(client)) {
    // Its defaults for HTTP/2 are unknown here, and agents are of no use to it: let it make its own handler.
    if (given === undefined) speaksHttp2.add(clientClass)
    return onClientMade(clientClass, config)
  }
  if (isCaches && (!transport.isTaken || !isHttp1(client))) {
    const own = Transport.clientMade()
    own.attach(client)
    return { client, transport: own }
  }
  transport.attach(client)
  return { client, transport }
}

// The classes whose own request handler speaks HTTP/2, which shows only once a client is built.
const speaksHttp2 = new WeakSet<ClientClass>()

const onClientMade = (clientClass: ClientClass, config: Readonly<Record<string, unknown>>): BuiltClient => {
  const transport = Transport.clientMade()
  const client = construct(clientClass, config)
  transport.attach(client)
  return { client, transport }
}

const construct = (clientClass: ClientClass, config: Readonly<Record<string, unknown>>): AwsClient => {
  const client: unknown = Reflect.construct(clientClass, [config])
  if (!isAwsClient(client)) throw new TypeError("its instances have no send, destroy, config and middlewareStack")
  return client
}

const isHttp1 = (client: AwsClient): boolean => handlerProtocol(client) === "http/1.1"

const isHttp2 = (client: AwsClient): boolean => handlerProtocol(client) === "h2"

const handlerProtocol = ({ config }: AwsClient): unknown => {
  const handler: unknown = "requestHandler" in config ? config.requestHandler : undefined
  const metadata: unknown = typeof handler === "object" && handler !== null && "metadata" in handler
    ? handler.metadata
    : undefined
  return typeof metadata === "object" && metadata !== null && "handlerProtocol" in metadata
    ? metadata.handlerProtocol
    : undefined
}

/**
 * Runs a builder. What it throws becomes a `ClientBuildError` whose message does not show the secrets of the
 * configuration, even when the constructor put them into its own message.
 *
 * @param cache the name of the cache, for errors
 * @param secrets what else must not be shown
 * @since 0.1.0
 * @category combinators
 */
export const runBuilder = (
  builder: ClientBuilder,
  prepared: PreparedClient<unknown>,
  cache: string,
  secrets: MoreSecrets
): Effect.Effect<BuiltClient, ClientBuildError> =>
  Effect.try({
    try: () => builder(prepared),
    catch: (cause) => failedBuild(prepared, cache, "its constructor", cause, secrets)
  })

/**
 * The error for a client that could not be built, without the secrets of its configuration.
 *
 * @param cache the name of the cache
 * @param step what failed
 * @param cause what it threw, or failed with
 * @param more what else must not be shown
 * @since 0.1.0
 * @category constructors
 */
export const failedBuild = (
  { key, normal }: PreparedClient<unknown>,
  cache: string,
  step: string,
  cause: unknown,
  more: MoreSecrets
): ClientBuildError => {
  const hidden = HiddenTexts.of(more()).addAll(normal.secrets())
  return new ClientBuildError({
    cache,
    key: key.label,
    reason: typeof cause === "string"
      ? `${step} threw a value that is no Error`
      : maskedReason(cause, hidden, `${step} threw a value that is no Error`),
    cause: maskedCause(cause, hidden)
  })
}

/**
 * Secrets that clients get besides those in their configuration, to be masked in what they fail with.
 *
 * @since 0.1.0
 * @category models
 */
export type MoreSecrets = () => Iterable<string>

/**
 * There are none.
 *
 * @since 0.1.0
 * @category constants
 */
export const noMoreSecrets: MoreSecrets = () => []
