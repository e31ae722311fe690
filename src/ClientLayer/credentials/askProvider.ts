/**
 * Asking a source of credentials.
 */
import * as Effect from "effect/Effect"
import { fromEither } from "../../effect/outcomes.js"
import { CredentialsError } from "../errors/SessionErrors.js"
import type { AwsCredentials } from "../sdk/AwsCredentials.js"
import { HiddenTexts } from "../secrets/hiddenTexts.js"
import { knownSecrets } from "../secrets/knownSecrets.js"
import { maskCause } from "../secrets/maskCause.js"
import { oneLine } from "../secrets/oneLine.js"
import { sentSecrets } from "../secrets/sentSecrets.js"
import { UnusableCredentials, usableCredentials } from "./usableCredentials.js"

/**
 * Asks a source of credentials. Known secrets are masked in what it fails with.
 *
 * @param session the name of the session, for errors
 * @param identity whose credentials they are, for errors
 * @param source it may give them, or promise them
 * @param details what else is known when it fails
 */
export const askProvider = (
  session: string,
  identity: string,
  source: () => unknown,
  details: () => ReadonlyArray<string> = () => []
): Effect.Effect<AwsCredentials, CredentialsError> =>
  Effect.tryPromise({ try: () => Promise.resolve(source()), catch: (cause) => cause }).pipe(
    Effect.flatMap((answer) => Effect.try({ try: () => usableCredentials(answer), catch: (cause) => cause })),
    Effect.flatMap(fromEither),
    Effect.catchAll((cause) =>
      Effect.flatMap(knownSecrets, (secrets) => Effect.fail(failure(session, identity, cause, details(), secrets)))
    )
  )

const failure = (
  session: string,
  identity: string,
  cause: unknown,
  details: ReadonlyArray<string>,
  secrets: ReadonlySet<string>
): CredentialsError => {
  if (cause instanceof UnusableCredentials) {
    return new CredentialsError({ session, identity, reason: "Unusable", detail: cause.message, cause })
  }
  const texts = cause instanceof Error
    ? [`${cause.name}: ${cause.message}`, ...details]
    : ["their provider failed with a value that is no Error"]
  // What a command wrote to its error output comes after the first line, and is nobody's to repeat.
  const hidden = HiddenTexts.of(secrets, sentSecrets(cause))
  const said = texts.map((text) => oneLine(hidden.mask(text).split("\n", 1).join(""), longestText))
  return new CredentialsError({
    session,
    identity,
    reason: "Provider",
    detail: said.join("; "),
    cause: maskCause(cause, hidden)
  })
}

const longestText = 300
