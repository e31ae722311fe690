import { S3Client } from "@aws-sdk/client-s3"
import { Console, Effect } from "effect"
import { ClientCache, ClientCacheLive } from "effect-aws-cache/ClientLayer"

const program = Effect.gen(function*() {
  const one = yield* ClientCache.client(S3Client, { region: "us-west-2", maxAttempts: 5 })
  const same = yield* ClientCache.client(S3Client, { maxAttempts: 5, region: "us-west-2" })
  yield* Console.log(`the same client: ${one === same}`)

  // Another configuration, another client. This one is loaded when it is first needed.
  yield* ClientCache.client(() => import("@aws-sdk/client-s3").then((sdk) => sdk.S3Client), { region: "eu-west-1" })
  yield* Console.log(`built: ${(yield* ClientCache.stats).built}`)
})

// At most 10 clients. All are closed when the program ends.
Effect.runPromise(program.pipe(Effect.provide(ClientCacheLive)))
