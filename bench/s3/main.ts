/**
 * What the second level costs over the S3 client it uses: hits and writes beside a bare `GetObject` with its body, and a
 * bare `PutObject`, of the same bytes, through the same client, on the embedded server in a process of its own. The two
 * take turns in one process, and their medians are compared.
 *
 * Options: `--quick` for a tenth of the operations, whose results go to `build`; `--endpoint URL --bucket NAME` for
 * another server, with credentials from the environment; `--out FOLDER` where to write `s3.json` and `s3.md`, default
 * `bench/results`.
 *
 * @since 0.1.0
 */
import { GetObjectCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3"
import { Keyspace, L2Store, S3Cache } from "effect-aws-cache/S3Store"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import { randomUUID } from "node:crypto"
import { mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { parseArgs } from "node:util"
import { environment } from "../lib/environment.js"
import { markdownTable } from "../lib/markdownTable.js"
import { repository } from "../lib/repository.js"
import { rowsOnLines } from "../lib/rowsOnLines.js"
import { median, printNumber } from "../lib/statistics.js"
import { withServer } from "./server.js"

const { values: options } = parseArgs({
  options: {
    quick: { type: "boolean", default: false },
    endpoint: { type: "string" },
    bucket: { type: "string", default: "bench" },
    out: { type: "string" }
  }
})

interface Row {
  readonly operation: string
  readonly bytes: number
  /** Milliseconds, medians. */
  readonly ours: number
  readonly bare: number
  readonly ratio: number
  /** Of the processor time this process took, means: a busy machine changes it less. */
  readonly cpuRatio: number
}

const sizes = [[4096, 3000], [1 << 20, 300]] as const
/** For each operation that is measured, how many are done before. */
const warmUp = 0.5

const Texts = Keyspace.make("bench", { key: Schema.String, value: Schema.String })

/** Runs two operations in turn, each first as often as the other, and compares their medians. */
const compare = (
  operation: string,
  bytes: number,
  times: number,
  ours: () => Effect.Effect<unknown, unknown>,
  bare: () => Promise<unknown>
): Effect.Effect<Row, unknown> =>
  Effect.gen(function*() {
    const taken: { readonly ours: Array<number>; readonly bare: Array<number> } = { ours: [], bare: [] }
    const cpu = { ours: 0, bare: 0 }
    const timed = (whose: "ours" | "bare", effect: Effect.Effect<unknown, unknown>) =>
      Effect.suspend(() => {
        const cpuStart = process.cpuUsage()
        const start = performance.now()
        return Effect.map(effect, () => {
          taken[whose].push(performance.now() - start)
          const { system, user } = process.cpuUsage(cpuStart)
          cpu[whose] += system + user
        })
      })
    const both = [timed("ours", Effect.suspend(ours)), timed("bare", Effect.promise(bare))]
    const before = Math.ceil(warmUp * times)
    for (let at = 0; at < before + times; at++) {
      if (at === before) {
        taken.ours.length = 0
        taken.bare.length = 0
        cpu.ours = 0
        cpu.bare = 0
      }
      for (const each of at % 2 === 0 ? both : both.toReversed()) yield* each
    }
    const result = { ours: median(taken.ours), bare: median(taken.bare) }
    return { operation, bytes, ...result, ratio: result.ours / result.bare, cpuRatio: cpu.ours / cpu.bare }
  })

const measure = (client: S3Client, bucket: string, share: number) =>
  Effect.gen(function*() {
    const keyPrefix = `bench/${randomUUID()}/`
    const context = yield* Layer.build(
      Layer.provideMerge(S3Cache.layer({ maxSize: 0 }), L2Store.layerS3Client(client, { bucket, keyPrefix }))
    )
    const [store, cache] = [Context.get(context, L2Store), Context.get(context, S3Cache)]
    const get = (Key: string) => () =>
      client.send(new GetObjectCommand({ Bucket: bucket, Key })).then(({ Body }) => Body?.transformToByteArray())
    const put = (Key: string, Body: Uint8Array) => () =>
      client.send(new PutObjectCommand({ Bucket: bucket, Key, Body }))

    const rows: Array<Row> = []
    for (const [size, all] of sizes) {
      const times = all * share
      const text = "cached ".repeat(size / 7)
      const key = Texts.key(String(size))
      const object = Buffer.alloc(size, text)
      yield* cache.set(key, text)
      yield* store.save("object", object)
      const entry = yield* Effect.promise(get(keyPrefix + key.objectName))
      const entryBytes = entry ?? new Uint8Array(0)
      rows.push(
        yield* compare("L2Store load", size, times, () => store.load("object"), get(`${keyPrefix}object`)),
        yield* compare("L2Store save", size, times, () =>
          store.save("object", object), put(`${keyPrefix}object`, object)),
        yield* compare("S3Cache.get, from L2, JSON", size, times, () =>
          cache.get(key), get(keyPrefix + key.objectName)),
        yield* compare(
          "S3Cache.set, JSON",
          size,
          times,
          () =>
            cache.set(key, text),
          put(keyPrefix + key.objectName, entryBytes)
        )
      )
    }
    return rows
  })

const clientOf = (endpoint: string, credentials: { accessKeyId: string; secretAccessKey: string } | undefined) =>
  Effect.acquireRelease(
    Effect.sync(() =>
      new S3Client({
        endpoint,
        region: process.env["AWS_REGION"] ?? "us-east-1",
        forcePathStyle: true,
        ...(credentials === undefined ? {} : { credentials })
      })
    ),
    (client) => Effect.sync(() => client.destroy())
  )

const program = Effect.gen(function*() {
  const { credentials, endpoint } = options.endpoint === undefined
    ? yield* withServer(options.bucket)
    : { endpoint: options.endpoint, credentials: undefined }
  return yield* measure(yield* clientOf(endpoint, credentials), options.bucket, options.quick ? 0.1 : 1)
})

const rows = await Effect.runPromise(Effect.scoped(program))
const where = environment(["effect", "@aws-sdk/client-s3", "fauxqs"])
const out = options.out ?? fileURLToPath(new URL(options.quick ? "build/bench/results" : "bench/results", repository))
mkdirSync(out, { recursive: true })
writeFileSync(join(out, "s3.json"), rowsOnLines({ environment: where, rows }))
const table = markdownTable(
  ["", "bytes", "ours, ms", "bare, ms", "ratio", "ratio of CPU time"],
  rows.map(({ bare, bytes, cpuRatio, operation, ours, ratio }) => [
    operation,
    bytes.toLocaleString("en"),
    printNumber(ours),
    printNumber(bare),
    printNumber(ratio),
    printNumber(cpuRatio)
  ])
)
const text = `# The second level, beside the bare S3 client

Medians of operations one after another on ${
  options.endpoint ?? "the embedded S3 server"
}, Node ${where.node}, ${where.date}.

${table}
`
writeFileSync(join(out, "s3.md"), text)
console.log(text)
