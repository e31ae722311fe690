import { CreateBucketCommand, S3Client } from "@aws-sdk/client-s3"
import { assert, layer } from "@effect/vitest"
import { Console, Context, Effect, Either, Layer, Logger, LogLevel, Schema } from "effect"
import { Keyspace, ObjectStore, S3Cache } from "effect-aws-cache/S3Store"
import process from "node:process"
import * as CephCluster from "../servers/Ceph.js"
import { isCephInstalled } from "./isCephInstalled.js"
import { type Findings, startLoad, type Way } from "./workers.js"

const bucket = "cluster"
const workers = 8
const timeout = 3000
// Two cores run three monitors, three OSDs, two gateways and the tests.
const slack = 2000

type Ways = readonly [Way, ...ReadonlyArray<Way>]

class Cluster extends Context.Tag("Cluster")<
  Cluster,
  {
    readonly ceph: CephCluster.Ceph
    readonly ways: Ways
    /** The same, which wait for their answers for as long as it takes: what is not about time limits. */
    readonly patient: Ways
  }
>() {}

const cluster = Layer.scoped(
  Cluster,
  Effect.gen(function*() {
    const ceph = yield* CephCluster.make({ monitors: 3, osds: 3, gateways: 2, inMemory: false })
    const clients = yield* Effect.forEach(ceph.endpoints, (endpoint, at) =>
      Effect.gen(function*() {
        const client = yield* Effect.acquireRelease(
          Effect.sync(() =>
            new S3Client({
              endpoint,
              region: ceph.region,
              credentials: ceph.credentials,
              forcePathStyle: true,
              maxAttempts: 2
            })
          ),
          (client) => Effect.sync(() => client.destroy())
        )
        if (at === 0) yield* Effect.promise(() => client.send(new CreateBucketCommand({ Bucket: bucket })))
        return client
      }))
    const waysWithin = (limit: number) =>
      Effect.gen(function*() {
        const [first, ...others] = yield* Effect.forEach(clients, (client) =>
          Effect.map(
            Layer.build(Layer.provideMerge(
              S3Cache.layer({ maxSize: 0 }),
              ObjectStore.layerS3Client(client, { bucket, requestTimeout: limit })
            )),
            (context): Way => ({ store: Context.get(context, ObjectStore), cache: Context.get(context, S3Cache) })
          ))
        return first === undefined ? yield* Effect.dieMessage("there is no gateway") : [first, ...others] as const
      })
    return { ceph, ways: yield* waysWithin(timeout), patient: yield* waysWithin(60_000) }
  })
).pipe(Layer.provideMerge(Logger.minimumLogLevel(LogLevel.None)))

const Words = Keyspace.make("words", { key: Schema.String, value: Schema.Number })

/** Runs the workers, and something that happens to the cluster in the midst of it. */
const under = <A>(
  name: string,
  happen: (ceph: CephCluster.Ceph, progress: (writes: number) => Effect.Effect<void>) => Effect.Effect<A, unknown>
) =>
  Effect.gen(function*() {
    const { ceph, patient, ways } = yield* Cluster
    const load = yield* startLoad(ways, patient[0], `${name}/`, workers)
    yield* load.progress(10)
    yield* happen(ceph, load.progress)
    yield* ceph.restart
    yield* load.progress(10)
    const findings = yield* load.finish
    yield* Console.log(`${name}: ${describeFindings(findings)}`)
    assert.isAtLeast(findings.written, 20 * workers)
    const late = slack + findings.lateness
    assert.isAtMost(findings.longestCall, timeout + late)
    // A load and a save.
    assert.isAtMost(findings.longestComputation, 2 * timeout + late)
    return findings
  })

const describeFindings = ({ failures, lateness, longestCall, longestComputation, written }: Findings) =>
  `${written} objects, longest call ${longestCall} ms, longest computation ${longestComputation} ms, ` +
  `timers up to ${lateness} ms late, failures ` +
  JSON.stringify(Object.fromEntries(failures))

if (!isCephInstalled) process.stdout.write("skipped: Ceph is not installed (node scripts/install-ceph.mjs)\n")

