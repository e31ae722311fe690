import { S3Client } from "@aws-sdk/client-s3"
import { Console, Effect } from "effect"
import { ClientCache, ClientCacheLive, ClientCustomization } from "effect-aws-cache/ClientLayer"

const audit = ClientCustomization.make(
  "audit",
  (client: S3Client) =>
    client.middlewareStack.add((next) => (args) => next(args), { step: "initialize", name: "audit" })
)

const program = Effect.gen(function*() {
  const west = { region: "us-west-2", maxAttempts: 5 }
  const one = yield* ClientCache.client(S3Client, west)
  const same = yield* ClientCache.client(S3Client, { maxAttempts: 5, region: "us-west-2" })
  yield* Console.log(`the same client: ${one === same}`)

  // Another configuration, another client. This one is loaded when it is first needed.
  yield* ClientCache.client(() => import("@aws-sdk/client-s3").then((sdk) => sdk.S3Client), { region: "eu-west-1" })
  yield* Console.log(`built: ${(yield* ClientCache.stats).computations}`)

  // Leased while the effect runs: it keeps its connections meanwhile, even when it leaves the cache.
  yield* ClientCache.withClient(S3Client, west, () =>
    Effect.zipRight(ClientCache.clear, ClientCache.stats).pipe(
      Effect.flatMap(({ retired, size }) => Console.log(`in the cache: ${size}, still leased: ${retired}`))
    ))

  // Middleware is part of the key.
  yield* ClientCache.client(S3Client, { region: "us-west-2" }, { customize: audit })
  yield* Console.log(String(yield* ClientCache.keys))
})

// At most 10 clients. All are closed when the program ends.
Effect.runPromise(program.pipe(Effect.provide(ClientCacheLive)))
