import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { EmbeddedS3 } from "effect-aws-cache/testing"
import { readdirSync } from "node:fs"
import { localSts } from "../ClientLayer/credentialSources.js"
import { start } from "./program.js"

const expected: Readonly<Record<string, ReadonlyArray<string>>> = {
  "quickstart.ts": [
    "kept in memory, not in S3_CACHE_BUCKET",
    "asking the directory for team core",
    "Ada, since 1843",
    "S3Cache: there is no entry under directory/users({\"team\":\"nobody\"})",
    "S3Cache: there is an entry under directory/users({\"team\":\"core\"}) already"
  ],
  "boundedStore.ts": ["computing 42", "42", "42", "evicted: one"],
  "clientCache.ts": [
    "the same client: true",
    "built: 2",
    "in the cache: 0, still leased: 1",
    "S3Client(region=us-west-2, customize=audit)"
  ],
  // A handler: by itself it prints nothing. test/programs/lambda.test.ts invokes it.
  "lambda.ts": [""],
  "leasedStore.ts": [
    "open acme",
    "open globex",
    "open initech",
    "acme is still open",
    "close acme: evicted",
    "close globex: closed",
    "close initech: closed"
  ],
  "multiTenant.ts": ["clients built: 3", "credentials resolved: 4"],
  "testing.ts": ["greeting: Hello, Ada"],
  "ttlDict.ts": ["session of Ada", "app/Sessions: there is no entry under \"foo\""]
}

const examples = readdirSync(new URL("../../examples", import.meta.url)).filter((name) => name.endsWith(".ts"))

describe("examples", () => {
  it("are all listed here", () => {
    assert.deepStrictEqual(examples.sort(), Object.keys(expected).sort())
  })

  for (const [name, lines] of Object.entries(expected)) {
    it.scopedLive(`${name} prints what it says`, () =>
      Effect.gen(function*() {
        const server = yield* EmbeddedS3.make({ buckets: ["examples"] })
        const sts = yield* localSts()
        const program = yield* start(`examples/${name.replace(/\.ts$/, ".js")}`, {
          S3_CACHE_BUCKET: "examples",
          AWS_ENDPOINT_URL_S3: server.endpoint,
          AWS_ENDPOINT_URL_STS: sts.url,
          AWS_REGION: server.region,
          AWS_ACCESS_KEY_ID: server.credentials.accessKeyId,
          AWS_SECRET_ACCESS_KEY: server.credentials.secretAccessKey
        })
        assert.strictEqual(yield* program.ended, 0, program.stderr())
        assert.deepStrictEqual(program.stdout().trimEnd().split("\n"), lines)
      }))
  }
})
