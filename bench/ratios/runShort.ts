/**
 * The short form: whether a ratio is worse than it was.
 */
import { lastRelease, regressions, tolerance } from "./history.js"
import { ratioName } from "./Ratio.js"
import { ratioTable } from "./ratioTable.js"
import { runAgain, runRatios } from "./runRatios.js"

/**
 * Measures the ratios of the short form and prints them. Those that are worse than those of the last release are measured
 * once more, for longer, and told if they still are.
 *
 * @param say tells what is done
 * @returns whether none is worse by more than is tolerated
 */
export const runShort = async (say: (text: string) => void): Promise<boolean> => {
  const last = lastRelease()
  const { rows } = await runRatios(true, say)
  console.log(`\n${ratioTable(rows, last)}\n`)
  const suspected = regressions(rows, last).map(ratioName)
  if (suspected.length === 0) return true
  say(`once more: ${suspected.join("; ")}`)
  const worse = regressions(await runAgain((ratio) => suspected.includes(ratioName(ratio)), say), last)
  for (const row of worse) {
    const name = ratioName(row)
    const before = last?.ratios[name]
    console.log(
      `worse: ${name}: ${row.measured.toFixed(2)}, more than ${tolerance} times ${before} of ${last?.version}`
    )
  }
  return worse.length === 0
}
