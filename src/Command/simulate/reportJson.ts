/**
 * What was found, for programs.
 */
import type { Advice } from "./advise.js"
import type { ReadLog } from "./readLog.js"
import type { Simulation } from "./Simulation.js"
import { adviceText } from "./texts.js"

/** What was found, as it is printed in JSON. */
export const reportJson = (log: ReadLog, simulation: Simulation, advice: Advice | undefined): object => {
  const { replayed, rows, sizes, timeToLive, unit } = simulation
  const [optimum, ...policies] = rows
  return {
    log: log.name,
    form: log.form,
    isCut: log.isCut,
    ...log.counts,
    replayed,
    unit,
    timeToLive: timeToLive ?? null,
    sizes,
    policies: Object.fromEntries(policies.map(({ cells, policy }) => [policy, cells])),
    optimum: optimum?.cells ?? [],
    advice: advice === undefined ? null : { ...advice, sentence: adviceText(advice, simulation) }
  }
}
