/**
 * What the second level costs over the S3 client it uses: hits and writes beside a bare `GetObject` with its body, and a
 * bare `PutObject`, through the same client, on the embedded server in a process of its own. The two take turns in one
 * process, and their medians are compared.
 *
 * Options: `--quick` for a tenth of the operations, whose results go to `build`; `--endpoint URL --bucket NAME` for
 * another server, with credentials from the environment; `--only TEXT` for the operations whose names contain it;
 * `--out FOLDER` where to write `s3.json` and `s3.md`, default
 * `bench/results`.
 */
import { S3Client } from "@aws-sdk/client-s3"
import * as Effect from "effect/Effect"
import { mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { parseArgs } from "node:util"
import { environment } from "../lib/environment.js"
import { markdownTable } from "../lib/markdownTable.js"
import { repository } from "../lib/repository.js"
import { rowsOnLines } from "../lib/rowsOnLines.js"
import { printNumber } from "../lib/statistics.js"
import { compare } from "./compare.js"
import { comparisons } from "./comparisons.js"
import { withServer } from "./server.js"

const { values: options } = parseArgs({
  options: {
    quick: { type: "boolean", default: false },
    endpoint: { type: "string" },
    bucket: { type: "string", default: "bench" },
    only: { type: "string", default: "" },
    out: { type: "string" }
  }
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
  const all = yield* comparisons(yield* clientOf(endpoint, credentials), options.bucket, options.quick ? 0.1 : 1)
  return yield* Effect.forEach(all.filter(({ operation }) => operation.includes(options.only)), compare)
})

const rows = await Effect.runPromise(Effect.scoped(program))
const where = environment(["effect", "@aws-sdk/client-s3"])
const out = options.out ?? fileURLToPath(new URL(options.quick ? "build/bench/results" : "bench/results", repository))
mkdirSync(out, { recursive: true })
writeFileSync(join(out, "s3.json"), rowsOnLines({ environment: where, rows }))
const table = markdownTable(
  ["", "beside", "bytes", "ours, ms", "bare, ms", "ratio", "limit", "ratio of CPU time"],
  rows.map(({ bare, beside, bytes, cpuRatio, limit, operation, ours, ratio }) => [
    operation,
    beside,
    bytes.toLocaleString("en"),
    printNumber(ours),
    printNumber(bare),
    printNumber(ratio),
    printNumber(limit),
    printNumber(cpuRatio)
  ])
)
const text = `# The second level, beside the bare S3 client

Medians of operations that take turns with what they are held against, in one process and through one client, on ${
  options.endpoint ?? "the embedded S3 server"
}, Node ${where.node}, ${where.date}.

- A read is over when its value is there: \`GetObject\` stands for the request and its whole body.
- The rows with *bytes* tell what the cache costs: the bare client reads and writes the same objects, and does nothing
  else.
- The rows with *JSON* tell what it costs a program that would read and write JSON itself: the bare client transfers the
  same values as JSON, and the same schema decodes and encodes them.

${table}
`
writeFileSync(join(out, "s3.md"), text)
console.log(text)
