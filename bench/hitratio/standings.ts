/**
 * How the policies stand to the optimum, to the best of them, and to LRU.
 */
import type { Result, Row } from "./Result.js"

/** A difference in points, and where it is. */
export interface Cell {
  readonly points: number
  readonly trace: string
  readonly capacity: number
}

/** How a policy did over all cells: one for each trace and capacity. */
export interface Standing {
  readonly policy: string
  readonly cells: number
  /** Hits in percent of the hits of the optimum: the mean. */
  readonly ofOptimum: number
  /** Points behind the best policy of the same cell: the mean. */
  readonly gap: number
  /** The cell in which it is furthest behind LRU, or least before it. */
  readonly worstToLru: Cell
  /** The cell in which it is furthest behind the best policy of the same cell. */
  readonly worstToBest: Cell
}

/** Which hits count: requests, or bytes. */
export type Count = (row: Row) => ReadonlyArray<number>

/** Hits of requests. */
export const requestsHit: Count = ({ hitRatios }) => hitRatios

/** Bytes of hits; none where a trace has no sizes. */
export const bytesHit: Count = ({ byteHitRatios = [] }) => byteHitRatios

/** Whether a row is of who knows the future, and not of a policy. */
export const isOptimum = ({ policy }: Row): boolean => policy === "OPT" || policy === "Belady"

/** The highest hit ratio that any policy has, at each capacity. */
export const bestOf = ({ capacities, rows }: Result, count: Count = requestsHit): ReadonlyArray<number> =>
  capacities.map((_, at) =>
    rows.filter((row) => !isOptimum(row)).reduce((best, row) => Math.max(best, count(row)[at] ?? 0), 0)
  )

const mean = (numbers: ReadonlyArray<number>): number =>
  numbers.reduce((sum, number) => sum + number, 0) / numbers.length

const worst = (cells: ReadonlyArray<Cell>): Cell =>
  cells.reduce((one, other) => other.points < one.points ? other : one, {
    points: Number.POSITIVE_INFINITY,
    trace: "",
    capacity: 0
  })

/** The standings of all policies that are in every result, in the order of the first. */
export const standingsOf = (results: ReadonlyArray<Result>, count: Count = requestsHit): ReadonlyArray<Standing> => {
  const [first] = results
  const names = first === undefined ? [] : first.rows.filter((row) => !isOptimum(row)).map(({ policy }) => policy)
  const common = names.filter((name) => results.every(({ rows }) => rows.some(({ policy }) => policy === name)))
  return common.map((policy) => {
    const cells = results.flatMap((result) => {
      const { capacities, rows, trace } = result
      const ratios = (name: string) => rows.filter((row) => row.policy === name).flatMap(count)
      const reached = ratios(policy)
      const optimum = rows.filter(isOptimum).flatMap(count)
      const lru = ratios("LRU")
      const best = bestOf(result, count)
      return reached.map((ratio, at) => ({
        trace,
        capacity: capacities[at] ?? 0,
        share: optimum[at] === 0 ? 100 : (100 * ratio) / (optimum[at] ?? ratio),
        toLru: ratio - (lru[at] ?? 0),
        toBest: ratio - (best[at] ?? 0)
      }))
    })
    const by = (points: (cell: (typeof cells)[number]) => number) =>
      worst(cells.map((cell) => ({ points: points(cell), trace: cell.trace, capacity: cell.capacity })))
    return {
      policy,
      cells: cells.length,
      ofOptimum: mean(cells.map(({ share }) => share)),
      gap: mean(cells.map(({ toBest }) => -toBest)),
      worstToLru: by(({ toLru }) => toLru),
      worstToBest: by(({ toBest }) => toBest)
    }
  })
}
