/**
 * S3 goes down, and its callers do not notice.
 */
import type { ClientCache } from "effect-aws-cache/ClientLayer"
import { S3Cache } from "effect-aws-cache/S3Store"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Fiber from "effect/Fiber"
import * as Logger from "effect/Logger"
import * as LogLevel from "effect/LogLevel"
import * as Option from "effect/Option"
import type { Chart, Series } from "../../src/Command/charts/Chart.js"
import { drawChart } from "../../src/Command/charts/drawChart.js"
import { Fault, type FaultProxy } from "../../test/servers/FaultProxy.js"
import { cacheOptions } from "../cacheOptions.js"
import { largest, median, printCount, printMillis } from "../numbers.js"
import { claim, type Outcome, type Part } from "../Part.js"
import { type Stage, timed } from "../Stage.js"
import { fetchZone, Zones } from "../Zones.js"
import { sharedZones } from "./sharing.js"

const requestTimeout = 400
const knownCount = 24

/** How many zones that are not in memory are looked up in one phase, at most. */
const often = 22

export const part: Part = {
  title: "S3 goes down",
  about:
    "A process with a memory of its own looks up zones that it has in memory, every 10 ms, and now and then one that " +
    `it has not. A proxy between it and S3 refuses connections, then takes them and says nothing. A request may take ` +
    `${requestTimeout} ms; after three that failed, S3 is asked again only now and then.`
}

class Reader extends S3Cache.Service<Reader>()("demo/Reader") {}

type From = "memory" | "S3" | "source"

/** The cache warns of what is done to it here. */
const withoutWarnings = Logger.minimumLogLevel(LogLevel.Error)

interface Lookup {
  /** When it began, in milliseconds since the first. */
  readonly at: number
  readonly millis: number
  readonly from: From
  readonly failed: boolean
}

interface Phase {
  readonly name: string
  readonly from: number
  readonly to: number
  readonly lookups: ReadonlyArray<Lookup>
}

const colours = { memory: "green", S3: "blue", source: "orange" } as const
const words = { memory: "from memory", S3: "from S3", source: "computed" } as const

const draw = (phases: ReadonlyArray<Phase>): string => {
  const all = phases.flatMap(({ lookups }) => lookups)
  const dots = (from: From): ReadonlyArray<Series> => {
    const points = all.filter((lookup) => lookup.from === from)
      .map(({ at, millis }) => [at / 1000, Math.max(0.01, millis)] as const)
    return points.length === 0 ? [] : [{ kind: "dots", points, colour: colours[from], label: words[from] }]
  }
  const spans = phases.slice(1, 3).map(({ from, to }, index) => ({
    from: from / 1000,
    to: to / 1000,
    colour: index === 0 ? "orange" as const : "purple" as const,
    label: index === 0 ? "refuses" : "hangs"
  }))
  const chart: Chart = {
    title: "S3 is down: memory answers, or a computation",
    subtitle: `A dot for each of ${printCount(all.length)} lookups: when it began, and how long it took`,
    alt: phases.map(({ lookups, name }) =>
      `While S3 ${name}: ${lookups.length} lookups, the slowest took ${
        printMillis(largest(lookups.map(({ millis }) => millis)))
      }.`
    ).join(" "),
    x: { name: "seconds", from: 0 },
    panels: [{
      y: { name: "milliseconds until the answer", base: 10, from: 0.01, to: 1000 },
      height: 220,
      spans,
      series: [...dots("memory"), ...dots("source"), ...dots("S3")]
    }]
  }
  return drawChart(chart)
}

const row = ({ lookups, name }: Phase): ReadonlyArray<string> => {
  const count = (from: From) => String(lookups.filter((lookup) => lookup.from === from).length)
  const times = lookups.map(({ millis }) => millis)
  return [
    name,
    count("memory"),
    count("S3"),
    count("source"),
    String(lookups.filter(({ failed }) => failed).length),
    printMillis(median(times)),
    printMillis(largest(times))
  ]
}

