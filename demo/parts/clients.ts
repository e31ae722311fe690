/**
 * Clients that leave their cache while they are used.
 */
import { GetObjectCommand, PutObjectCommand, S3Client, type S3ClientConfig } from "@aws-sdk/client-s3"
import { ClientCache } from "effect-aws-cache/ClientLayer"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schedule from "effect/Schedule"
import type { Panel } from "../../src/Command/charts/Chart.js"
import { drawChart } from "../../src/Command/charts/drawChart.js"
import { Fault } from "../../test/servers/FaultProxy.js"
import { largest, printMillis } from "../numbers.js"
import { claim, type Outcome, type Part } from "../Part.js"
import { type Stage, timed } from "../Stage.js"

const requests = 160
const workers = 16
const tenants = 6
const room = 2
const delay = 20

export const part: Part = {
  title: "A cache of clients evicts while requests are in flight",
  about:
    `${requests} requests, ${workers} at a time, for ${tenants} tenants with a client each, and room for ${room} ` +
    "clients. Ordinary code destroys a client that makes room; the SDK then sends again what was cut off. The " +
    "ClientCache lets requests end first."
}

const tenantOf = (request: number) => ({ customUserAgent: `tenant-${(request * 7919) % 1009 % tenants}` })

class Tenants extends ClientCache.Service<Tenants>()("demo/Tenants") {}

interface Fetched {
  readonly failed: boolean
  readonly attempts: number
}

/** What ordinary code does: a `Map` in the order of use, whose clients are destroyed when they make room. */
const makeOrdinary = Effect.map(
  Effect.acquireRelease(
    Effect.sync(() => new Map<string, S3Client>()),
    (clients) => Effect.sync(() => clients.forEach((client) => client.destroy()))
  ),
  (clients) => (config: S3ClientConfig): S3Client => {
    const name = String(config.customUserAgent)
    const client = clients.get(name) ?? new S3Client(config)
    clients.delete(name)
    clients.set(name, client)
    const [oldest] = clients
    if (clients.size > room && oldest !== undefined) {
      clients.delete(oldest[0])
      oldest[1].destroy()
    }
    return client
  }
)

interface Observed {
  readonly fetched: ReadonlyArray<Fetched>
  readonly millis: number
  /** Open connections over time, where they can be counted. */
  readonly sockets: ReadonlyArray<readonly [at: number, open: number]>
}

const row = (name: string, { fetched, millis, sockets }: Observed): ReadonlyArray<string> => [
  name,
  String(fetched.filter(({ failed }) => failed).length),
  String(fetched.filter(({ attempts }) => attempts > 1).length),
  sockets.length === 0 ? "–" : String(largest(sockets.map(([, open]) => open))),
  sockets.length === 0 ? "–" : String(sockets.at(-1)?.[1] ?? 0),
  printMillis(millis)
]

const panel = (name: string, { sockets }: Observed, colour: "orange" | "green", to: number): Panel => ({
  name,
  colour,
  y: { name: "open connections", to },
  height: 90,
  series: [{ kind: "area", points: sockets, colour }]
})

/** Runs the part. */
export const run = ({ say, where }: Stage) =>
  Effect.gen(function*() {
    const { bucket, clientConfig, keyPrefix } = where.options
    const object = { Bucket: bucket, Key: `${keyPrefix}demo/object` }
    yield* ClientCache.withClient(S3Client, clientConfig, (client) =>
      Effect.promise(() =>
        client.send(new PutObjectCommand({ ...object, Body: "x".repeat(10_000) }))
      ))
    const fetch = (client: S3Client) =>
      Effect.promise(async (): Promise<Fetched> => {
        try {
          const { $metadata: { attempts = 1 }, Body } = await client.send(new GetObjectCommand(object))
          await Body?.transformToByteArray()
          return { failed: false, attempts }
        } catch {
          return { failed: true, attempts: 1 }
        }
      })

    /** Fetches the object for all tenants, through a slow network where there can be one, and counts connections. */
    const observe = <E, R>(fetchOne: (config: S3ClientConfig) => Effect.Effect<Fetched, E, R>) =>
      Effect.gen(function*() {
        const slow = yield* Effect.transposeOption(where.unreliable)
        const open = Option.map(slow, ({ proxy }) => proxy.openConnections)
        const { clientConfig } = Option.match(slow, {
          onNone: () => where.options,
          onSome: ({ options }) => options
        })
        if (Option.isSome(slow)) yield* slow.value.proxy.set(Fault.Delay({ millis: delay }))
        const sockets: Array<readonly [number, number]> = []
        const start = yield* Clock.currentTimeMillis
        const sample = Option.match(open, {
          onNone: () => Effect.void,
          onSome: (count) => Effect.map(Clock.currentTimeMillis, (now) => void sockets.push([now - start, count()]))
        })
        yield* Effect.forkScoped(Effect.repeat(sample, Schedule.spaced(10)))
        const { millis, value } = yield* timed(
          Effect.forEach(
            Array.from({ length: requests }, (_, request) => request),
            (request) => fetchOne({ ...clientConfig, ...tenantOf(request) }),
            { concurrency: workers }
          )
        )
        // Connections that are about to close have the time to.
        yield* Effect.sleep(200)
        yield* sample
        return { fetched: value, millis, sockets } satisfies Observed
      }).pipe(Effect.scoped)

    yield* say("clients that are destroyed when they make room")
    const ordinary = yield* Effect.scoped(
      Effect.flatMap(makeOrdinary, (clientOf) => observe((config) => fetch(clientOf(config))))
    )
    yield* say("clients of the ClientCache")
    const { cached, evicted } = yield* Effect.gen(function*() {
      const cached = yield* observe((config) => Tenants.withClient(S3Client, config, fetch))
      return { cached, evicted: (yield* Tenants.stats).evicted }
    }).pipe(Effect.provide(Tenants.layer({ maxSize: room })))

    const one = yield* ClientCache.client(S3Client, clientConfig)
    const same = yield* ClientCache.client(S3Client, Object.fromEntries(Object.entries(clientConfig).toReversed()))
    const broken = cached.fetched.filter(({ attempts, failed }) => failed || attempts > 1).length
    const samples = [ordinary, cached].flatMap(({ sockets }) => sockets)
    const [end, most] = [largest(samples.map(([at]) => at)), largest(samples.map(([, open]) => open))]
    return {
      table: [
        [`${requests} requests`, "failed", "sent again", "most connections", "at the end", "time"],
        row("destroy() when evicted", ordinary),
        row("ClientCache", cached)
      ],
      claims: [
        claim(
          broken === 0 && evicted > 0,
          `${evicted} clients left the cache while they were used: no request failed, none was sent twice`
        ),
        claim(one === same, "one configuration, its fields in another order: the same client")
      ],
      pictures: end === 0 ? [] : [drawChart({
        title: "Clients leave, and no request breaks",
        subtitle: `${requests} requests by ${workers} workers for ${tenants} tenants, with room for ${room} clients`,
        alt:
          `With destroy() there were ${row("", ordinary)[3]} connections at most and ${row("", ordinary)[4]} at the ` +
          `end, with the ClientCache ${row("", cached)[3]} and ${row("", cached)[4]}.`,
        x: { name: "milliseconds", from: 0, to: end },
        panels: [
          panel("destroy() when evicted", ordinary, "orange", most),
          panel("ClientCache", cached, "green", most)
        ]
      })]
    } satisfies Outcome
  })
