/**
 * Makes the dashboards of the folder `dashboards` from the table of metrics: one for Grafana over Prometheus, one for
 * CloudWatch over what `metrics: "emf"` writes. `--check` only tells whether the files are those.
 */
import { transform } from "esbuild"
import { mkdir, readFile, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { root, runMain } from "./lib/run.mjs"

const readTable = async () => {
  const source = await readFile(join(root, "src/Cache/metrics/metricTable.ts"), "utf8")
  const { code } = await transform(source, { loader: "ts", format: "esm" })
  return import(`data:text/javascript,${encodeURIComponent(code)}`)
}

// Grafana ------------------------------------------------------------------------------------------------------------

const suffixes = { s: "_seconds", By: "_bytes" }

/** What chooses a metric of OpenTelemetry in Prometheus: some exporters put its unit behind the name, others do not. */
const inPrometheus = ({ kind, name, unit }, part, labels) => {
  const plain = name.replaceAll(".", "_")
  const end = `${part}${kind === "counter" ? "_total" : ""}`
  return suffixes[unit] === undefined
    ? `${plain}${end}{${labels.join(",")}}`
    : `{${[`__name__=~"${plain}(${suffixes[unit]})?${end}"`, ...labels].join(",")}}`
}

/** How the values of a panel are shown, by the unit of its metric. */
const grafanaUnits = { s: "s", By: "bytes" }

const grafana = (table) => {
  const series = (metric, labels = {}, part = "") =>
    inPrometheus(
      table[metric],
      part,
      Object.entries({ cache_name: "$cache", ...labels }).map(([label, value]) =>
        /[$|]/.test(value) ? `${label}=~"${value}"` : `${label}="${value}"`
      )
    )
  const rate = (metric, by, labels) => `sum by (${by}) (rate(${series(metric, labels)}[$__rate_interval]))`
  const total = (metric, labels) => `sum(rate(${series(metric, labels)}[$__rate_interval]))`
  const quantile = (metric, share, by = []) =>
    `histogram_quantile(${share}, sum by (${["le", ...by].join(", ")}) (rate(${
      series(metric, {}, "_bucket")
    }[$__rate_interval])))`
  const datasource = { type: "prometheus", uid: "${datasource}" }

  let id = 0
  let y = 0
  const rows = []
  const row = (height, ...panels) => {
    const width = 24 / panels.length
    rows.push(...panels.map((panel, at) => ({
      id: ++id,
      datasource,
      gridPos: { x: at * width, y, w: width, h: height },
      ...panel
    })))
    y += height
  }
  const targets = (queries) =>
    Object.entries(queries).map(([legendFormat, expr], at) => ({
      datasource,
      refId: String.fromCharCode(65 + at),
      expr,
      legendFormat
    }))
  const lines = (title, description, unit, queries, custom = {}, more = {}) => ({
    type: "timeseries",
    title,
    description,
    fieldConfig: {
      defaults: {
        unit,
        min: 0,
        custom: { drawStyle: "line", fillOpacity: 10, lineWidth: 1, showPoints: "never", ...custom },
        ...more
      },
      overrides: []
    },
    options: {
      legend: { displayMode: "list", placement: "bottom", showLegend: true, calcs: [] },
      tooltip: { mode: "multi", sort: "desc" }
    },
    targets: targets(queries)
  })
  const number = (title, description, unit, expr, steps, mappings = []) => ({
    type: "stat",
    title,
    description,
    fieldConfig: { defaults: { unit, mappings, thresholds: { mode: "absolute", steps } }, overrides: [] },
    options: {
      reduceOptions: { calcs: ["lastNotNull"], fields: "", values: false },
      colorMode: "value",
      graphMode: "area",
      justifyMode: "auto",
      orientation: "auto",
      textMode: "auto"
    },
    targets: targets({ [title]: expr })
  })
  const plain = [{ color: "text", value: null }]
  const states = [{
    type: "value",
    options: {
      0: { text: "closed", color: "green", index: 0 },
      1: { text: "half open", color: "yellow", index: 1 },
      2: { text: "open", color: "red", index: 2 }
    }
  }]
  const hits = { cache_outcome: "hit" }
  const failed = { cache_outcome: "failure" }

  row(
    4,
    number(
      "Hit ratio",
      "Hits of both tiers over all lookups",
      "percentunit",
      `${total("lookups", hits)} / ${total("lookups")}`,
      [
        { color: "red", value: null },
        { color: "yellow", value: 0.5 },
        { color: "green", value: 0.8 }
      ]
    ),
    number("Lookups", table.lookups.description, "ops", total("lookups"), plain),
    number(
      "Requests that fail",
      "Of the requests to the second level",
      "percentunit",
      `(sum(rate(${series("requestDuration", failed, "_count")}[$__rate_interval])) or vector(0))`
        + ` / sum(rate(${series("requestDuration", {}, "_count")}[$__rate_interval]))`,
      [{ color: "green", value: null }, { color: "red", value: 0.01 }]
    ),
    number("Circuit", table.circuitState.description, "none", `max(${series("circuitState")})`, plain, states)
  )
  row(
    8,
    lines(
      "Hit ratio by tier",
      "Of all lookups, those that a tier has served",
      "percentunit",
      {
        "{{cache_tier}}": `${rate("lookups", "cache_tier", hits)} / on () group_left () ${total("lookups")}`
      },
      { stacking: { mode: "normal", group: "A" } },
      { max: 1 }
    ),
    lines("Lookups", table.lookups.description, "ops", {
      "{{cache_name}} {{cache_outcome}} {{cache_tier}}": rate("lookups", "cache_name, cache_outcome, cache_tier")
    })
  )
  const percentiles = (metric, by = []) => {
    const name = by.map((label) => `{{${label}}} `).join("")
    return {
      [`${name}p50`]: quantile(metric, 0.5, by),
      [`${name}p95`]: quantile(metric, 0.95, by),
      [`${name}p99`]: quantile(metric, 0.99, by)
    }
  }
  row(
    8,
    lines("Computations", table.computationDuration.description, "s", percentiles("computationDuration")),
    lines(
      "Requests to the second level",
      table.requestDuration.description,
      "s",
      percentiles("requestDuration", ["cache_request"])
    )
  )
  row(
    8,
    lines("Removals", table.removals.description, "ops", {
      "{{cache_name}} {{cache_tier}} {{cache_reason}}": rate("removals", "cache_name, cache_tier, cache_reason"),
      "{{cache_name}} rejected": rate("rejections", "cache_name")
    }),
    lines("Insertions", table.insertions.description, "ops", {
      "{{cache_name}} {{cache_tier}}": rate("insertions", "cache_name, cache_tier")
    })
  )
  const against = (title, used, limit) =>
    lines(title, table[used].description, grafanaUnits[table[used].unit] ?? "short", {
      "{{cache_name}}": `sum by (cache_name) (${series(used)})`,
      "{{cache_name}} at most": `sum by (cache_name) (${series(limit)})`
    })
  row(
    8,
    against("Entries", "entryCount", "entryLimit"),
    against("Memory", "memoryUsage", "memoryLimit"),
    against("Weight", "weightUsage", "weightLimit")
  )
  row(
    8,
    lines("Errors", "Requests to the second level, and computations, that fail", "ops", {
      "{{cache_name}} {{cache_request}} {{error_type}}": `sum by (cache_name, cache_request, error_type) (rate(${
        series("requestDuration", failed, "_count")
      }[$__rate_interval]))`,
      "{{cache_name}} computations {{cache_outcome}}": `sum by (cache_name, cache_outcome) (rate(${
        series("computationDuration", { cache_outcome: "failure|defect" }, "_count")
      }[$__rate_interval]))`
    }),
    lines(
      "Circuit",
      table.circuitState.description,
      "none",
      {
        "{{cache_name}}": `max by (cache_name) (${series("circuitState")})`
      },
      { drawStyle: "line", lineInterpolation: "stepAfter" },
      { max: 2, mappings: states }
    )
  )
  row(
    8,
    lines("Events", table.events.description, "ops", {
      "{{cache_name}} {{cache_event}}": rate("events", "cache_name, cache_event")
    }),
    lines("Sockets", table.socketCount.description, "short", {
      "{{cache_name}} {{cache_state}}": `sum by (cache_name, cache_state) (${series("socketCount")})`
    }, { stacking: { mode: "normal", group: "A" } }),
    lines("In use", table.leasedCount.description, "short", {
      "{{cache_name}}": `sum by (cache_name) (${series("leasedCount")})`
    })
  )

  const lookups = `${table.lookups.name.replaceAll(".", "_")}_total`
  return {
    title: "effect-aws-cache",
    uid: "effect-aws-cache",
    description: "Caches of effect-aws-cache, by what they tell with `metrics: true`",
    tags: ["cache", "effect"],
    schemaVersion: 39,
    version: 1,
    editable: true,
    graphTooltip: 1,
    refresh: "30s",
    timezone: "browser",
    time: { from: "now-1h", to: "now" },
    templating: {
      list: [
        {
          name: "datasource",
          label: "Data source",
          type: "datasource",
          query: "prometheus",
          hide: 0,
          includeAll: false,
          multi: false
        },
        {
          name: "cache",
          label: "Cache",
          type: "query",
          datasource,
          query: { query: `label_values(${lookups}, cache_name)`, refId: "cache" },
          definition: `label_values(${lookups}, cache_name)`,
          refresh: 2,
          sort: 1,
          includeAll: true,
          multi: true,
          allValue: ".*",
          current: { text: "All", value: "$__all" },
          hide: 0
        }
      ]
    },
    annotations: { list: [] },
    links: [],
    panels: rows
  }
}

// CloudWatch ---------------------------------------------------------------------------------------------------------

const namespace = "effect-aws-cache"
const period = 60

/** The names that the series of a metric have in lines of `metrics: "emf"`, by the values of their labels. */
const inLines = ({ labels, name }) =>
  Object.values(labels).filter(Array.isArray).reduce(
    (names, values) => names.flatMap((before) => values.map((value) => `${before}.${value}`)),
    [name]
  )

const cloudWatch = (table) => {
  const search = (names, statistic) =>
    `SEARCH('Namespace="${namespace}" MetricName=${
      names.length === 1 ? `"${names[0]}"` : `(${names.map((name) => `"${name}"`).join(" OR ")})`
    }', '${statistic}', ${period})`
  const { name: lookups } = table.lookups
  const hits = table.lookups.labels["cache.tier"].map((tier) => `${lookups}.hit.${tier}`)
  const all = [...hits, `${lookups}.miss`]

  let x = 0
  let y = 0
  const widgets = []
  const add = (title, metrics, { width = 12, max, label = "", right } = {}) => {
    if (x + width > 24) {
      x = 0
      y += 6
    }
    widgets.push({
      type: "metric",
      x,
      y,
      width,
      height: 6,
      properties: {
        title,
        view: "timeSeries",
        stacked: false,
        region: "${AWS_REGION}",
        period,
        metrics,
        yAxis: { left: { min: 0, showUnits: false, label, ...max === undefined ? {} : { max } }, ...right }
      }
    })
    x += width
  }
  const found = (expression, id, more = {}) => [{ expression, id, period, ...more }]
  const searches = (names, statistic) => [found(search(names, statistic), "e1")]

  add("Hit ratio", [
    found(`SUM(${search(hits, "Sum")})`, "hits", { visible: false }),
    found(`SUM(${search(all, "Sum")})`, "lookups", { visible: false }),
    found("100 * hits / lookups", "ratio", { label: "all tiers" }),
    ...hits.flatMap((name, at) => [
      found(`SUM(${search([name], "Sum")})`, `tier${at}`, { visible: false }),
      found(`100 * tier${at} / lookups`, `ratio${at}`, { label: name.split(".").at(-1) })
    ])
  ], { max: 100, label: "percent" })
  add("Lookups", searches(all, "Sum"), { label: "a minute" })
  const durations = (metric) =>
    ["p50", "p95", "p99"].map((statistic, at) =>
      found(search(inLines(table[metric]).filter((name) => name.endsWith(".success")), statistic), `e${at + 1}`)
    )
  add("Computations", durations("computationDuration"), { label: "seconds" })
  add("Requests to the second level", durations("requestDuration"), { label: "seconds" })
  add("Removals", searches([...inLines(table.removals), table.rejections.name], "Sum"), { label: "a minute" })
  add("Insertions", searches(inLines(table.insertions), "Sum"), { label: "a minute" })
  const against = (title, used, limit) =>
    add(title, searches([table[used].name, table[limit].name], "Maximum"), { width: 8 })
  against("Entries", "entryCount", "entryLimit")
  against("Memory", "memoryUsage", "memoryLimit")
  against("Weight", "weightUsage", "weightLimit")
  add(
    "Errors",
    searches(
      ["requestDuration", "computationDuration"].flatMap((metric) =>
        inLines(table[metric]).filter((name) => /\.(?:failure|defect)$/.test(name))
      ),
      "SampleCount"
    ),
    { label: "a minute" }
  )
  add("Circuit: 0 closed, 1 half open, 2 open", searches([table.circuitState.name], "Maximum"), { max: 2 })
  add("Events", searches(inLines(table.events), "Sum"), { width: 8, label: "a minute" })
  add("Sockets", searches(inLines(table.socketCount), "Maximum"), { width: 8 })
  add("In use", searches([table.leasedCount.name], "Maximum"), { width: 8 })
  return { start: "-PT3H", periodOverride: "inherit", widgets }
}

// --------------------------------------------------------------------------------------------------------------------

const main = async () => {
  const { metricTable } = await readTable()
  const files = { "grafana.json": grafana(metricTable), "cloudwatch.json": cloudWatch(metricTable) }
  const isCheck = process.argv.includes("--check")
  await mkdir(join(root, "dashboards"), { recursive: true })
  for (const [name, dashboard] of Object.entries(files)) {
    const path = join(root, "dashboards", name)
    const text = `${JSON.stringify(dashboard, undefined, 2)}\n`
    if (!isCheck) await writeFile(path, text)
    else if (await readFile(path, "utf8").catch(() => "") !== text) {
      throw new Error(`dashboards/${name} is not that of the table of metrics: npm run dashboards`)
    }
  }
}

await runMain(main)
