/**
 * What an `S3Cache` has counted.
 */
import * as Effect from "effect/Effect"
import type { MemoryLevel } from "../memory/MemoryLevel.js"
import type { S3CacheStats } from "../options/S3CacheStats.js"
import type { Guards } from "./guards.js"
import type { Ledger } from "./Ledger.js"

/**
 * What has happened so far, and what is held now.
 *
 * @param waiting how many entries wait to be written
 * @param modifying how many are being modified
 */
export const statsOf = (
  ledger: Ledger,
  memory: MemoryLevel,
  breaker: Guards["breaker"],
  waiting: () => number,
  modifying: () => number
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
    waiting: waiting(),
    inFlight: memory.flights.size + modifying()
  }))