const observe = ({ say, source }: Stage, proxy: FaultProxy) =>
  Effect.gen(function*() {
    const zones = sharedZones(source)
    const known = zones.slice(0, knownCount)
    const others = zones.slice(knownCount)[Symbol.iterator]()
    const computed = new Set<string>()
    const lookup = yield* Reader.memoize(Zones, (key) => {
      computed.add(key.zone)
      return fetchZone(source.url)(key)
    })
    yield* Effect.forEach(known, (zone) => lookup({ zone }), { concurrency: 8 })
    computed.clear()
    const start = yield* Clock.currentTimeMillis
    const since = Effect.map(Clock.currentTimeMillis, (now) => now - start)

    const measure = (zone: string, isKnown: boolean) =>
      Effect.gen(function*() {
        const at = yield* since
        const { millis, value } = yield* timed(Effect.either(lookup({ zone })))
        const from = computed.has(zone) ? "source" : isKnown ? "memory" : "S3"
        return { at, millis, from, failed: Either.isLeft(value) } satisfies Lookup
      })

    /**
     * Looks up zones for so long, and until it has seen what it waits for, or has looked for it often. All answers are there
     * when the next phase begins.
     */
    const phase = (name: string, millis: number, fault: Fault, enough: (lookups: ReadonlyArray<Lookup>) => boolean) =>
      Effect.gen(function*() {
        yield* say(`S3 ${name}`)
        yield* proxy.set(fault)
        const from = yield* since
        const lookups: Array<Lookup> = []
        const asked: Array<Fiber.Fiber<unknown>> = []
        const ask = (zone: string, isKnown: boolean) =>
          Effect.fork(Effect.map(measure(zone, isKnown), (lookup) => lookups.push(lookup)))
        let left = often
        for (let tick = 0; (yield* since) - from < millis || (!enough(lookups) && left > 0); tick++) {
          asked.push(yield* ask(known[tick % known.length] ?? "", true))
          const next = tick % 8 === 4 && left > 0 ? others.next() : undefined
          if (next !== undefined && next.done !== true) {
            asked.push(yield* ask(next.value, false))
            left--
          }
          yield* Effect.sleep(10)
        }
        yield* Fiber.joinAll(asked)
        return { name, from, to: yield* since, lookups } satisfies Phase
      })

    const isFrom = (from: From) => (lookups: ReadonlyArray<Lookup>) => lookups.some((lookup) => lookup.from === from)
    const phases = [
      yield* phase("answers", 500, Fault.Pass(), isFrom("S3")),
      yield* phase("refuses connections", 800, Fault.Refuse(), isFrom("source")),
      yield* phase("takes them and hangs", 900, Fault.Hang(), isFrom("source")),
      yield* phase("answers again", 600, Fault.Pass(), isFrom("S3"))
    ]
    const count = (which: ReadonlyArray<Phase>, holds: (lookup: Lookup) => boolean) =>
      which.flatMap(({ lookups }) => lookups).filter(holds).length
    const down = phases.slice(1, 3)
    const all = count(phases, () => true)
    const inMemory = count(down, ({ from }) => from === "memory")
    const made = count(down, ({ from }) => from === "source")
    const found = count(down, ({ from }) => from === "S3")
    const back = count(phases.slice(3), ({ from }) => from === "S3")
    return {
      table: [["S3 …", "from memory", "from S3", "computed", "failed", "median", "slowest"], ...phases.map(row)],
      claims: [
        claim(count(phases, ({ failed }) => failed) === 0, `${printCount(all)} lookups, and none failed`),
        claim(
          inMemory > 0 && made > 0 && found === 0 && !known.some((zone) => computed.has(zone)),
          `during the outage ${inMemory} were answered from memory, and ${made} that were not there were computed`
        ),
        claim(back > 0, "afterwards S3 is asked again")
      ],
      pictures: [draw(phases)]
    } satisfies Outcome
  })

/** Runs the part, where a proxy can be put in between. */
export const run = (stage: Stage): Effect.Effect<Outcome, unknown, ClientCache> =>
  Option.match(stage.where.unreliable, {
    onNone: () =>
      Effect.succeed({
        claims: [],
        pictures: [],
        remark: "left out: it needs a server that speaks plain HTTP on this machine, to put a proxy in between"
      }),
    onSome: (make) =>
      Effect.gen(function*() {
        const { options, proxy } = yield* make
        const layer = Reader.layerS3({
          ...cacheOptions({ ...options, clientConfig: { ...options.clientConfig, maxAttempts: 1 } }),
          requestTimeout,
          circuitBreaker: { failures: 3, resetAfter: 300 }
        })
        return yield* Effect.provide(observe(stage, proxy), layer)
      }).pipe(Effect.scoped, Effect.provide(withoutWarnings))
  })
