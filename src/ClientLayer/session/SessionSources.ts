/**
 * Where a session gets what it does not make itself.
 */
import type * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type { CacheConfigError } from "../../Cache/errors/CacheErrors.js"
import type { ClientBuilder } from "../client/ClientBuilder.js"
import { refreshProviderFiles } from "../credentials/sharedFiles.js"
import type { ResourceBuilder } from "../resource/ResourceBuilder.js"
import { makeSessionCredentials, type ProviderContext, type SessionCredentials } from "./SessionCredentials.js"
import type { SessionError, SessionOptions } from "./SessionOptions.js"
import { readSessionSettings, type SessionSettings } from "./SessionSettings.js"

/** Where a session gets what it does not make itself. */
export interface SessionSources<out E> {
  /** Reads the settings anew. */
  readonly settings: Effect.Effect<SessionSettings, E>
  /** Lets credential providers read anew what they remember. */
  readonly refresh: Effect.Effect<void>
  /** @param context read at each resolution */
  readonly credentials: (
    context: () => ProviderContext
  ) => Effect.Effect<SessionCredentials, CacheConfigError, Scope.Scope>
  /** @param build how clients are built on the connections of the session */
  readonly clients: (build: ClientBuilder, credentials: SessionCredentials) => ClientBuilder
  /** @param build how resources are built over the clients of the session */
  readonly resources: (build: ResourceBuilder) => ResourceBuilder
}

/**
 * The environment, the shared files and the SDK.
 *
 * @param session the name of the session, for errors
 */
export const liveSources = (session: string, options: SessionOptions): SessionSources<SessionError> => ({
  settings: readSessionSettings(session, options),
  refresh: refreshProviderFiles(session),
  credentials: (context) => makeSessionCredentials(session, options.credentials, context),
  clients: (build) => build,
  resources: (build) => build
})
