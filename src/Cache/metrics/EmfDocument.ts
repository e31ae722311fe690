/**
 * CloudWatch's embedded metric format: figures in a line of the log.
 */
import { emfDimension } from "./emfDimension.js"
import { type MetricDefinition, type MetricName, metricTable, type SeriesLabels } from "./metricTable.js"

/** Where the metrics are in CloudWatch. */
export const emfNamespace = "effect-aws-cache"

/** What CloudWatch takes of one line. */
const mostMetrics = 100
const mostValues = 100

/** Units, by those of OpenTelemetry; all others count something. */
const units: Readonly<Record<string, string>> = { s: "Seconds", By: "Bytes", "{weight}": "None", "{state}": "None" }

/**
 * What a series is called there: the values of its labels are parts of its name, as a line has one value of each dimension.
 * What the program names is left out, or one line could not hold all.
 */
export const emfNameOf = (metric: MetricName, labels: SeriesLabels = {}): string => {
  const definition: MetricDefinition = metricTable[metric]
  const told = Object.entries(definition.labels).flatMap(([label, values]) => {
    const value = Object.entries(labels).find(([name]) => name === label)?.[1]
    return value === undefined || values === "names" ? [] : [value]
  })
  return [definition.name, ...told].join(".")
}

/** The figures of one series since they were written last. */
class Figures {
  readonly kind: MetricDefinition["kind"]
  readonly unit: string
  private value = 0
  private values: Array<number> = []
  /** Of so many values, one is kept. */
  private stride = 1
  private skipped = 0
  private isNew = false

  constructor({ kind, unit }: MetricDefinition) {
    this.kind = kind
    this.unit = units[unit] ?? "Count"
  }

  add(value: number): void {
    if (this.kind === "histogram") this.keep(value)
    else {
      this.isNew ||= this.kind === "counter" ? value !== 0 : value !== this.value
      this.value = this.kind === "counter" ? this.value + value : value
    }
  }

  /** Whether there is something to say. */
  get hasNews(): boolean {
    return this.kind === "histogram" ? this.values.length > 0 : this.isNew
  }

  /** What there is to say, which is said then. */
  take(): number | ReadonlyArray<number> {
    const { value, values } = this
    this.isNew = false
    if (this.kind === "gauge") return value
    this.value = 0
    this.values = []
    this.stride = 1
    this.skipped = 0
    return this.kind === "counter" ? value : values
  }

  // A part of them, of all times alike, when there are too many.
  private keep(value: number): void {
    if (++this.skipped < this.stride) return
    this.skipped = 0
    this.values.push(value)
    if (this.values.length < mostValues) return
    this.values = this.values.filter((_, at) => at % 2 === 1)
    this.stride *= 2
  }
}

/** The figures of one cache, which are written as lines. */
export class EmfDocument {
  private readonly figures = new Map<string, Figures>()
  private readonly dimensions: Readonly<Record<string, string>>

  /** @param functionName of the Lambda function, if it is one */
  constructor(cache: string, functionName: string | undefined) {
    this.dimensions = {
      "cache.name": emfDimension(cache),
      ...functionName === undefined ? {} : { "faas.name": emfDimension(functionName) }
    }
  }

  /** What a series adds to. */
  series(metric: MetricName, labels: SeriesLabels | undefined): (value: number) => void {
    const name = emfNameOf(metric, labels)
    const figures = this.figures.get(name) ?? new Figures(metricTable[metric])
    this.figures.set(name, figures)
    return (value) => figures.add(value)
  }

  /**
   * The line of what has happened since the last one, `undefined` where nothing has.
   *
   * @param now milliseconds since the epoch
   */
  take(now: number): string | undefined {
    const news = [...this.figures].filter(([, { hasNews }]) => hasNews).slice(0, mostMetrics)
    if (news.length === 0) return undefined
    return JSON.stringify({
      _aws: {
        Timestamp: now,
        CloudWatchMetrics: [{
          Namespace: emfNamespace,
          Dimensions: [Object.keys(this.dimensions)],
          Metrics: news.map(([Name, { unit: Unit }]) => ({ Name, Unit }))
        }]
      },
      ...this.dimensions,
      ...Object.fromEntries(news.map(([name, figures]) => [name, figures.take()]))
    })
  }
}