layer(isCephInstalled ? cluster : Layer.effect(Cluster, Effect.die("skipped")), { excludeTestServices: true })(
  "a Ceph cluster of 3 monitors, 3 OSDs and 2 gateways",
  (it) => {
    const test = isCephInstalled ? it.scoped : it.scoped.skip

    test("of 100 that add one object through both gateways exactly one writes", () =>
      Effect.gen(function*() {
        const { patient: ways } = yield* Cluster
        for (let round = 0; round < 3; round++) {
          const outcomes = yield* Effect.forEach(
            Array.from({ length: 100 }, (_, at) => at),
            (at) => (ways[at % 2] ?? ways[0]).store.add(`race/${round}`, Buffer.from(String(at))),
            { concurrency: "unbounded" }
          )
          const winners = outcomes.flatMap(({ _tag }, at) => _tag === "Written" ? [at] : [])
          assert.strictEqual(winners.length, 1)
          for (const { store } of ways) {
            const object = yield* store.load(`race/${round}`)
            assert.strictEqual(object._tag === "Found" && Buffer.from(object.body).toString(), String(winners[0]))
          }
        }
      }))

    test("of 100 that add one entry through both gateways exactly one wins, the others are told that it exists", () =>
      Effect.gen(function*() {
        const { patient: ways } = yield* Cluster
        const outcomes = yield* Effect.forEach(
          Array.from({ length: 100 }, (_, at) => at),
          (at) => Effect.either((ways[at % 2] ?? ways[0]).cache.add(Words.key("race"), at)),
          { concurrency: "unbounded" }
        )
        const winners = outcomes.flatMap((outcome, at) => Either.isRight(outcome) ? [at] : [])
        assert.strictEqual(winners.length, 1)
        const losers = outcomes.flatMap((outcome) => Either.isLeft(outcome) ? [outcome.left._tag] : [])
        assert.deepStrictEqual(new Set(losers), new Set(["CacheExistsError"]))
        for (const { cache } of ways) assert.strictEqual(yield* cache.get(Words.key("race")), winners[0])
      }))

    test("loses nothing when an OSD is killed", () =>
      under("osd-killed", (ceph, progress) => Effect.zipRight(ceph.signal("osd.1", "SIGKILL"), progress(20))))

    test("loses nothing when a gateway is killed: the other serves on", () =>
      Effect.gen(function*() {
        const { failures } = yield* under(
          "gateway-killed",
          (ceph, progress) => Effect.zipRight(ceph.signal("rgw.1", "SIGKILL"), progress(20))
        )
        assert.isAtLeast(failures.get("Network") ?? 0, 1)
      }))

    test("loses nothing when the leading monitor is killed", () =>
      under("monitor-killed", (ceph, progress) =>
        Effect.gen(function*() {
          yield* ceph.signal(yield* ceph.leader, "SIGKILL")
          yield* progress(20)
        })))

    test("gives up in time on an OSD that hangs, and loses nothing", () =>
      under("osd-stopped", (ceph, progress) =>
        Effect.ensuring(
          Effect.zipRight(ceph.signal("osd.2", "SIGSTOP"), progress(20)),
          ceph.signal("osd.2", "SIGCONT")
        )))

    test("everything is there again after all daemons were killed at once", () =>
      Effect.gen(function*() {
        const { ceph, patient: ways } = yield* Cluster
        const [{ cache, store }] = ways
        const names = Array.from({ length: 200 }, (_, at) => `kept/${at}`)
        yield* Effect.forEach(names, (name) => store.save(name, Buffer.from(name)), { concurrency: 16 })
        yield* Effect.forEach(names, (name, at) => cache.set(Words.key(name), at), { concurrency: 16 })
        yield* Effect.forEach(ceph.daemons, (daemon) => ceph.signal(daemon, "SIGKILL"), { concurrency: "unbounded" })
        const error = yield* Effect.flip(store.load("kept/0"))
        assert.strictEqual(error.reason, "Network")
        yield* ceph.restart
        for (const { cache, store } of ways) {
          yield* Effect.forEach(names, (name, at) =>
            Effect.gen(function*() {
              const object = yield* store.load(name)
              assert.strictEqual(object._tag === "Found" && Buffer.from(object.body).toString(), name)
              assert.strictEqual(yield* cache.get(Words.key(name)), at)
            }), { concurrency: 16 })
        }
      }))
  }
)
