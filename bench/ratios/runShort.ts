/**
 * The short form: whether a ratio is worse than it was.
 */
import { lastRelease, record, regressions, tolerance } from "./history.js"
import { ratioName } from "./Ratio.js"
import { ratioTable } from "./ratioTable.js"
import { runAgain, runRatios } from "./runRatios.js"

/** How often what is worse is measured again, for longer, before it is told. */
const mostRepeats = 2

/**
 * Measures the ratios of the short form and prints them. Those that are worse than those of the last release are measured
 * again, for longer, and told if they still are.
 *
 * @param isRecorded whether to put them down in place of holding them against a release
 * @param say tells what is done
 * @returns whether none is worse by more than is tolerated
 */
export const runShort = async (isRecorded: boolean, say: (text: string) => void): Promise<boolean> => {
  const last = lastRelease()
  const results = await runRatios(true, say)
  console.log(`\n${ratioTable(results.rows, last)}\n`)
  if (isRecorded) {
    record(results)
    return true
  }
  let worse = regressions(results.rows, last)
  for (let repeats = 0; repeats < mostRepeats && worse.length > 0; repeats++) {
    const suspected = worse.map(ratioName)
    say(`again: ${suspected.join("; ")}`)
    worse = regressions(await runAgain((ratio) => suspected.includes(ratioName(ratio)), say), last)
  }
  for (const row of worse) {
    const name = ratioName(row)
    const before = last?.ratios[name]
    console.log(
      `worse: ${name}: ${row.measured.toFixed(2)}, more than ${tolerance} times ${before} of ${last?.version}`
    )
  }
  return worse.length === 0
}
