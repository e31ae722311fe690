/**
 * The two levels of an `S3Cache`, and what its operations share.
 */
import * as Effect from "effect/Effect"
import type { StaleWarnings } from "../../Cache/events/StaleWarnings.js"
import type { LookupSpans } from "../../Cache/tracing/LookupSpans.js"
import type { KeyedMutex } from "../common/KeyedMutex.js"
import type { TagMarkers } from "../coordination/TagMarkers.js"
import type { EntryFormat } from "../entry/EntryFormat.js"
import type { Ledger } from "../guard/Ledger.js"
import type { SchemaClashes } from "../guard/SchemaClashes.js"
import type { SetupFaults } from "../guard/SetupFaults.js"
import type { AnyKey, Keyspace } from "../keyspace/Keyspace.js"
import type { BeliefsOf } from "../memory/Beliefs.js"
import type { MemoryLevel } from "../memory/MemoryLevel.js"
import type { DescribedStore } from "../objects/describedStore.js"
import { ObjectStoreError } from "../objects/ObjectStoreErrors.js"
import type { LimitsOf } from "../options/computationLimits.js"
import type { EntryPolicy } from "../options/EntryPolicy.js"
import type { WriteBehind } from "../stored/WriteBehind.js"

/** What the operations of a cache work with. */
export interface CacheLevels {
  /** The name of the cache. */
  readonly name: string
  readonly memory: MemoryLevel
  readonly store: DescribedStore
  readonly format: EntryFormat
  readonly ledger: Ledger
  /** Makes the spans of lookups, if they have any. */
  readonly lookups: LookupSpans | undefined
  /** What the log has told of the set-up. */
  readonly faults: SetupFaults
  readonly markers: TagMarkers
  /** What does not fit the schema, and whether it is left alone. */
  readonly clashes: SchemaClashes
  /** Changes of one entry in the second level go one at a time. */
  readonly writes: KeyedMutex<AnyKey>
  readonly behind: WriteBehind
  /** Tells of computations that fail while an old value is given out. */
  readonly warnings: StaleWarnings
  /** What computations and loads of a keyspace go through. */
  readonly limitsOf: LimitsOf
  readonly beliefsOf: BeliefsOf
  /** What cache and keyspace say of the entries of a keyspace. */
  readonly policyOf: <K, V, F>(space: Keyspace<K, V, F>) => EntryPolicy
}

/**
 * Tells in the log of what went wrong without an error for anybody. What was not asked since the circuit is open is not
 * told: its opening was; nor what a store that is only read refuses. What every key meets is told once.
 */
export const logProblem = (
  { faults, name }: CacheLevels,
  key: AnyKey,
  error: { readonly message: string; readonly reason?: string }
): Effect.Effect<void> => {
  if (error.reason === "CircuitOpen" || error.reason === "ReadOnly") return Effect.void
  const log = Effect.annotateLogs(Effect.logWarning(error.message), { cache: name, key: String(key) })
  return error instanceof ObjectStoreError
    ? Effect.flatMap(faults.isNews(error), (isNews) => isNews ? log : Effect.void)
    : log
}
