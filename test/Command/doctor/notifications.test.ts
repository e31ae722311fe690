import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { EmbeddedS3 } from "effect-aws-cache/testing"
import * as DirectoryBucket from "../../servers/DirectoryBucket.js"
import type * as LocalHttp from "../../servers/LocalHttp.js"
import * as SpoiledS3 from "../../servers/SpoiledS3.js"
import { diagnosisOf } from "./diagnosis.js"
import { everything, goodSetUp, notifying, queue, queueArn, topic, topicArn } from "./spoilings.js"

/** What is said of the notifications of a bucket that is configured so. */
const judged = (configuration: LocalHttp.Answer, keyPrefix = "cache/") =>
  Effect.gen(function*() {
    const s3 = yield* EmbeddedS3.make({ buckets: ["spoiled"] })
    const front = yield* SpoiledS3.make(s3.endpoint, {
      answer: (request) => request.query.has("notification") ? configuration : goodSetUp(request)
    })
    const { findings } = yield* diagnosisOf({ ...s3.clientConfig, endpoint: front.url }, "spoiled", keyPrefix, true)
    return findings.find(({ check }) => check === "notifications")
  })

const [created = "", removed = "", expired = ""] = everything

const cases: ReadonlyArray<
  readonly [way: string, configuration: LocalHttp.Answer, outcome: string, says: RegExp, prefix?: string]
> = [
  [
    "a topic that hears all",
    notifying(topic(topicArn, everything, "cache/")),
    "good",
    /go to arn:aws:sns:.*app-cache$/
  ],
  ["a topic without a filter", notifying(topic(topicArn, everything)), "good", /go to arn:aws:sns/],
  ["a queue", notifying(queue(queueArn, everything)), "good", /a queue that one process alone may read/],
  [
    "events that are sent by one configuration each",
    notifying(topic(topicArn, [created]), topic(topicArn, [removed, expired], "ca")),
    "good",
    /go to arn:aws:sns/
  ],
  [
    "each event by its own name",
    notifying(topic(topicArn, [
      ...["Put", "Post", "Copy", "CompleteMultipartUpload"].map((how) => `s3:ObjectCreated:${how}`),
      ...["Delete", "DeleteMarkerCreated"].map((how) => `s3:ObjectRemoved:${how}`),
      "s3:ObjectLifecycle:Expiration:*"
    ])),
    "good",
    /go to arn:aws:sns/
  ],
  ["EventBridge", notifying("<EventBridgeConfiguration/>"), "good", /go to EventBridge/],
  ["nothing at all", notifying(), "found", /sends nothing/],
  [
    "writes alone",
    notifying(topic(topicArn, [created])),
    "found",
    /does not hear of what is removed \(s3:ObjectRemoved/
  ],
  [
    "some of the writes",
    notifying(topic(topicArn, ["s3:ObjectCreated:Put", removed])),
    "found",
    /does not hear of what is written/
  ],
  [
    "writes to one place and removals to another",
    notifying(topic(topicArn, [created]), queue(queueArn, [removed])),
    "found",
    /does not hear of/
  ],
  ["no rules", notifying(topic(topicArn, [created, removed])), "note", /but for what lifecycle rules remove/],
  ["a filter for others", notifying(topic(topicArn, everything, "other/")), "found", /prefix "other\/" keeps back/],
  ["a filter that is narrower", notifying(topic(topicArn, everything, "cache/users/")), "found", /keeps back/],
  [
    "a filter for some names",
    notifying(topic(topicArn, everything, "cache/", ".json")),
    "found",
    /suffix "\.json" keeps back/
  ],
  [
    "a filter, and a cache in all of the bucket",
    notifying(topic(topicArn, everything, "cache/")),
    "found",
    /keeps/,
    ""
  ],
  ["a FIFO topic", notifying(topic(`${topicArn}.fifo`, everything)), "found", /is a FIFO/],
  [
    "a role that may not look",
    SpoiledS3.denied("s3:GetBucketNotification", "arn:aws:s3:::spoiled"),
    "unseen",
    /may not look/
  ],
  [
    "a server that knows none",
    SpoiledS3.errorXml(501, "NotImplemented", "not implemented"),
    "unseen",
    /knows no notifications/
  ]
]

describe("doctor of notifications", () => {
  for (const [way, configuration, outcome, says, prefix] of cases) {
    it.scopedLive(`says of ${way} what is to be known`, () =>
      Effect.gen(function*() {
        const finding = yield* judged(configuration, prefix)
        assert.strictEqual(finding?.outcome, outcome, finding?.says)
        assert.match(finding?.says ?? "", says)
        if (outcome === "found" && !way.includes("FIFO")) {
          assert.include(finding?.todo, prefix === "" ? "with no filter" : "with the prefix cache/")
        }
      }))
  }

  it.scopedLive("names the statement that is missing", () =>
    Effect.gen(function*() {
      const finding = yield* judged(SpoiledS3.denied("s3:GetBucketNotification", "arn:aws:s3:::spoiled"))
      assert.deepStrictEqual(finding?.policy, {
        Effect: "Allow",
        Action: "s3:GetBucketNotification",
        Resource: "arn:aws:s3:::spoiled"
      })
    }))

  it.scopedLive("knows that a directory bucket has none", () =>
    Effect.gen(function*() {
      const express = yield* DirectoryBucket.make()
      const { findings } = yield* diagnosisOf(express.clientConfig, DirectoryBucket.bucket, "cache/", true)
      assert.match(findings.find(({ check }) => check === "notifications")?.says ?? "", /sends no notifications/)
    }))
})
