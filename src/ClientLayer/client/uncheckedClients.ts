/**
 * What is built over a cache of clients asks it without types: it has checked them, and completed the configuration.
 */
import type * as Effect from "effect/Effect"
import * as Predicate from "effect/Predicate"
import type * as Scope from "effect/Scope"
import type { ClientBuildError } from "../errors/ClientErrors.js"
import type { ExceptionSource } from "../errors/RequestError.js"
import type { ClientOptions } from "../key/ClientOptions.js"
import type { ClientSource } from "../key/ClientSource.js"
import type { SendError } from "../request/requestFailure.js"
import type { RequestControls } from "../request/sendCommand.js"
import type { ClientClass, ClientOf } from "../sdk/AwsClient.js"
import type { AwsCommand } from "../sdk/AwsCommand.js"
import type { ClientCacheService } from "./ClientCacheService.js"

/** Where a cache has its `UncheckedClients`: a copy of it with other methods has them too. */
export const Unchecked: unique symbol = Symbol.for("effect-aws-cache/ClientLayer/UncheckedClients")

/** A cache that this library made. */
export interface OwnClientCache extends ClientCacheService {
  readonly [Unchecked]: UncheckedClients
}

/** `lease` and `send` of a cache of clients for configurations of which the type is not known any more. */
export interface UncheckedClients {
  readonly lease: <Ctor extends ClientClass>(
    source: ClientSource<Ctor>,
    config: unknown,
    options: ClientOptions<ClientOf<Ctor>> | undefined
  ) => Effect.Effect<ClientOf<Ctor>, ClientBuildError, Scope.Scope>
  readonly send: <Ctor extends ClientClass, Output, Source extends ExceptionSource = never>(
    source: ClientSource<Ctor>,
    config: unknown,
    command: AwsCommand<Output>,
    options: (ClientOptions<ClientOf<Ctor>> & RequestControls<Source>) | undefined
  ) => Effect.Effect<Output, SendError<Source> | ClientBuildError>
}

/** Whether a cache is one that this library made. A mock has a function that dies in place of whatever it is asked for. */
export const isOwnCache = (cache: ClientCacheService): cache is OwnClientCache =>
  Predicate.hasProperty(cache, Unchecked) && typeof cache[Unchecked] === "object"
