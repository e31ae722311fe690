/**
 * A client in a cache.
 */
import * as Effect from "effect/Effect"
import type { ClientCacheKey } from "../key/ClientCacheKey.js"
import type { AwsClient } from "../sdk/AwsClient.js"
import type { Transport } from "../transport/Transport.js"

/**
 * A client, what it is kept under, and its connections. It is shown as its key: spans hold on to what they return, and
 * there are secrets in clients and connections.
 */
export class CachedClient {
  readonly key: ClientCacheKey<unknown>
  readonly #client: AwsClient
  readonly #transport: Transport

  constructor(key: ClientCacheKey<unknown>, client: AwsClient, transport: Transport) {
    this.key = key
    this.#client = client
    this.#transport = transport
  }

  /** @since 1.0.0 */
  get client(): AwsClient {
    return this.#client
  }

  /** @since 1.0.0 */
  get transport(): Transport {
    return this.#transport
  }
}

/**
 * Whether an entry is the one of a key, and so its client of the key's type.
 *
 * Equal keys are of the same class of clients: the identity of the class is part of them. A client under a key is of
 * that class because `client` builds it so, and because `add` and `set` take no other.
 */
const isUnder = <C>(
  entry: CachedClient,
  key: ClientCacheKey<C>
): entry is CachedClient & { readonly client: C } => entry.key.id === key.id

/** Whether something holds for the client of an entry that was found under a key. */
export const holdsFor = <C>(entry: CachedClient, key: ClientCacheKey<C>, predicate: (client: C) => boolean): boolean =>
  isUnder(entry, key) && predicate(entry.client)

/** The client of an entry that was found under a key. */
export const clientOf = <C>(entry: CachedClient, key: ClientCacheKey<C>): Effect.Effect<C> =>
  withClientOf(entry, key, Effect.succeed)

/** Goes on with the client of an entry that was found under a key. */
export const withClientOf = <C, A, E, R>(
  entry: CachedClient,
  key: ClientCacheKey<C>,
  f: (client: C) => Effect.Effect<A, E, R>
): Effect.Effect<A, E, R> =>
  isUnder(entry, key)
    ? f(entry.client)
    : Effect.dieMessage(`effect-aws-cache: found ${entry.key.label} under ${key.label}; please report this`)

/** The client of an entry that was found under a key, for someone who will not say when they are done with it. */
export const handOut = <C>(entry: CachedClient, key: ClientCacheKey<C>): Effect.Effect<C> => {
  entry.transport.handOut()
  return clientOf(entry, key)
}
