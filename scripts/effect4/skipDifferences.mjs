/**
 * What every test file is set up with: the tests that `scripts/effect4/differences.mjs` names are left out. It
 * is copied to where the tests are.
 */
import { beforeEach } from "vitest"
import { tests } from "../../scripts/effect4/differences.mjs"

beforeEach(({ skip, task }) => {
  const names = [task.name]
  for (let suite = task.suite; suite !== undefined && suite.name !== ""; suite = suite.suite) names.unshift(suite.name)
  const path = task.file.filepath.replace(/^.*\/build\/effect4\//, "")
  const why = Reflect.get(tests, `${path} > ${names.join(" ")}`)
  if (typeof why === "string") skip(why)
})
