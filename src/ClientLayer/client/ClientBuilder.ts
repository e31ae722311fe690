/**
 * How a client comes into being.
 */
import * as Effect from "effect/Effect"
import { ClientBuildError, type ClientBuildReason } from "../errors/ClientErrors.js"
import type { PreparedClient } from "../key/ClientCacheKey.js"
import type { NormalConfig } from "../key/normaliseConfig.js"
import { type AwsClient, type ClientClass, isAwsClient } from "../sdk/AwsClient.js"
import { HiddenTexts } from "../secrets/hiddenTexts.js"
import { maskCause, maskReason } from "../secrets/maskCause.js"
import { handlerOf, protocolOf } from "../transport/handlerOf.js"
import { isHandler } from "../transport/handlerOptions.js"
import { CommonAgents } from "../transport/MadeHandler.js"
import { Transport } from "../transport/Transport.js"
import { fieldOf } from "../values/fieldOf.js"

/** A client and its connections. */
export interface BuiltClient {
  readonly client: AwsClient
  readonly transport: Transport
  /** Fails when it turns out, after it was customized, that the client cannot be used. */
  readonly check?: (() => Promise<unknown>) | undefined
}

/** Builds the client of a key. */
export type ClientBuilder = (prepared: PreparedClient<unknown>) => BuiltClient

/** Builds a client with `new`, from the configuration it was asked for, on connections the cache owns. */
export const buildClient: ClientBuilder = (prepared) => buildClientOn(prepared, Transport.make)

/**
 * Builds a client as `buildClient` does, on other connections.
 *
 * A class or an extension may bring a request handler of its own, or make one, as those that speak HTTP/2 do. Whether it
 * came into being with the client, and so is to be closed with it, or was there before, and so is somebody else's, shows
 * when the constructor runs a second time: only what is somebody else's is the same again.
 *
 * @param transportFor given the `requestHandler` of the configuration
 */
export const buildClientOn = (
  { clientClass, normal: { config } }: Pick<PreparedClient<unknown>, "clientClass" | "normal">,
  transportFor: (requestHandler: unknown) => Transport
): BuiltClient => {
  const given = config["requestHandler"]
  const isPlain = given === undefined && config["extensions"] === undefined
  const common = isPlain ? makesHandler.get(clientClass) : undefined
  if (common !== undefined) return withItsHandler(construct(clientClass, config), common)
  const transport = transportFor(given)
  const first = firstHandler(config["extensions"])
  const client = construct(clientClass, { ...config, ...first.config, requestHandler: transport.requestHandler })
  first.restore(client)
  const handler = handlerOf(client)
  const isTaken = transport.isTakenBy(handler) && first.isStill(handler)
  if (isTaken && (isHandler(given) || protocolOf(handler) !== "h2")) {
    return attached(client, Transport.ofHandler(handler) ?? transport)
  }
  const again = attempt(() => construct(clientClass, config))
  if (again === undefined || handlerOf(again) === handler) {
    return attached(client, Transport.ofHandler(handler) ?? Transport.borrowed(handler))
  }
  const agents = new CommonAgents(handler)
  if (isPlain && !isKnownHandler(handler)) makesHandler.set(clientClass, agents)
  noteHandler(handler)
  return withItsHandler(again, agents)
}

// Extensions come after the handler has been made, and may put in another one. One that comes before all others tells.
const firstHandler = (extensions: unknown) => {
  if (!Array.isArray(extensions)) return { config: {}, restore: () => {}, isStill: () => true }
  let handler: unknown
  const look = {
    configure: (client: unknown) => {
      const read = fieldOf(client, "httpHandler")
      handler = typeof read === "function" ? Reflect.apply(read, client, []) : undefined
    }
  }
  return {
    // A hole stays a hole.
    config: { extensions: [look].concat(extensions) },
    restore: ({ config }: AwsClient) => {
      if ("extensions" in config) Reflect.set(config, "extensions", extensions)
    },
    isStill: (now: unknown) => handler === undefined || handler === now
  }
}

