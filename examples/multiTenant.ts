// One process works for many tenants, for each in a role of the tenant's.
import { PutObjectCommand, S3Client } from "@aws-sdk/client-s3"
import { fromTemporaryCredentials } from "@aws-sdk/credential-providers"
import { Console, Effect } from "effect"
import { ClientCacheKey, Session } from "effect-aws-cache/ClientLayer"

// Named, so that it counts as the same provider whenever it is made. The name says everything that matters about it.
const roleOf = (tenant: string) =>
  ClientCacheKey.tag(
    `role of ${tenant}`,
    fromTemporaryCredentials({
      params: { RoleArn: `arn:aws:iam::123456789012:role/${tenant}`, RoleSessionName: "reports" }
    })
  )

const saveReport = (tenant: string, report: number) =>
  Session.send(
    S3Client,
    { forcePathStyle: true, credentials: roleOf(tenant) },
    new PutObjectCommand({ Bucket: "examples", Key: `${tenant}/${report}.txt`, Body: `report ${report}` })
  )

const program = Effect.gen(function*() {
  yield* Effect.forEach(
    ["alpha", "beta", "gamma"],
    (tenant) =>
      Effect.forEach(Array.from({ length: 20 }).keys(), (report) => saveReport(tenant, report), { concurrency: 10 }),
    {
      concurrency: 3
    }
  )
  const { client } = yield* Session.caches
  yield* Console.log(`clients built: ${(yield* client.LRU.stats).computations}`)
  // The process's own, with which it assumes the roles, and one for each tenant.
  yield* Console.log(`credentials resolved: ${(yield* Session.stats).credentialResolutions}`)
})

Effect.runPromise(program.pipe(Effect.provide(Session.layer({ maxSize: 100 }))))
