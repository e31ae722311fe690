import { assert, describe, it } from "@effect/vitest"
import { execFile } from "node:child_process"
import { readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"
import { type MetricDefinition, metricTable } from "../../src/Cache/metrics/metricTable.js"

const root = fileURLToPath(new URL("../..", import.meta.url))
const definitions: ReadonlyArray<MetricDefinition> = Object.values(metricTable)

describe("the dashboards", () => {
  it("are those of the table of metrics", async () => {
    await promisify(execFile)(process.execPath, ["scripts/make-dashboards.mjs", "--check"], { cwd: root })
  })

  it("show every metric", () => {
    const grafana = readFileSync(new URL("../../dashboards/grafana.json", import.meta.url), "utf8")
    const cloudWatch = readFileSync(new URL("../../dashboards/cloudwatch.json", import.meta.url), "utf8")
    for (const { name } of definitions) {
      assert.include(grafana, name.replaceAll(".", "_"))
      assert.include(cloudWatch, name)
    }
  })

  it("ask CloudWatch for no more than it takes", () => {
    const { widgets }: {
      readonly widgets: ReadonlyArray<{
        readonly properties: { readonly metrics: ReadonlyArray<ReadonlyArray<{ readonly expression: string }>> }
      }>
    } = JSON.parse(readFileSync(new URL("../../dashboards/cloudwatch.json", import.meta.url), "utf8"))
    const expressions = widgets.flatMap(({ properties }) => properties.metrics.flat()).map(({ expression }) =>
      expression
    )
    assert.isAbove(expressions.length, 15)
    for (const expression of expressions) assert.isAtMost(expression.length, 1024)
  })
})
