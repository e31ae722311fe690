/**
 * The demo: two processes share results through S3, and each claim it prints is checked. See README.md.
 */
import { S3Client } from "@aws-sdk/client-s3"
import * as NodeContext from "@effect/platform-node/NodeContext"
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as Command from "@effect/platform/Command"
import { ClientCache, ClientCacheLive } from "effect-aws-cache/ClientLayer"
import { S3Cache } from "effect-aws-cache/S3Store"
import { TtlDict } from "effect-aws-cache/Ttl"
import * as Cause from "effect/Cause"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { fileURLToPath } from "node:url"
import { type Bucket, bucket } from "./Bucket.js"
import { type Claims, makeClaims } from "./Claims.js"
import * as SlowSource from "./SlowSource.js"
import { table } from "./table.js"
import { makeRound, Round, Zones } from "./Zones.js"
import type { Zone } from "./ZoneTable.js"

const delayMillis = 40

/** The same job in a second operating-system process, which ends with this one. */
const secondProcess = (source: SlowSource.SlowSource, { environment }: Bucket) =>
  Effect.gen(function*() {
    const command = Command.make(process.execPath, fileURLToPath(new URL("./worker.js", import.meta.url))).pipe(
      Command.env({ ...environment, DEMO_SOURCE: source.url, NODE_NO_WARNINGS: "1" }),
      Command.stderr("inherit")
    )
    const child = yield* Command.start(command)
    yield* Console.log(`   second process: ${child.pid}`)
    return yield* child.stdout.pipe(
      Stream.decodeText(),
      Stream.mkString,
      Effect.flatMap(Schema.decode(Schema.parseJson(Round)))
    )
  }).pipe(Effect.scoped)

const row = (who: string, round: Round): ReadonlyArray<string> => [
  who,
  String(round.zones),
  String(round.computed),
  String(round.fromS3),
  String(round.fromMemory),
  `${round.millis} ms`
]

const sharing = ({ claim }: Claims, source: SlowSource.SlowSource, where: Bucket) =>
  Effect.gen(function*() {
    yield* Console.log(`\n1. ${source.zones.length} time zones, from a source that takes ${delayMillis} ms for each\n`)
    yield* Console.log(`   this process:   ${process.pid}`)
    const round = yield* makeRound(source.url)
    const first = yield* round
    const callsAfterFirst = source.calls()
    const second = yield* secondProcess(source, where)
    const third = yield* round
    const everyone = first.zones
    yield* Console.log(`\n${
      table([
        ["who", "zones", "computed", "from S3", "from memory", "time"],
        row("this process", first),
        row("second process", second),
        row("this process again", third)
      ])
    }\n`)
    yield* claim(
      first.computed === everyone && callsAfterFirst === everyone && everyone === source.zones.length,
      `the first process computed each of the ${everyone} results once`
    )
    yield* claim(
      second.processId !== first.processId && second.fromS3 === everyone && second.computed === 0,
      "the second process found them all in S3"
    )
    yield* claim(source.calls() === callsAfterFirst, "it did not ask the source for a single one")
    yield* claim(third.fromMemory === everyone && third.fromS3 === 0, "the third round was answered from memory")
    yield* claim(first.digest === second.digest && second.digest === third.digest, "all three saw the same zones")
  })

const errors = ({ claim }: Claims) =>
  Effect.gen(function*() {
    yield* Console.log("\n2. Errors are types\n")
    yield* S3Cache.get(Zones.key({ zone: "Mars/Olympus_Mons" })).pipe(
      Effect.as("found"),
      Effect.catchTag("CacheNotFoundError", (error) => Effect.succeed(error.message)),
      Effect.flatMap((answer) => claim(answer !== "found", `CacheNotFoundError: ${answer}`))
    )
    const paris = Zones.key({ zone: "Europe/Paris" })
    const zone = yield* S3Cache.get(paris)
    yield* S3Cache.add(paris, { ...zone, countries: ["XX"] }).pipe(
      Effect.as("added"),
      Effect.catchTag("CacheExistsError", (error) => Effect.succeed(error.message)),
      Effect.flatMap((answer) => claim(answer !== "added", `CacheExistsError: ${answer}`))
    )
    yield* claim((yield* S3Cache.get(paris)).countries[0] === "FR", "and the entry is what it was")
  })

const clients = ({ claim }: Claims, { options }: Bucket) =>
  Effect.gen(function*() {
    yield* Console.log("\n3. One client for each configuration\n")
    const config = options.clientConfig ?? {}
    const reversed = Object.fromEntries(Object.entries(config).reverse())
    const before = yield* ClientCache.stats
    const one = yield* ClientCache.client(S3Client, config)
    const same = yield* ClientCache.client(S3Client, reversed)
    const other = yield* ClientCache.client(S3Client, { ...config, region: "eu-central-1" })
    const after = yield* ClientCache.stats
    yield* claim(one === same, "the same configuration, its fields in another order: the same client")
    yield* claim(
      before.computations === 1 && after.hits - before.hits === 2,
      "it is the client the S3 level works with"
    )
    yield* claim(
      other !== one && after.computations === 2,
      `another region: another client; ${after.computations} were built in all`
    )
  })

const dictionary = ({ claim }: Claims, source: SlowSource.SlowSource) =>
  Effect.gen(function*() {
    yield* Console.log("\n4. A dictionary within a budget of bytes\n")
    const budget = 64 * 1024
    const dict = yield* TtlDict.make<string, Zone>({ maxBytes: "64K", timeToLive: "5 minutes" })
    let most = 0
    for (const zone of source.zones) {
      yield* dict.set(zone, yield* S3Cache.get(Zones.key({ zone })))
      most = Math.max(most, yield* dict.byteSize)
    }
    const size = yield* dict.size
    const last = source.zones[source.zones.length - 1] ?? ""
    yield* claim(
      most <= budget,
      `${source.zones.length} entries written, never more than ${most} of ${budget} bytes held`
    )
    yield* claim(size > 0 && size < source.zones.length, `${size} of them are left: the least recently used made room`)
    yield* claim(yield* dict.has(last), `the newest is among them: ${last}`)
  })

/** A bucket of yours is left as it was. The embedded one goes with its server. */
const cleanUp = (source: SlowSource.SlowSource, where: Bucket) =>
  where.isEmbedded ? Effect.void : Effect.forEach(
    source.zones,
    (zone) => Effect.ignore(S3Cache.remove(Zones.key({ zone }))),
    { concurrency: 16, discard: true }
  )

const program = Effect.gen(function*() {
  const claims = yield* makeClaims
  const where = yield* bucket
  const source = yield* SlowSource.make({ delayMillis })
  yield* Console.log(`effect-aws-cache, on ${where.description}`)
  yield* Effect.gen(function*() {
    yield* sharing(claims, source, where)
    yield* errors(claims)
    yield* clients(claims, where)
    yield* dictionary(claims, source)
  }).pipe(
    Effect.ensuring(cleanUp(source, where)),
    Effect.provide(S3Cache.layerS3(where.options)),
    Effect.provide(ClientCacheLive)
  )
  yield* Console.log("")
  yield* claims.verdict
}).pipe(Effect.scoped, Effect.provide(NodeContext.layer))

NodeRuntime.runMain(program, {
  // 130 is what a shell expects of a program that SIGINT ended.
  teardown: (exit, onExit) => onExit(Exit.isSuccess(exit) ? 0 : Cause.isInterruptedOnly(exit.cause) ? 130 : 1)
})
