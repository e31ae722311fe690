/**
 * Adds up vitest's JSON reports (the files named by the arguments; one that is not there counts nothing) and prints
 * `N passed, N failed`, with `, N skipped` when there are any. A test file that could not be run counts as one failure.
 * What failed is named before it, with the start of its message.
 */
import { readFile } from "node:fs/promises"

/** Characters of a failure's message that are printed. */
const MESSAGE_LENGTH = 3_000

function printFailure(path, name, message) {
  console.log(`FAILED ${path} > ${name}\n${(message ?? "").slice(0, MESSAGE_LENGTH)}`)
}

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
  for (const file of brokenFiles) printFailure(file.name, "(the file)", file.message)
  for (const file of report.testResults) {
    for (const test of file.assertionResults) {
      if (test.status === "failed") printFailure(file.name, test.fullName, test.failureMessages?.join("\n"))
    }
  }
  counts.passed += report.numPassedTests
  counts.failed += report.numFailedTests + brokenFiles.length
  counts.skipped += report.numPendingTests + report.numTodoTests
}

const skipped = counts.skipped === 0 ? "" : `, ${counts.skipped} skipped`
console.log(`${counts.passed} passed, ${counts.failed} failed${skipped}`)
