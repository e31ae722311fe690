/**
 * Sockets as metrics.
 */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type { Meter } from "../../Cache/metrics/Meter.js"
import type { TransportFigures } from "./ConnectionPool.js"

/** Measures the sockets of clients, if there is a meter, as long as the scope lives. */
export const observeSockets = (
  meter: Meter | undefined,
  figures: () => Pick<TransportFigures, "openSockets" | "freeSockets">
): Effect.Effect<void, never, Scope.Scope> => {
  if (meter === undefined) return Effect.void
  const used = meter.series("socketCount", { "cache.state": "used" })
  const idle = meter.series("socketCount", { "cache.state": "idle" })
  return meter.observe(() => {
    const { freeSockets, openSockets } = figures()
    used(openSockets - freeSockets)
    idle(freeSockets)
  })
}
