/**
 * Measures ratios: their subjects take turns, so that whatever else the machine does meets all of them, and of all turns
 * of a subject the least counts.
 */
import { type Environment, environment } from "../lib/environment.js"
import { Host } from "./Host.js"
import type { Ratio, RatioGroup, RatioRow, Subject } from "./Ratio.js"
import { ratioGroups } from "./ratioGroups.js"

/** What was found of all ratios. */
export interface RatioResults {
  readonly environment: Environment
  readonly rows: ReadonlyArray<RatioRow>
  readonly unfinished: ReadonlyArray<never>
}

const packages = ["effect", "lru-cache", "@aws-sdk/client-s3"]

/**
 * Runs all groups of ratios.
 *
 * @param isShort whether to run the short form
 * @param say tells what is done
 */
export const runRatios = async (isShort: boolean, say: (text: string) => void): Promise<RatioResults> => {
  const rows: Array<RatioRow> = []
  for (const group of ratioGroups) rows.push(...await runGroup(group, isShort, say))
  return { environment: environment(packages), rows, unfinished: [] }
}

/** Measures some ratios once more, of a run in which they were worse than they were. */
export const runAgain = async (
  isToRun: (ratio: Ratio) => boolean,
  say: (text: string) => void
): Promise<ReadonlyArray<RatioRow>> => {
  const rows: Array<RatioRow> = []
  for (const group of ratioGroups) {
    const ratios = group.ratios.filter(isToRun)
    rows.push(...await runGroup({ ...group, ratios, shortRounds: group.rounds }, true, say))
  }
  return rows
}

const runGroup = async (
  { name, ratios: all, rounds, shortRounds, together }: RatioGroup,
  isShort: boolean,
  say: (text: string) => void
): Promise<ReadonlyArray<RatioRow>> => {
  const ratios = isShort ? all.filter((ratio) => ratio.isShort) : all
  if (ratios.length === 0) return []
  say(`ratios: ${name}`)
  const subjects = new Map<string, Subject>()
  for (const { ours, peer } of ratios) {
    subjects.set(idOf(ours), ours)
    if (peer !== undefined) subjects.set(idOf(peer), peer)
  }
  const least = await leastOf([...subjects.values()], together, isShort ? shortRounds : rounds)
  const costOf = (subject: Subject): number => least.get(idOf(subject)) ?? Number.NaN
  return ratios.map(({ goal, ours, peer, to, what, where }) => {
    const cost = costOf(ours)
    const beside = peer === undefined ? undefined : costOf(peer)
    const measured = beside === undefined ? cost : cost / beside
    return { what, to, where, goal, ours: cost, peer: beside, measured }
  })
}

const idOf = ({ kind, of }: Subject): string => JSON.stringify([kind, of])

const leastOf = async (
  subjects: ReadonlyArray<Subject>,
  together: boolean,
  rounds: number
): Promise<ReadonlyMap<string, number>> => {
  const hosts: Array<Host> = []
  try {
    for (const each of together ? [subjects] : subjects.map((subject) => [subject])) hosts.push(await Host.open(each))
    const turns = subjects.map((subject, at) => ({ subject, take: () => takeTurn(hosts, together, at) }))
    const least = new Map<string, number>()
    for (let round = 0; round < rounds; round++) {
      for (const { subject, take } of round % 2 === 0 ? turns : turns.toReversed()) {
        const id = idOf(subject)
        least.set(id, Math.min(await take(), least.get(id) ?? Number.POSITIVE_INFINITY))
      }
    }
    return least
  } finally {
    for (const host of hosts) await host.close()
  }
}

const takeTurn = (hosts: ReadonlyArray<Host>, together: boolean, at: number): Promise<number> => {
  const host = hosts[together ? 0 : at]
  if (host === undefined) throw new Error("a subject has no process")
  return host.round(together ? at : 0)
}
