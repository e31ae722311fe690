import { assert, describe, test } from "@effect/vitest"
import * as fc from "fast-check"
import { readMessage } from "../../../src/S3Store/notifications/readMessage.js"
import { envelopeOf, eventOf, notificationOf, recordOf, testMessageOf } from "../../servers/s3Messages.js"
import { property } from "../../support/property.js"

const put = { event: "ObjectCreated:Put", bucket: "b", key: "cache/a name+%ä", etag: "\"abc\"", size: 3 } as const
const removed = { event: "ObjectRemoved:Delete", bucket: "b", key: put.key, etag: "", size: 0 } as const

const forms = {
  "of S3": notificationOf,
  "of S3 in an envelope": (change: Parameters<typeof notificationOf>[0]) => envelopeOf(notificationOf(change)),
  "of EventBridge": eventOf,
  "of EventBridge in an envelope": (change: Parameters<typeof notificationOf>[0]) => envelopeOf(eventOf(change))
}

/** A notification with another event. */
const named = (eventName: string, key = put.key) =>
  JSON.stringify({ Records: [{ ...recordOf({ ...put, key }), eventName }] })

const changesIn = (body: string) => {
  const message = readMessage(body)
  return message._tag === "changes" ? message.changes : assert.fail(`${message._tag}: ${body}`)
}

describe("what a message says", () => {
  for (const [name, form] of Object.entries(forms)) {
    test(`${name}: written and removed, with the key as it is`, () => {
      const [one] = changesIn(form(put))
      assert.strictEqual(one?.bucket, "b")
      assert.strictEqual(one?.keys[0], put.key)
      assert.strictEqual(one?.etag, "\"abc\"")
      const [other] = changesIn(form(removed))
      assert.strictEqual(other?.keys[0], put.key)
      assert.strictEqual(other?.etag, undefined)
    })
  }

  test("several records are several changes, and one that is none does not spoil the others", () => {
    const body = JSON.stringify({ Records: [recordOf(put), { some: "thing" }, recordOf(removed)] })
    assert.deepStrictEqual(changesIn(body).map(({ etag }) => etag), ["\"abc\"", undefined])
  })

  test("lifecycle rules count, and what Ceph and MinIO call otherwise", () => {
    const removals = [
      "LifecycleExpiration:Delete",
      "LifecycleExpiration:DeleteMarkerCreated",
      "ObjectRemoved:DeleteMarkerCreated",
      "s3:ObjectRemoved:Delete",
      "ObjectLifecycle:Expiration:Current"
    ]
    for (const name of removals) {
      assert.deepStrictEqual(changesIn(named(name)).map(({ etag }) => etag), [undefined], name)
    }
    for (const name of ["ObjectCreated:Copy", "ObjectCreated:Post", "s3:ObjectCreated:Put", "s3:ObjectSynced:Create"]) {
      assert.deepStrictEqual(changesIn(named(name)).map(({ etag }) => etag), ["\"abc\""], name)
    }
  })

  test("what changes no content is nothing", () => {
    const others = [
      "ObjectTagging:Put",
      "ObjectAcl:Put",
      "ObjectRestore:Post",
      "LifecycleTransition",
      "IntelligentTiering"
    ]
    for (const name of others) assert.deepStrictEqual(changesIn(named(name)), [])
    assert.deepStrictEqual(changesIn(eventOf(put).replace("Object Created", "Object Tags Added")), [])
  })

  test("keys of senders that do not encode them are found, too", () => {
    const raw = JSON.stringify({
      Records: [{ ...recordOf(put), s3: { bucket: { name: "b" }, object: { key: "a+b%zz" } } }]
    })
    assert.ok(changesIn(raw)[0]?.keys.includes("a+b%zz"))
    const decodable = JSON.stringify({
      Records: [{ ...recordOf(put), s3: { bucket: { name: "b" }, object: { key: "a+b" } } }]
    })
    assert.deepStrictEqual(changesIn(decodable)[0]?.keys, ["a b", "a+b"])
  })

  test("S3 tries whether it may send", () => {
    assert.strictEqual(readMessage(testMessageOf("b"))._tag, "test")
    assert.strictEqual(readMessage(envelopeOf(testMessageOf("b")))._tag, "test")
  })

  test("what is not known, or too long, is foreign", () => {
    const foreign = [
      "",
      "null",
      "{}",
      "[1]",
      "hello",
      "{\"Records\": 3}",
      "{\"Records\": [null]}",
      "{\"Type\":\"Notification\",\"Message\":\"\"}",
      "{\"source\":\"aws.ec2\",\"detail-type\":\"x\",\"detail\":{}}",
      envelopeOf(envelopeOf(notificationOf(put))),
      " ".repeat(1_048_576) + notificationOf(put)
    ]
    for (const body of foreign) assert.strictEqual(readMessage(body)._tag, "foreign", body.slice(0, 60))
  })

  test("no message is too strange", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (body) => {
        for (const each of [body, envelopeOf(body), JSON.stringify({ Records: [body] }), `{"Records":[${body}]}`]) {
          assert.ok(["changes", "test", "foreign"].includes(readMessage(each)._tag))
        }
      }),
      property(1000)
    )
  })
})
