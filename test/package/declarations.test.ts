/**
 * What the compilers and the editors of users see of the package: the declarations that it is built into.
 */
import { assert, beforeAll, describe, it } from "@effect/vitest"
import { execFile } from "node:child_process"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"

const script = fileURLToPath(new URL("./readDeclarations.mjs", import.meta.url))

let found: Readonly<Record<string, ReadonlyArray<string>>> = {}

/** Some of which all members are looked at: those of the tag itself, and those of its service (`prototype`). */
const members = [
  ...["S3Cache", "ClientCache", "ResourceCache", "Session", "TtlDict", "ObjectStore", "Keyspace"],
  ...["S3CacheService", "ClientCacheService", "ResourceCacheService", "SessionService", "Dict", "Store", "LeasedStore"]
    .map((name) => `${name}.prototype`),
  ...["S3CacheServiceClass", "ClientCacheServiceClass", "ResourceCacheServiceClass", "SessionServiceClass"]
    .map((name) => `${name}.prototype`),
  ...["DictServiceClass", "SyncTtlDict", "BoundedMap", "Keyspace", "ObjectStore"].map((name) => `${name}.prototype`)
]

const calls = [
  "Reports.set",
  "S3Cache.getOrCompute",
  "TenantClients.client",
  "Sessions.get",
  "Rates.restore",
  "store.use"
]

beforeAll(async () => {
  const { stdout } = await promisify(execFile)(process.execPath, [script], { maxBuffer: 2 ** 26 })
  found = JSON.parse(stdout)
})

describe("the declarations", () => {
  // Otherwise: TS2742, TS2883, for who exports what is inferred, and compiles with `declaration: true`.
  it("have a name under an entry point for each type that can come of what is exported", () => {
    assert.deepStrictEqual(found["unnamed"], [])
  })

  it("lose no error and no need where optional arguments are left out", () => {
    assert.deepStrictEqual(found["erased"], [])
  })

  it("have each verb in each store, but for what docs/verbs.md explains", () => {
    assert.deepStrictEqual(found["verbs"], [])
  })

  it("document every member that an editor can show", () => {
    assert.deepStrictEqual(found["undocumented"], [])
    assert.includeMembers([...found["names"] ?? []], members)
  })

  it("document what programs call, on classes of their own too", () => {
    assert.deepStrictEqual(found["undocumentedUses"], [])
    assert.includeMembers([...found["used"] ?? []], calls)
  })
})
