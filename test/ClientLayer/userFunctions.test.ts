import { S3Client } from "@aws-sdk/client-s3"
import { assert, describe, it } from "@effect/vitest"
import { ClientCache, ClientCustomization, ResourceCache, ResourceDefinition } from "effect-aws-cache/ClientLayer"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import { turns } from "../support/until.js"
import { warnings } from "../support/warnings.js"

const rejects = async () => {
  await Promise.resolve()
  throw new Error("rejected")
}

// What types would not allow.
const untyped = (f: unknown): never => f as never

const cases: Readonly<Record<string, Effect.Effect<unknown, unknown, ClientCache | ResourceCache>>> = {
  "a customization": ClientCache.client(S3Client, { region: "us-east-1" }, {
    customize: ClientCustomization.make("slow", untyped(rejects))
  }),
  "the make of a resource": ResourceCache.withResource(
    ResourceDefinition.make({ name: "Bucket", client: S3Client, make: untyped(rejects) }),
    { region: "us-east-1" },
    Effect.succeed
  ),
  "the release of a resource": ResourceCache.withResource(
    ResourceDefinition.make({ name: "Bucket", client: S3Client, make: () => ({}), release: untyped(rejects) }),
    { region: "us-east-1" },
    Effect.succeed
  )
}

describe("a function of the user's that returns a promise where it must not", () => {
  for (const [what, use] of Object.entries(cases)) {
    it.effect(`${what}: what it is rejected with does not end the process`, () =>
      Effect.gen(function*() {
        const unhandled: Array<unknown> = []
        const listener = (reason: unknown) => void unhandled.push(reason)
        process.on("unhandledRejection", listener)
        const layer = Layer.provideMerge(ResourceCache.layer(), ClientCache.layer())
        const exit = yield* Effect.exit(Effect.provide(use, layer))
        yield* turns(3)
        process.off("unhandledRejection", listener)
        assert.deepStrictEqual(unhandled, [])
        assert.strictEqual(Exit.isFailure(exit), what !== "the release of a resource")
      }).pipe(Effect.provide(warnings().logger)))
  }
})
