/**
 * Computations as metrics.
 */
import type { StoreEvent } from "../events/StoreEvent.js"
import type { Meter, Series } from "./Meter.js"

type Ended = Extract<StoreEvent<never>, { readonly _tag: "ComputationEnded" }>

/** Who is told of computations. */
export interface ComputationHub<in K> {
  readonly isHeard: boolean
  readonly publish: (event: () => StoreEvent<K>) => void
}

/** How long computations took, by how they ended. */
export const computationSeries = (
  { series }: Meter,
  more?: { readonly "cache.keyspace": string }
): Readonly<Record<Ended["outcome"], Series>> => {
  const of = (outcome: Ended["outcome"]) => series("computationDuration", { ...more, "cache.outcome": outcome })
  return {
    success: of("success"),
    failure: of("failure"),
    defect: of("defect"),
    interruption: of("interruption")
  }
}

/** A hub for computations, which measures how long they take; without a meter, that hub itself. */
export const meteredHub = <K>(hub: ComputationHub<K>, meter: Meter | undefined): ComputationHub<K> => {
  if (meter === undefined) return hub
  const ended = computationSeries(meter)
  return {
    isHeard: true,
    publish: (make) => {
      const event = make()
      if (event._tag === "ComputationEnded") ended[event.outcome](event.millis / 1000)
      hub.publish(() => event)
    }
  }
}
