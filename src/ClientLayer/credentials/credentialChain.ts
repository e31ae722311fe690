/**
 * The SDK's own way to find credentials.
 */
import * as Effect from "effect/Effect"
import * as Predicate from "effect/Predicate"
import type { AwsCredentials } from "../sdk/AwsCredentials.js"
import { loadCredentialsModule } from "../sdk/optionalPeers.js"
import { askProvider } from "./askProvider.js"
import type { ClientView } from "./CredentialAsker.js"
import type { CredentialsFailure } from "./CredentialMemo.js"
import { readSharedFiles, refreshSsoFiles } from "./sharedFiles.js"

/**
 * Asks the SDK's default chain of sources for credentials. It reads the environment and the shared files as they are at
 * this moment, and every client that it makes (STS, SSO, SSO-OIDC, the sign-in of `aws login`) has the connections of
 * the view. What is local to the machine is asked directly: the endpoints for containers and instances, which no proxy
 * may see, and commands.
 *
 * @param session the name of the session, for errors
 * @param identity whose credentials they are, for errors
 * @param view what the chain is shown of whoever asks
 * @param properties what else the SDK says to a provider
 * @param isNamed whether the profile is meant rather than static credentials of the environment
 */
export const askChain = (
  session: string,
  identity: string,
  view: ClientView,
  properties: object,
  isNamed = true
): Effect.Effect<AwsCredentials, CredentialsFailure> =>
  Effect.gen(function*() {
    const { fromNodeProviderChain } = yield* loadCredentialsModule(session)
    const { configFile, credentialsFile } = yield* readSharedFiles(session)
    const sections = [...Object.values(configFile), ...Object.values(credentialsFile)]
    if (sections.some((section) => Object.keys(section).some((name) => name.startsWith("sso_")))) {
      yield* refreshSsoFiles(session)
    }
    const logger = new ChainLog()
    const { profile, requestHandler } = view
    // A chain remembers as well, so there is a new one each time.
    const chain = fromNodeProviderChain({
      ...(profile === undefined || !isNamed ? {} : { profile }),
      logger,
      ignoreCache: true,
      parentClientConfig: { ...view },
      // The clients for SSO and SSO-OIDC have nothing of the configuration of their parent.
      ...(Predicate.isRecord(requestHandler) ? { clientConfig: { requestHandler } } : {})
    })
    return yield* Effect.ensuring(
      askProvider(
        session,
        identity,
        () => Reflect.apply(chain, undefined, [{ ...properties, callerClientConfig: view }]),
        () => logger.failures
      ),
      Effect.suspend(() => Effect.forEach(logger.warnings, (warning) => Effect.logWarning(warning)))
    )
  })

/** Whether what the chain failed with says that no source had any credentials. */
export const isEmptyChain = (cause: unknown): boolean =>
  cause instanceof Error && cause.name === "CredentialsProviderError"
  && cause.message.startsWith("Could not load credentials from any providers")

/** What the links of the SDK's chain say. When all have failed, the last error alone does not tell why. */
class ChainLog {
  readonly failures: Array<string> = []
  readonly warnings: Array<string> = []
  readonly debug = (message: unknown): void => {
    const failure = /^@smithy\/property-provider \S+ ([^]*)/.exec(String(message))?.[1]
    // Links that say that they are not meant are of no interest.
    if (failure !== undefined && !/^(Skipping|Could not load credentials|AWS_PROFILE is set)/.test(failure)) {
      this.failures.push(failure)
    }
  }
  readonly info = (): void => {}
  readonly warn = (message: unknown): void => {
    this.warnings.push(String(message).trim())
  }
  readonly error = (): void => {}
}
