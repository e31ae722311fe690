/**
 * A program that makes a client for each request, as naive code does: `node oneClientPerRequest.mjs bare|cached
 * ENDPOINT REQUESTS`. With `cached`, the clients come from a `ClientCache`.
 */
import { GetObjectCommand, S3Client } from "@aws-sdk/client-s3"
import { Effect } from "effect"
import { ClientCache, ClientCacheLive } from "effect-aws-cache/ClientLayer"

const [mode, endpoint, count] = process.argv.slice(2)
const requests = Number(count)

const config = (n) => ({
  region: `r-${n}`,
  endpoint,
  forcePathStyle: true,
  maxAttempts: 1,
  credentials: { accessKeyId: "a", secretAccessKey: "b" }
})

const fetchObject = async (client) => {
  const { Body } = await client.send(new GetObjectCommand({ Bucket: "bucket", Key: "object" }))
  await Body.transformToByteArray()
}

const bare = async () => {
  for (let n = 0; n < requests; n++) {
    try {
      await fetchObject(new S3Client(config(n)))
    } catch (error) {
      return `${error.code} after ${n} requests`
    }
  }
  return `${requests} requests`
}

const cached = Effect.gen(function*() {
  let most = 0
  for (let n = 0; n < requests; n++) {
    yield* ClientCache.withClient(S3Client, config(n), (client) => Effect.promise(() => fetchObject(client)))
    most = Math.max(most, yield* ClientCache.size)
  }
  return `${requests} requests, at most ${most} clients`
}).pipe(Effect.provide(ClientCacheLive))

process.stdout.write(await (mode === "bare" ? bare() : Effect.runPromise(cached)))
// Sockets that leak would keep the process alive; here it has to end by itself.
if (mode === "bare") process.exit(0)
