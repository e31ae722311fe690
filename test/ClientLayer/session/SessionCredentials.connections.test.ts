import { S3Client } from "@aws-sdk/client-s3"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Option, Redacted } from "effect"
import { Session } from "effect-aws-cache/ClientLayer"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { until } from "../../support/until.js"
import { ask, localBucket, localContainerEndpoint } from "../credentialSources.js"
import { localIdentity, ProxyHandler, waysToSignIn } from "../localIdentity.js"
import { credentialProcess, sessionEnvironment } from "../sessionEnvironment.js"

const homeFolder = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "effect-aws-cache-home-"))),
  (folder) => Effect.sync(() => rmSync(folder, { recursive: true, force: true }))
)

const ways = Object.entries(waysToSignIn)

describe("what finds the credentials of a session", () => {
  for (const [name, { calls, hosts, prepare }] of ways) {
    describe(`by ${name}`, () => {
      it.scopedLive("goes through the session's request handler, in the region that the SDK would choose", () =>
        Effect.gen(function*() {
          const home = yield* homeFolder
          const { config, variables } = prepare(home)
          const environment = { HOME: home, ...variables }
          yield* sessionEnvironment({ config, variables: environment })
          const identity = yield* localIdentity
          const bucket = yield* localBucket
          const proxy = new ProxyHandler(identity.port)
          const inProfile = name.includes("environment") ? {} : { profile: "one" }
          const session = yield* Session.make({ ...inProfile, requestHandler: proxy })
          const provider = yield* session.credentialProvider
          // A client of somebody else's, in another region than the session, and not over its connections.
          const s3 = new S3Client({ ...bucket.config, region: "eu-west-1", credentials: provider })
          yield* ask(s3)
          yield* ask(s3)
          s3.destroy()
          assert.deepStrictEqual(proxy.hosts, hosts)
          assert.deepStrictEqual(identity.seen, calls)
          assert.deepStrictEqual([...new Set(bucket.signers)], [`${calls.at(-1)}-${calls.length}`])
          proxy.destroy()
        }))

      it.scopedLive("leaves no socket open, however often it is asked", () =>
        Effect.gen(function*() {
          const home = yield* homeFolder
          const { config, variables } = prepare(home)
          const identity = yield* localIdentity
          yield* sessionEnvironment({ config, variables: { ...identity.variables, HOME: home, ...variables } })
          const inProfile = name.includes("environment") ? {} : { profile: "one" }
          yield* Effect.scoped(Effect.gen(function*() {
            const session = yield* Session.make({ ...inProfile, region: "eu-west-1", gracePeriod: 0 })
            yield* session.getCredentials()
            for (let n = 0; n < 4; n++) yield* session.getCredentials({ forceRefresh: true })
            const { openSockets } = yield* session.stats
            assert.strictEqual(openSockets, 1)
            assert.strictEqual(identity.openSockets(), 1)
          }))
          yield* until(() => identity.openSockets() === 0)
        }))
    })
  }

  it.scopedLive("does not show the endpoint of containers to the session's handler, and leaves no socket there", () =>
    Effect.gen(function*() {
      const container = yield* localContainerEndpoint()
      yield* sessionEnvironment({ variables: container.variables })
      const proxy = new ProxyHandler(1)
      const session = yield* Session.make({ region: "us-east-1", requestHandler: proxy })
      for (let n = 0; n < 4; n++) yield* session.getCredentials({ forceRefresh: true })
      assert.deepStrictEqual(proxy.hosts, [])
      assert.strictEqual(container.requests(), 4)
      yield* until(() => container.openSockets() === 0)
    }))

  it.scopedLive("runs a credential_process that calls nobody", () =>
    Effect.gen(function*() {
      const files = yield* sessionEnvironment()
      const line = credentialProcess(
        files.folder,
        `console.log(JSON.stringify({ Version: 1, AccessKeyId: "from-process", SecretAccessKey: "secret" }))`
      )
      yield* files.write("config", `[profile tool]\n${line}\n`)
      const proxy = new ProxyHandler(1)
      const session = yield* Session.make({ region: "us-east-1", profile: "tool", requestHandler: proxy })
      const found = Option.getOrThrow(yield* session.getCredentials())
      assert.strictEqual(Redacted.value(found.accessKeyId), "from-process")
      assert.deepStrictEqual(proxy.hosts, [])
    }))
})
