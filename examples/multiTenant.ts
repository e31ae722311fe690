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
  const reports = ["alpha", "beta", "gamma"].flatMap((tenant) => [1, 2, 3, 4].map((n) => [tenant, n] as const))
  yield* Effect.forEach(reports, ([tenant, n]) => saveReport(tenant, n), { concurrency: 10 })
  const { client } = yield* Session.caches
  yield* Console.log(`clients built: ${(yield* client.LRU.stats).computations}`)
  // The process's own, with which it assumes the roles, and one for each tenant.
  yield* Console.log(`credentials resolved: ${(yield* Session.stats).credentialResolutions}`)
})

Effect.runPromise(program.pipe(Effect.provide(Session.layer({ maxSize: 100 }))))
