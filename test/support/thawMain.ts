/**
 * A process that writes an object to `THAW_ENDPOINT` whenever `THAW_GATE` answers, through a client of `THAW_LAYER`
 * (`cache`, `session`, or `sdk` for a bare client), and tells the gate how it went.
 */
import { PutObjectCommand, S3Client } from "@aws-sdk/client-s3"
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import { ClientCache, Session } from "effect-aws-cache/ClientLayer"
import * as Config from "effect/Config"
import * as Effect from "effect/Effect"
import * as Http from "node:http"

const gate = (url: string, outcome: string) =>
  Effect.async<string>((resume) => {
    Http.get(`${url}/?${new URLSearchParams({ outcome })}`, { agent: false }, (response) => {
      let text = ""
      response.setEncoding("utf8").on("data", (part: string) => (text += part))
      response.on("end", () => resume(Effect.succeed(text)))
    })
  })

const program = Effect.gen(function*() {
  const url = yield* Config.string("THAW_GATE")
  const config = { endpoint: yield* Config.string("THAW_ENDPOINT"), forcePathStyle: true, region: "us-east-1" }
  const bare = new S3Client(config)
  const put = (client: S3Client, key: string) =>
    Effect.tryPromise(() => client.send(new PutObjectCommand({ Bucket: "bucket", Key: key, Body: "x" }))).pipe(
      Effect.map(({ $metadata }) => `${$metadata.attempts}`),
      Effect.catchAll(({ cause }) => Effect.succeed(String(cause)))
    )
  const through: Record<string, (key: string) => Effect.Effect<string, unknown, ClientCache | Session>> = {
    sdk: (key) => put(bare, key),
    cache: (key) => ClientCache.withClient(S3Client, config, (client) => put(client, key)),
    session: (key) => Session.withClient(S3Client, config, (client) => put(client, key))
  }
  const write = through[yield* Config.string("THAW_LAYER")] ?? through["sdk"]
  let outcome = "started"
  for (let round = 0;; round++) {
    if ((yield* gate(url, outcome)) === "end" || write === undefined) return
    outcome = yield* write(`key-${round}`)
  }
})

NodeRuntime.runMain(
  program.pipe(Effect.provide(ClientCache.layer()), Effect.provide(Session.layer()))
)
