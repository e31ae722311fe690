import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { Session } from "effect-aws-cache/ClientLayer"
import { readdirSync } from "node:fs"
import { sessionEnvironment } from "../sessionEnvironment.js"

const session = Effect.zipRight(sessionEnvironment(), Session.make())

describe("what a session knows of AWS", () => {
  it.scoped("getAvailablePartitions lists them", () =>
    Effect.gen(function*() {
      const partitions = yield* (yield* session).getAvailablePartitions
      assert.deepStrictEqual(partitions, [
        "aws",
        "aws-cn",
        "aws-eusc",
        "aws-iso",
        "aws-iso-b",
        "aws-iso-e",
        "aws-iso-f",
        "aws-us-gov"
      ])
    }))

  it.scoped("getPartitionForRegion takes the region itself, else what looks like one of the partition's", () =>
    Effect.gen(function*() {
      const { getPartitionForRegion } = yield* session
      const expected = {
        "us-east-1": "aws",
        "US-EAST-1": "aws",
        "fips-us-east-1": "aws",
        "aws-global": "aws",
        "cn-north-1": "aws-cn",
        "us-gov-west-1": "aws-us-gov",
        "us-isob-east-1": "aws-iso-b",
        "eusc-de-east-1": "aws-eusc",
        // In no list yet.
        "eu-south-9": "aws",
        "us-gov-south-1": "aws-us-gov"
      }
      for (const [region, partition] of Object.entries(expected)) {
        assert.strictEqual(yield* getPartitionForRegion(region), partition, region)
      }
    }))

  it.scoped("getPartitionForRegion fails for a region of no partition, which the SDK takes for one of aws", () =>
    Effect.gen(function*() {
      const { getPartitionForRegion } = yield* session
      for (const region of ["mars-north-9", "", "nope-1", "us-east-1 ", "__proto__", "us-east"]) {
        const failure = yield* Effect.flip(getPartitionForRegion(region))
        assert.strictEqual(failure._tag, "UnknownRegionError")
        assert.include(failure.message, JSON.stringify(region))
      }
    }))

  it.scoped("getAvailableRegions lists the regions of a service in a partition", () =>
    Effect.gen(function*() {
      const { getAvailableRegions } = yield* session
      const s3 = yield* getAvailableRegions("s3")
      assert.includeMembers([...s3], ["us-east-1", "eu-central-1", "ap-southeast-2"])
      assert.notIncludeMembers([...s3], ["cn-north-1", "aws-global"])
      assert.deepStrictEqual([...s3], [...s3].sort())
      assert.deepStrictEqual([...yield* getAvailableRegions("s3", { partition: "aws-cn" })], [
        "cn-north-1",
        "cn-northwest-1"
      ])
      assert.deepStrictEqual(yield* getAvailableRegions("s3", { partition: "aws" }), s3)
    }))

  it.scoped("getAvailableRegions lists endpoints that are no regions if asked to", () =>
    Effect.gen(function*() {
      const { getAvailableRegions } = yield* session
      assert.deepStrictEqual(yield* getAvailableRegions("iam"), [])
      assert.include(yield* getAvailableRegions("iam", { allowNonRegional: true }), "aws-global")
      assert.include(yield* getAvailableRegions("s3", { allowNonRegional: true }), "s3-external-1")
    }))

  it.scoped("getAvailableRegions lists none for a service or partition it does not know", () =>
    Effect.gen(function*() {
      const { getAvailableRegions } = yield* session
      for (const service of ["nope", "", "__proto__", "constructor"]) {
        assert.deepStrictEqual(yield* getAvailableRegions(service, { allowNonRegional: true }), [])
      }
      assert.deepStrictEqual(yield* getAvailableRegions("s3", { partition: "aws-mars" }), [])
    }))

  it.scoped("services go by their names in JavaScript and in Python", () =>
    Effect.gen(function*() {
      const { getAvailableRegions } = yield* session
      const names = { "cloudwatch-logs": "logs", sfn: "stepfunctions", "elastic-load-balancing-v2": "elbv2" }
      for (const [javascript, python] of Object.entries(names)) {
        const regions = yield* getAvailableRegions(javascript)
        assert.isAbove(regions.length, 20, javascript)
        assert.deepStrictEqual(yield* getAvailableRegions(python), regions)
      }
    }))

  it.scoped("getAvailableServices has the names of the SDK's packages", () =>
    Effect.gen(function*() {
      const services = yield* (yield* session).getAvailableServices
      const installed = readdirSync(new URL("../../../node_modules/@aws-sdk", import.meta.url))
        .filter((name) => name.startsWith("client-")).map((name) => name.slice("client-".length))
      assert.includeMembers(installed, ["dynamodb", "s3", "sts"])
      assert.includeMembers([...services], installed)
      assert.isAbove(services.length, 400)
      assert.deepStrictEqual([...services], [...new Set(services)].sort())
    }))
})