// The classes that make a request handler for each client, which shows only once a client is built.
const makesHandler = new WeakMap<ClientClass, CommonAgents>()

// The handlers that clients of such classes had. One that comes again is of a set that the class chooses from.
const knownHandlers = new WeakSet<object>()

const isKnownHandler = (handler: unknown): boolean =>
  typeof handler === "object" && handler !== null && knownHandlers.has(handler)

const noteHandler = (handler: unknown): void => {
  if (typeof handler === "object" && handler !== null) knownHandlers.add(handler)
}

const withItsHandler = (client: AwsClient, agents: CommonAgents): BuiltClient => {
  const handler = handlerOf(client)
  const known = Transport.ofHandler(handler)
  if (isKnownHandler(handler)) known?.disown()
  if (known !== undefined || isKnownHandler(handler)) return attached(client, known ?? Transport.borrowed(handler))
  noteHandler(handler)
  return attached(client, Transport.clientMade(agents))
}

const attached = (client: AwsClient, transport: Transport): BuiltClient => {
  transport.attach(client)
  return { client, transport }
}

const construct = (clientClass: ClientClass, config: Readonly<Record<string, unknown>>): AwsClient => {
  const client: unknown = Reflect.construct(clientClass, [config])
  if (!isAwsClient(client)) throw new NotAClient()
  return client
}

class NotAClient extends TypeError {
  constructor() {
    super("its instances have no send, destroy, config and middlewareStack")
  }
}

const attempt = <A>(f: () => A): A | undefined => {
  try {
    return f()
  } catch {
    return undefined
  }
}

/**
 * Runs a builder. What it throws becomes a `ClientBuildError` whose message does not show the secrets of the
 * configuration, even when the constructor put them into its own message.
 *
 * @param cache the name of the cache, for errors
 * @param secrets what else must not be shown
 */
export const runBuilder = (
  builder: ClientBuilder,
  prepared: PreparedClient<unknown>,
  cache: string,
  secrets: MoreSecrets
): Effect.Effect<BuiltClient, ClientBuildError> =>
  Effect.try({
    try: () => builder(prepared),
    catch: (cause) => {
      const reason = cause instanceof NotAClient ? "NotAClient" : "Constructor"
      return failedBuild(prepared, cache, { reason, step: "its constructor" }, cause, secrets)
    }
  })

/** What failed, for programs and for people. */
interface FailedStep {
  readonly reason: ClientBuildReason
  readonly step: string
}

/**
 * The error for a client that could not be built, without the secrets of its configuration.
 *
 * @param cache the name of the cache
 * @param cause what it threw, or failed with
 * @param more what else must not be shown
 */
export const failedBuild = (
  { key, normal }: PreparedClient<unknown>,
  cache: string,
  { reason, step }: FailedStep,
  cause: unknown,
  more: MoreSecrets
): ClientBuildError => {
  const hidden = hiddenFrom(normal, more)
  return new ClientBuildError({
    cache,
    key: key.label,
    reason,
    detail: typeof cause === "string"
      ? `${step} threw a value that is no Error`
      : maskReason(cause, hidden, `${step} threw a value that is no Error`),
    cause: maskCause(cause, hidden)
  })
}

/** What no error may show of a configuration and of what clients get besides. */
export const hiddenFrom = (normal: NormalConfig, more: MoreSecrets): HiddenTexts =>
  HiddenTexts.of(more(normal.config)).addAll(normal.secrets())

/** Lets an effect die without what errors may not show. */
export const maskDefects = <A, E, R>(
  effect: Effect.Effect<A, E, R>,
  hidden: () => HiddenTexts
): Effect.Effect<A, E, R> => Effect.catchAllDefect(effect, (defect) => Effect.die(maskCause(defect, hidden())))

/** Secrets that a client of a configuration gets besides those in it, to be masked in what it fails with. */
export type MoreSecrets = (config: Readonly<Record<string, unknown>>) => HiddenTexts | Iterable<string>

/** There are none. */
export const noMoreSecrets: MoreSecrets = () => []
