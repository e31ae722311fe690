import { KeyValueStore } from "@effect/platform"
import { NodeContext } from "@effect/platform-node"
import { describe } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { ClientCache } from "effect-aws-cache/ClientLayer"
import { ObjectStore } from "effect-aws-cache/S3Store"
import { EmbeddedS3 } from "effect-aws-cache/testing"
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as S3Server from "../../servers/S3Server.js"
import { conformance } from "./ObjectStore.conformance.js"

const temporaryFolder = Effect.acquireRelease(
  Effect.promise(() => mkdtemp(join(tmpdir(), "objects-"))),
  (folder) => Effect.promise(() => rm(folder, { recursive: true }))
)

const fileSystem = Layer.unwrapScoped(
  Effect.map(temporaryFolder, (folder) => ObjectStore.layerFileSystem({ directory: join(folder, "not/yet/there") }))
).pipe(Layer.provide(NodeContext.layer))

const server = Layer.unwrapScoped(
  Effect.map(
    S3Server.make,
    ({ bucket, clientConfig, keyPrefix }) =>
      ObjectStore.layerS3({ bucket, keyPrefix, clientConfig, listOptions: { MaxKeys: 7 } })
  )
).pipe(Layer.provide(ClientCache.layer()))

const ignorant = Layer.unwrapScoped(
  Effect.map(
    EmbeddedS3.make({ buckets: ["ignorant"], conditionalWrites: false }),
    ({ clientConfig }) => ObjectStore.layerS3({ bucket: "ignorant", clientConfig })
  )
).pipe(Layer.provide(ClientCache.layer()))

conformance("an S3 server", server, {
  conditions: true,
  deletes: S3Server.isEmbedded ? true : undefined,
  lists: true,
  modelRuns: S3Server.isEmbedded ? 15 : 5
})

describe.runIf(S3Server.isEmbedded)("elsewhere", () => {
  conformance("memory", ObjectStore.layerMemory(), { conditions: true, deletes: true, lists: true, modelRuns: 200 })

  conformance("a file system", fileSystem, { conditions: true, deletes: true, lists: true, modelRuns: 50 })

  conformance(
    "a key-value store of this process",
    Layer.provide(ObjectStore.layerKeyValueStore({ conditions: "process" }), KeyValueStore.layerMemory),
    { conditions: true, deletes: true, lists: false, modelRuns: 100 }
  )

  conformance("a key-value store", Layer.provide(ObjectStore.layerKeyValueStore(), KeyValueStore.layerMemory), {
    conditions: false,
    deletes: false,
    lists: false,
    modelRuns: 100
  })

  conformance("an S3 server that ignores conditions", ignorant, {
    conditions: false,
    deletes: false,
    lists: true,
    modelRuns: 5
  })
})
