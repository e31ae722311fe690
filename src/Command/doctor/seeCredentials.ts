/**
 * The credentials that a client would sign with, as far as they may be shown.
 */
import type { S3Client } from "@aws-sdk/client-s3"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Predicate from "effect/Predicate"
import { toObjectStoreError } from "../../S3Store/bucket/toObjectStoreError.js"
import type { CredentialsSeen } from "./Facts.js"

/** What the SDK notes on credentials of where they are from. A later one says more. */
const sources: ReadonlyArray<readonly [feature: string, source: string]> = [
  ["CREDENTIALS_CODE", "the program"],
  ["CREDENTIALS_ENV_VARS", "environment variables"],
  ["CREDENTIALS_PROFILE", "a profile of the shared files"],
  ["CREDENTIALS_PROFILE_PROCESS", "the command of a profile"],
  ["CREDENTIALS_PROCESS", "the command of a profile"],
  ["CREDENTIALS_SSO", "IAM Identity Center (SSO)"],
  ["CREDENTIALS_SSO_LEGACY", "IAM Identity Center (SSO)"],
  ["CREDENTIALS_LOGIN", "aws login"],
  ["CREDENTIALS_STS_ASSUME_ROLE", "a role that was assumed"],
  ["CREDENTIALS_STS_ASSUME_ROLE_WEB_ID", "a role that was assumed with a web identity"],
  ["CREDENTIALS_HTTP", "the endpoint for containers"],
  ["CREDENTIALS_IMDS", "the instance's metadata (IMDS)"]
]

/** What signs its requests: a client of any service. */
interface Signing {
  readonly config: Pick<S3Client["config"], "credentials">
}

/** Asks a client for its credentials. */
export const seeCredentials = (client: Signing): Effect.Effect<CredentialsSeen> =>
  Effect.flatMap(Clock.currentTimeMillis, (now) =>
    Effect.match(
      Effect.tryPromise({
        try: () => client.config.credentials(),
        catch: (cause) => toObjectStoreError("load", "the credentials", "", cause)
      }).pipe(Effect.timeoutFail({
        duration: "20 seconds",
        onTimeout: () => toObjectStoreError("load", "the credentials", "", new Error("no answer within 20 seconds"))
      })),
      {
        onFailure: ({ detail }): CredentialsSeen => ({ isDone: false, detail }),
        onSuccess: (credentials): CredentialsSeen => {
          const noted = Predicate.hasProperty(credentials, "$source") ? credentials.$source : undefined
          return {
            isDone: true,
            source: sources.findLast(([feature]) => Predicate.hasProperty(noted, feature))?.[1],
            accessKey: `${credentials.accessKeyId.slice(0, 4)}...${credentials.accessKeyId.slice(-4)}`,
            expiresAt: credentials.expiration?.getTime(),
            now
          }
        }
      }
    ))
