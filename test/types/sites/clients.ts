/**
 * Clients, resources and sessions.
 */
import { ListBucketsCommand, S3Client } from "@aws-sdk/client-s3"
import { Config, ConfigProvider, Effect, Layer, Schema } from "effect"
import {
  ClientCache,
  ClientCacheKey,
  ClientCacheLive,
  DefaultSession,
  ResourceCache,
  ResourceDefinition,
  Session,
  SessionLive
} from "effect-aws-cache/ClientLayer"

const region: string | undefined = "eu-west-1"

/** What a test gives out for clients: no request is sent. */
const fakes = [ClientCache.fake(S3Client, (config) => new S3Client({ ...config, region: "us-east-1" }))]

export const client = ClientCache.client(S3Client, { region })
export const leased = ClientCache.lease(S3Client, { region })
export const loaded = ClientCache.client(() => import("@aws-sdk/client-s3").then((module) => module.S3Client))
export const regionOf = ClientCache.withClient(S3Client, { region }, (s3) => Effect.promise(() => s3.config.region()))
export const buckets = ClientCache.send(S3Client, { region }, new ListBucketsCommand({}), { errors: ["AccessDenied"] })

export const bucketNames = buckets.pipe(
  Effect.map(({ Buckets = [] }) => Buckets.map(({ Name }) => Name)),
  Effect.catchTag("AccessDenied", () => Effect.succeed([]))
)

export const clients = Effect.all([Effect.map(client, (s3) => s3 instanceof S3Client), regionOf]).pipe(
  Effect.provide(ClientCache.layerTest(fakes))
)

// Two caches of clients.

export class TenantClients extends ClientCache.Service<TenantClients>()("app/TenantClients") {}
export const TenantClientsLive = TenantClients.layer({ maxSize: 100, timeToIdle: "10 minutes" })

export const twoCaches = Effect.gen(function*() {
  const one = yield* TenantClients.client(S3Client)
  const other = yield* ClientCache.client(S3Client)
  return [one === other, yield* TenantClients.size]
}).pipe(Effect.provide([TenantClients.layerTest(fakes), ClientCache.layerTest(fakes)]))

// Resources over clients.

export const Bucket = ResourceDefinition.make({
  name: "Bucket",
  client: S3Client,
  options: Schema.Struct({ bucket: Schema.String }),
  make: (s3, { bucket }) => ({ s3, bucket })
})

export const bucket = ResourceCache.resource(Bucket, { region }, { bucket: "reports" })

export class Buckets extends ResourceCache.Service<Buckets>()("app/Buckets") {}
export const BucketsLive = Buckets.layer({ maxSize: 20 }).pipe(Layer.provide(ClientCacheLive))

export const bucketName = Buckets.withResource(
  Bucket,
  { region },
  ({ bucket }) => Effect.succeed(bucket),
  { bucket: "reports" }
).pipe(Effect.provide(Buckets.layer()), Effect.provide(ClientCache.layerTest(fakes)))

// Sessions.

export const profile = Session.make({ profile: "reports", maxSize: 5 })
export const sessionRegion = Effect.flatMap(Session, (session) => session.regionName)
export const sessionClient = Effect.scoped(Session.lease(S3Client, { region })).pipe(Effect.provide(SessionLive))
export const defaultClient = DefaultSession.client(S3Client)

export class Admin extends Session.Service<Admin>()("app/Admin") {}
export const AdminLive = Admin.layer({ region: "eu-central-1" })

export const regions = Effect.all([Admin.regionName, sessionRegion]).pipe(
  Effect.provide([AdminLive, Layer.mock(Session, { regionName: Effect.succeedSome("eu-north-1") })])
)

// What Config gives.

export const ConfiguredLive = ClientCache.layerConfig({ maxSize: Config.integer("MAX_CLIENTS") })

export const configured = Effect.map(ClientCache.stats, ({ maxSize }) => maxSize).pipe(
  Effect.provide(ConfiguredLive),
  Effect.withConfigProvider(ConfigProvider.fromMap(new Map([["MAX_CLIENTS", "7"]])))
)

export const key = ClientCacheKey.make(S3Client, { region: "eu-west-1" })
