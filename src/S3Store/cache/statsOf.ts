/**
 * What an `S3Cache` has counted.
 */
import * as Effect from "effect/Effect"
import type { SingleFlight } from "../../Cache/flight/SingleFlight.js"
import type { Guards } from "../guard/guards.js"
import type { AnyKey } from "../keyspace/Keyspace.js"
import type { S3CacheStats } from "../options/S3CacheStats.js"
import type { CacheLevels } from "./CacheLevels.js"

/**
 * What has happened so far, and what is held now.
 *
 * @param modifications those of `modify`
 */
export const statsOf = (
  { behind, ledger, memory }: CacheLevels,
  modifications: SingleFlight<AnyKey>,
  breaker: Guards["breaker"]
): Effect.Effect<S3CacheStats> =>
  Effect.map(memory.figures, (figures) => ({
    memoryHits: ledger.count("MemoryHit"),
    storeHits: ledger.count("StoreHit"),
    misses: ledger.count("Miss"),
    computations: ledger.count("ComputationStarted"),
    computationFailures: ledger.computationFailures,
    coalesced: memory.flights.counted.coalesced,
    writes: ledger.count("Inserted"),
    writeFailures: ledger.count("WriteFailed"),
    storeErrors: ledger.count("RequestFailed"),
    refused: ledger.count("RequestRefused"),
    unreadable: ledger.count("Unreadable"),
    expired: ledger.expired,
    invalidated: ledger.count("Invalidated"),
    tagsUnknown: ledger.count("TagsUnknown"),
    clockSkews: ledger.count("ClockSkewed"),
    staleServed: ledger.count("StaleServed"),
    revalidations: ledger.count("Revalidated"),
    notice: { heard: ledger.noticed, missed: ledger.count("NoticeMissed") },
    leases: {
      taken: ledger.count("LeaseTaken"),
      awaited: ledger.count("LeaseAwaited"),
      lost: ledger.count("LeaseLost")
    },
    circuit: breaker?.state ?? "closed",
    ...figures,
    waiting: behind.size,
    inFlight: memory.flights.size + modifications.size
  }))
