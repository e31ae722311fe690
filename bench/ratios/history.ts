/**
 * The ratios of earlier releases.
 */
import { existsSync, readFileSync, writeFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { repository } from "../lib/repository.js"
import { ratioName, type RatioRow } from "./Ratio.js"
import type { RatioResults } from "./runRatios.js"

/** The ratios of a release. */
export interface ReleaseRatios {
  readonly version: string
  /** ISO 8601, the day only. */
  readonly date: string
  readonly node: string
  /** By their names, see `ratioName`. */
  readonly ratios: Readonly<Record<string, number>>
}

/** How many times as much as it was a ratio may be: more is a regression. */
export const tolerance = 1.25

const file = fileURLToPath(new URL("bench/results/history.json", repository))

/** All releases whose ratios are known, the oldest first. */
const readHistory = (): ReadonlyArray<ReleaseRatios> => existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : []

/** The last one. */
export const lastRelease = (): ReleaseRatios | undefined => readHistory().at(-1)

/**
 * Puts what was measured down as the ratios of the version that package.json has: of what several runs of one day found,
 * the worst, so that what a machine does not show every time is no regression.
 */
export const record = (results: RatioResults): void => {
  const { version }: { readonly version: string } = JSON.parse(
    readFileSync(new URL("package.json", repository), "utf8")
  )
  const release = recordOf(version, results)
  const history = readHistory()
  const earlier = history.find((each) => each.version === version && each.date === release.date)
  const others = history.filter((each) => each.version !== version)
  writeFileSync(file, `${JSON.stringify([...others, worstOf(release, earlier)], undefined, 2)}\n`)
}

/** What was measured, as it is put down. */
export const recordOf = (version: string, { environment, rows }: RatioResults): ReleaseRatios => ({
  version,
  date: environment.date,
  node: environment.node,
  ratios: Object.fromEntries(rows.map((row) => [ratioName(row), Number(row.measured.toPrecision(3))]))
})

/** Of two records of one release the worse of each ratio. */
export const worstOf = (one: ReleaseRatios, other: ReleaseRatios | undefined): ReleaseRatios =>
  other === undefined ? one : {
    ...one,
    ratios: Object.fromEntries(
      Object.entries({ ...other.ratios, ...one.ratios }).map((
        [name, ratio]
      ) => [name, Math.max(ratio, other.ratios[name] ?? ratio)])
    )
  }

/** The ratios that are worse than those of a release by more than is tolerated. */
export const regressions = (
  rows: ReadonlyArray<RatioRow>,
  last: ReleaseRatios | undefined
): ReadonlyArray<RatioRow> =>
  rows.filter((row) => {
    const before = last?.ratios[ratioName(row)]
    return before !== undefined && !(row.measured <= before * tolerance)
  })
