/**
 * What a request without credentials failed with, told from what else a client rejects with.
 */
import * as Predicate from "effect/Predicate"
import type { CredentialsFailure } from "./CredentialMemo.js"

const failures = new WeakMap<object, CredentialsFailure>()

/**
 * What a client is to see when there are no credentials: what their source failed with, as it would without a session.
 */
export const asProviderError = (failure: CredentialsFailure): Error => {
  const thrown = failure.cause instanceof Error ? failure.cause : failure
  failures.set(thrown, failure)
  return thrown
}

/** The failure that a client saw, if what it rejects with is one. */
export const credentialsFailureOf = (thrown: unknown): CredentialsFailure | undefined =>
  Predicate.isObject(thrown) ? failures.get(thrown) : undefined
