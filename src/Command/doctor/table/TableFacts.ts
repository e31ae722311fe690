/**
 * What a table answered, before anybody judges it.
 */
import type { TableDescription, TimeToLiveDescription } from "@aws-sdk/client-dynamodb"
import type { ConditionalOutcome, LoadOutcome, RemoveOutcome } from "../../../S3Store/objects/ObjectStore.js"
import type { Answer } from "../Answer.js"
import type { CredentialsSeen } from "../Facts.js"
import type { TablePlace } from "../policyStatements.js"

/** What a table answered. What was not asked, because of what was answered before, is missing. */
export interface TableFacts {
  readonly place: TablePlace
  /** The attribute that DynamoDB is to look at. */
  readonly expiresAttribute: string
  readonly credentials: CredentialsSeen
  /** A read of an item that is not there: the first request. */
  readonly absent?: Answer<LoadOutcome>
  readonly described?: Answer<TableDescription>
  readonly timeToLive?: Answer<TimeToLiveDescription>
  /** A removal of an item that is not there. */
  readonly remove?: Answer<void>
  readonly write?: Answer<unknown>
  /** Whether the write was one that could not have succeeded: nothing could be removed again. */
  readonly isDryWrite?: boolean
  readonly read?: Answer<LoadOutcome>
  /** Whether what was written is in a list. */
  readonly list?: Answer<boolean>
  /** A write on the condition that there is no item, where there is one. */
  readonly addToExisting?: Answer<ConditionalOutcome>
  /** Writes in place of another item, and of this one. */
  readonly replace?: { readonly wrong: Answer<ConditionalOutcome>; readonly right: Answer<ConditionalOutcome> }
  readonly removeIfMatch?: Answer<RemoveOutcome>
  /** A removal with others in one request. */
  readonly removeAll?: Answer<void>
  /** Whether what was written could not be removed again. */
  readonly isLeft: boolean
}
