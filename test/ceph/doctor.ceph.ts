import {
  CreateBucketCommand,
  type LifecycleRule,
  ListObjectVersionsCommand,
  PutBucketLifecycleConfigurationCommand,
  PutBucketPolicyCommand,
  PutBucketVersioningCommand,
  PutObjectLockConfigurationCommand,
  S3Client
} from "@aws-sdk/client-s3"
import { assert, layer } from "@effect/vitest"
import { Context, Effect, Layer } from "effect"
import type { CheckName } from "../../src/Command/doctor/Finding.js"
import { diagnosisOf, foundIn } from "../Command/doctor/diagnosis.js"
import * as CephCluster from "../servers/Ceph.js"
import { isCephInstalled } from "./isCephInstalled.js"

class Gateway extends Context.Tag("Gateway")<Gateway, CephCluster.Ceph>() {}

const gateway = Layer.scoped(
  Gateway,
  CephCluster.make({ monitors: 1, osds: 1, gateways: 1, inMemory: true })
)

const expiring = (days: number, prefix = "cache/"): LifecycleRule => ({
  ID: `${prefix} after ${days}`,
  Status: "Enabled",
  Filter: { Prefix: prefix },
  Expiration: { Days: days },
  NoncurrentVersionExpiration: { NoncurrentDays: 1 }
})

const withRules = (...Rules: ReadonlyArray<LifecycleRule>) => (client: S3Client, Bucket: string) =>
  client.send(new PutBucketLifecycleConfigurationCommand({ Bucket, LifecycleConfiguration: { Rules: [...Rules] } }))

const denying = (action: string) => async (client: S3Client, Bucket: string) => {
  await withRules(expiring(30))(client, Bucket)
  return client.send(
    new PutBucketPolicyCommand({
      Bucket,
      Policy: JSON.stringify({
        Version: "2012-10-17",
        Statement: [{
          Effect: "Deny",
          Principal: "*",
          Action: action,
          Resource: [`arn:aws:s3:::${Bucket}`, `arn:aws:s3:::${Bucket}/*`]
        }]
      })
    })
  )
}

const versioned = (client: S3Client, Bucket: string) =>
  client.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: "Enabled" } }))

/** Ways in which a bucket of Ceph is set up, and what the doctor finds. */
const ways: ReadonlyArray<
  readonly [
    way: string,
    finds: ReadonlyArray<CheckName>,
    setUp: (client: S3Client, bucket: string) => Promise<unknown>,
    locked?: boolean
  ]
> = [
  ["good", [], withRules(expiring(30))],
  ["good-with-versions", [], async (client, bucket) => {
    await withRules(expiring(30))(client, bucket)
    return versioned(client, bucket)
  }],
  ["no-rules", ["lifecycle"], () => Promise.resolve()],
  ["tags-first", ["lifecycle"], withRules(expiring(30), expiring(7, "cache/.tags/"))],
  ["versions", ["versions"], async (client, bucket) => {
    const { NoncurrentVersionExpiration: _, ...rule } = expiring(30)
    await withRules(rule)(client, bucket)
    return versioned(client, bucket)
  }],
  ["no-put", ["write"], denying("s3:PutObject")],
  ["no-get", ["read"], denying("s3:GetObject")],
  ["no-delete", ["remove"], denying("s3:DeleteObject")],
  // To what is absent it answers 404 all the same.
  ["no-list", ["list"], denying("s3:ListBucket")],
  ["locked", ["object-lock"], async (client, Bucket) => {
    await withRules(expiring(30))(client, Bucket)
    return client.send(
      new PutObjectLockConfigurationCommand({
        Bucket,
        ObjectLockConfiguration: {
          ObjectLockEnabled: "Enabled",
          Rule: { DefaultRetention: { Mode: "GOVERNANCE", Days: 1 } }
        }
      })
    )
  }, true]
]

layer(gateway, { excludeTestServices: true })("doctor on Ceph", (it) => {
  for (const [way, finds, setUp, locked = false] of ways) {
    it.effect.skipIf(!isCephInstalled)(
      `finds ${finds.join(" and ") || "nothing"} of the bucket ${way}`,
      () =>
        Effect.gen(function*() {
          const { credentials, endpoints, region } = yield* Gateway
          const config = { endpoint: endpoints[0] ?? "", region, credentials, forcePathStyle: true }
          const client = new S3Client(config)
          yield* Effect.promise(() =>
            client.send(new CreateBucketCommand({ Bucket: way, ObjectLockEnabledForBucket: locked }))
          )
          yield* Effect.promise(() => setUp(client, way))
          const diagnosis = yield* diagnosisOf(config, way)
          // Some versions of Ceph ignore if-none-match where versions are kept, which the doctor is right to find.
          const found = foundIn(diagnosis).filter((check) =>
            check !== "conditional-writes" || !way.includes("versions")
          )
          assert.deepStrictEqual(found, [...finds], JSON.stringify(diagnosis.findings, null, 2))
          if (way !== "no-list") {
            const { DeleteMarkers = [], Versions = [] } = yield* Effect.promise(() =>
              client.send(new ListObjectVersionsCommand({ Bucket: way }))
            )
            assert.deepStrictEqual([...DeleteMarkers, ...Versions], [])
          }
          client.destroy()
        })
    )
  }
})
