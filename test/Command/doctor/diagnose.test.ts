import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import { EmbeddedS3 } from "effect-aws-cache/testing"
import * as DirectoryBucket from "../../servers/DirectoryBucket.js"
import * as SpoiledS3 from "../../servers/SpoiledS3.js"
import { diagnosisOf, foundIn, namesIn } from "./diagnosis.js"
import { goodSetUp, type Spoiled, spoilings } from "./spoilings.js"

const setUp = ({ config = {}, conditionalWrites, spoiling = {} }: Partial<Spoiled>) =>
  Effect.gen(function*() {
    const s3 = yield* EmbeddedS3.make({ buckets: ["spoiled"], conditionalWrites })
    const front = yield* SpoiledS3.make(s3.endpoint, {
      ...spoiling,
      answer: (request) => spoiling.answer?.(request) ?? goodSetUp(request)
    })
    const diagnosis = yield* diagnosisOf({ ...s3.clientConfig, endpoint: front.url, ...config }, "spoiled")
    return { diagnosis, left: yield* namesIn(s3.clientConfig, "spoiled") }
  })

describe("doctor", () => {
  it.scopedLive("finds nothing on a good bucket, and leaves nothing", () =>
    Effect.gen(function*() {
      const { diagnosis, left } = yield* setUp({})
      assert.deepStrictEqual(
        diagnosis.findings.filter(({ outcome }) => outcome !== "good"),
        []
      )
      assert.deepStrictEqual(left, [])
    }))

  it.scopedLive("says of what it may not look at that it could not, and finds nothing", () =>
    Effect.gen(function*() {
      const { diagnosis } = yield* setUp({
        spoiling: {
          answer: (request) => goodSetUp(request) && SpoiledS3.denied("s3:GetWhatever", "arn:aws:s3:::spoiled")
        }
      })
      assert.deepStrictEqual(foundIn(diagnosis), [])
      assert.deepStrictEqual(
        diagnosis.findings.filter(({ outcome }) => outcome === "unseen").map(({ check }) => check),
        ["encryption", "lifecycle", "transitions", "object-lock"]
      )
    }))

  it.scopedLive("leaves nothing when it is interrupted", () =>
    Effect.gen(function*() {
      const s3 = yield* EmbeddedS3.make({ buckets: ["spoiled"] })
      const fiber = yield* Effect.fork(diagnosisOf(s3.clientConfig, "spoiled"))
      yield* Effect.repeat(Effect.zipRight(Effect.yieldNow(), s3.requests), {
        until: (requests) => requests.some(({ method }) => method === "PUT")
      })
      yield* Fiber.interrupt(fiber)
      assert.deepStrictEqual(yield* namesIn(s3.clientConfig, "spoiled"), [])
    }))

  for (const spoiled of spoilings) {
    it.scopedLive(`finds ${spoiled.way}`, () =>
      Effect.gen(function*() {
        const { diagnosis, left } = yield* setUp(spoiled)
        const found = diagnosis.findings.filter(({ outcome }) => outcome === "found")
        const report = JSON.stringify(diagnosis.findings, null, 2)
        assert.deepStrictEqual(foundIn(diagnosis), [...spoiled.finds], report)
        assert.match(
          found.map(({ policy, says, todo }) => [says, todo, JSON.stringify(policy)].join("\n")).join("\n"),
          spoiled.says
        )
        assert.deepStrictEqual(left, [])
      }))
  }
})

describe("doctor of a directory bucket", () => {
  it.scopedLive("finds nothing on a good one", () =>
    Effect.gen(function*() {
      const express = yield* DirectoryBucket.make()
      const diagnosis = yield* diagnosisOf(express.clientConfig, DirectoryBucket.bucket)
      assert.deepStrictEqual(diagnosis.findings.filter(({ outcome }) => outcome !== "good"), [])
      assert.deepStrictEqual(express.names(), [])
      // How it is set up is asked at the endpoint of the region.
      assert.deepStrictEqual(
        express.requests().filter(({ host }) => host === DirectoryBucket.hosts.control).map(({ asks }) => asks),
        [["lifecycle"], ["encryption"]]
      )
    }))

  it.scopedLive("finds that the role may not create a session", () =>
    Effect.gen(function*() {
      const express = yield* DirectoryBucket.make({ mayCreateSession: false })
      const diagnosis = yield* diagnosisOf(express.clientConfig, DirectoryBucket.bucket)
      assert.deepStrictEqual(foundIn(diagnosis), ["bucket"])
      assert.deepStrictEqual(diagnosis.findings.find(({ check }) => check === "bucket")?.policy, {
        Effect: "Allow",
        Action: "s3express:CreateSession",
        Resource: `arn:aws:s3express:us-east-1:ACCOUNT:bucket/${DirectoryBucket.bucket}`
      })
    }))
})
