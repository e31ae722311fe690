import { afterAll, beforeAll } from "@effect/vitest"
import { Effect, Layer, ManagedRuntime } from "effect"
import { ClientCacheLive } from "effect-aws-cache/ClientLayer"
import { dictStorage, type KeyvStorage, s3CacheStorage } from "effect-aws-cache/keyv"
import { S3Cache } from "effect-aws-cache/S3Store"
import { EmbeddedS3 } from "effect-aws-cache/testing"
import { SyncTtlDict } from "effect-aws-cache/Ttl"

const bucket = "keyv-tests"

const overMemory = S3Cache.layerMemory()

const overS3 = Layer.unwrapEffect(
  Effect.map(EmbeddedS3, ({ clientConfig }) => S3Cache.layerS3({ bucket, keyPrefix: "c/", clientConfig }))
).pipe(Layer.provide(ClientCacheLive), Layer.provide(EmbeddedS3.layer({ buckets: [bucket] })))

/** Each storage of these is one of its own over the same entries, as Keyvs of several namespaces need. */
const overS3Cache = (layer: Layer.Layer<S3Cache, unknown>) => (): () => KeyvStorage => {
  const runtime = ManagedRuntime.make(Layer.merge(layer, Layer.scope))
  beforeAll(() => runtime.runPromise(Effect.void))
  afterAll(() => runtime.dispose())
  return () => runtime.runSync(s3CacheStorage("keyv/tests"))
}

/** What the adapters are held to everywhere; called in a `describe`, each gives what makes storages. */
export const storages: Readonly<Record<string, () => () => KeyvStorage>> = {
  "SyncTtlDict": () => {
    const dict = new SyncTtlDict<string, unknown>({ maxBytes: "16M" })
    return () => dictStorage(dict)
  },
  "S3Cache on memory": overS3Cache(overMemory),
  "S3Cache on S3": overS3Cache(overS3)
}
