/**
 * Adds up vitest's JSON reports (the files named by the arguments; one that is not there counts nothing) and prints
 * `N passed, N failed`, with `, N skipped` when there are any. A test file that could not be run counts as one failure.
 */
import { readFile } from "node:fs/promises"

const counts = { passed: 0, failed: 0, skipped: 0 }
for (const path of process.argv.slice(2)) {
  const text = await readFile(path, "utf8").catch((error) => {
    if (error.code === "ENOENT") return undefined
    throw error
  })
  if (text === undefined) continue
  const report = JSON.parse(text)
  const brokenFiles = report.testResults.filter((file) =>
    file.status === "failed" && file.assertionResults.every((test) => test.status !== "failed")
  )
  counts.passed += report.numPassedTests
  counts.failed += report.numFailedTests + brokenFiles.length
  counts.skipped += report.numPendingTests + report.numTodoTests
}

const skipped = counts.skipped === 0 ? "" : `, ${counts.skipped} skipped`
console.log(`${counts.passed} passed, ${counts.failed} failed${skipped}`)
