import type { S3Client } from "@aws-sdk/client-s3"
import {
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  DeleteBucketPolicyCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListBucketsCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  PutObjectTaggingCommand,
  UploadPartCommand
} from "@aws-sdk/client-s3"
import { assert, describe, it } from "@effect/vitest"
import { EmbeddedS3, type EmbeddedS3Change } from "effect-aws-cache/testing"
import * as Effect from "effect/Effect"
import { call, makeClient, refusal } from "../servers/s3Client.js"

const Bucket = "bucket-one"

const start = (conditionalWrites?: boolean) =>
  Effect.gen(function*() {
    const s3 = yield* EmbeddedS3.make({ buckets: [Bucket], conditionalWrites })
    return { s3, client: yield* makeClient(s3.clientConfig) }
  })

const put = (client: S3Client, Key: string, Body: string, condition: { IfMatch?: string; IfNoneMatch?: string } = {}) =>
  client.send(new PutObjectCommand({ Bucket, Key, Body, ...condition }))

const read = (client: S3Client, Key: string) =>
  call(() => client.send(new GetObjectCommand({ Bucket, Key })).then(({ Body }) => Body?.transformToString()))

describe("EmbeddedS3", () => {
  it.scoped("stores objects, their type and metadata, under awkward keys too", () =>
    Effect.gen(function*() {
      const { client } = yield* start()
      for (const Key of ["a", "a b+c%2F", "x//y/", "/lead", "ключ/键", "k".repeat(1024)]) {
        yield* call(() =>
          client.send(
            new PutObjectCommand({ Bucket, Key, Body: `of ${Key}`, ContentType: "text/x", Metadata: { one: "1" } })
          )
        )
        const got = yield* call(() => client.send(new GetObjectCommand({ Bucket, Key })))
        assert.strictEqual(yield* call(async () => got.Body?.transformToString()), `of ${Key}`)
        assert.strictEqual(got.ContentType, "text/x")
        assert.deepStrictEqual(got.Metadata, { one: "1" })
      }
    }))

  it.scoped("tells of what is written and removed, before the client has its answer", () =>
    Effect.gen(function*() {
      const changes: Array<EmbeddedS3Change> = []
      const s3 = yield* EmbeddedS3.make({ buckets: [Bucket], onChange: (change) => void changes.push(change) })
      const client = yield* makeClient(s3.clientConfig)
      const { ETag: etag } = yield* call(() => put(client, "a b", "one"))
      assert.deepStrictEqual(changes.splice(0), [
        { event: "ObjectCreated:Put", bucket: Bucket, key: "a b", etag, size: 3 }
      ])
      yield* refusal(() => put(client, "a b", "two", { IfNoneMatch: "*" }))
      yield* call(() => client.send(new DeleteObjectCommand({ Bucket, Key: "absent" })))
      assert.deepStrictEqual(changes, [])
      yield* call(() =>
        client.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects: [{ Key: "a b" }, { Key: "c" }] } }))
      )
      assert.deepStrictEqual(changes.splice(0), [
        { event: "ObjectRemoved:Delete", bucket: Bucket, key: "a b", etag: "", size: 0 }
      ])
      const { UploadId } = yield* call(() => client.send(new CreateMultipartUploadCommand({ Bucket, Key: "parts" })))
      const part = yield* call(() =>
        client.send(new UploadPartCommand({ Bucket, Key: "parts", UploadId, PartNumber: 1, Body: "whole" }))
      )
      assert.deepStrictEqual(changes, [])
      yield* call(() =>
        client.send(
          new CompleteMultipartUploadCommand({
            Bucket,
            Key: "parts",
            UploadId,
            MultipartUpload: { Parts: [{ PartNumber: 1, ETag: part.ETag }] }
          })
        )
      )
      assert.deepStrictEqual(changes.map(({ event, size }) => `${event} ${size}`), [
        "ObjectCreated:CompleteMultipartUpload 5"
      ])
    }))

  it.scoped("goes on when what it tells throws, and warns of it", () =>
    Effect.gen(function*() {
      const warnings: Array<string> = []
      const warned = ({ message }: Error) => void warnings.push(message)
      yield* Effect.acquireRelease(
        Effect.sync(() => process.on("warning", warned)),
        () => Effect.sync(() => process.off("warning", warned))
      )
      const onChange = () => {
        throw new Error("no")
      }
      const s3 = yield* EmbeddedS3.make({ buckets: [Bucket], onChange })
      const client = yield* makeClient(s3.clientConfig)
      yield* call(() => put(client, "a", "one"))
      assert.strictEqual(yield* read(client, "a"), "one")
      assert.match(warnings.join(), /onChange failed: .*no/)
    }))

  it.scoped("creates the buckets it is told to, and only those", () =>
    Effect.gen(function*() {
      const s3 = yield* EmbeddedS3.make({ buckets: ["bucket-b", "bucket-a"] })
      const client = yield* makeClient(s3.clientConfig)
      const { Buckets } = yield* call(() => client.send(new ListBucketsCommand({})))
      assert.deepStrictEqual(Buckets?.map(({ Name }) => Name), ["bucket-a", "bucket-b"])
    }))

  it.scoped("names what is missing as S3 does", () =>
    Effect.gen(function*() {
      const { client } = yield* start()
      const missing = { Bucket, Key: "missing" }
      const nowhere = { Bucket: "no-such-bucket", Key: "missing" }
      assert.strictEqual(yield* refusal(() => client.send(new GetObjectCommand(missing))), "404 NoSuchKey")
      assert.strictEqual(yield* refusal(() => client.send(new HeadObjectCommand(missing))), "404 NotFound")
      assert.strictEqual(yield* refusal(() => client.send(new GetObjectCommand(nowhere))), "404 NoSuchBucket")
      assert.strictEqual(
        yield* refusal(() => client.send(new PutObjectCommand({ ...nowhere, Body: "x", IfNoneMatch: "*" }))),
        "404 NoSuchBucket"
      )
      assert.strictEqual(
        yield* refusal(() => client.send(new PutObjectCommand({ Bucket, Key: "k".repeat(1025), Body: "x" }))),
        "400 KeyTooLongError"
      )
    }))

  it.scoped("lets exactly one of 100 racing writers create an object", () =>
    Effect.gen(function*() {
      const { client, s3 } = yield* start()
      const outcomes = yield* Effect.forEach(
        Array.from({ length: 100 }, (_, index) => `writer ${index}`),
        (body) =>
          call(() => put(client, "raced", body, { IfNoneMatch: "*" })).pipe(
            Effect.as({ body, outcome: "won" }),
            Effect.catchAll(({ code, status }) => Effect.succeed({ body, outcome: `${status} ${code}` }))
          ),
        { concurrency: "unbounded" }
      )
      const winners = outcomes.filter(({ outcome }) => outcome === "won")
      assert.strictEqual(winners.length, 1)
      assert.strictEqual(outcomes.filter(({ outcome }) => outcome === "412 PreconditionFailed").length, 99)
      assert.strictEqual(yield* read(client, "raced"), winners[0]?.body)
      const statuses = (yield* s3.requests).filter(({ method }) => method === "PUT").map(({ status }) => status)
      assert.deepStrictEqual(statuses.toSorted((a, b) => a - b), [200, ...Array<number>(99).fill(412)])
    }))

  it.scoped("loses no update of 8 writers that compare and swap", () =>
    Effect.gen(function*() {
      const { client } = yield* start()
      yield* call(() => put(client, "counter", "0"))
      const increment: Effect.Effect<void, unknown> = Effect.gen(function*() {
        const { Body, ETag = "" } = yield* call(() => client.send(new GetObjectCommand({ Bucket, Key: "counter" })))
        const count = Number(yield* call(async () => Body?.transformToString()))
        const outcome = yield* refusal(() => put(client, "counter", `${count + 1}`, { IfMatch: ETag }))
        if (outcome !== "not refused") {
          assert.strictEqual(outcome, "412 PreconditionFailed")
          yield* increment
        }
      })
      yield* Effect.all(Array.from({ length: 8 }, () => Effect.repeatN(increment, 4)), { concurrency: "unbounded" })
      assert.strictEqual(yield* read(client, "counter"), "40")
    }))

  it.scoped("writes If-Match only over that ETag, quoted or not", () =>
    Effect.gen(function*() {
      const { client } = yield* start()
      const first = yield* call(() => put(client, "k", "one"))
      const IfMatch = first.ETag ?? ""
      assert.match(IfMatch, /^"[0-9a-f]{32}"$/)
      const second = yield* call(() => put(client, "k", "two", { IfMatch }))
      assert.strictEqual(yield* refusal(() => put(client, "k", "three", { IfMatch })), "412 PreconditionFailed")
      assert.strictEqual(yield* read(client, "k"), "two")
      yield* call(() => put(client, "k", "four", { IfMatch: (second.ETag ?? "").replaceAll("\"", "") }))
      assert.strictEqual(yield* read(client, "k"), "four")
      assert.strictEqual(yield* refusal(() => put(client, "other", "x", { IfMatch })), "404 NoSuchKey")
      const other = new HeadObjectCommand({ Bucket, Key: "other" })
      assert.strictEqual(yield* refusal(() => client.send(other)), "404 NotFound")
    }))

  it.scoped("deletes If-Match only that object", () =>
    Effect.gen(function*() {
      const { client } = yield* start()
      const remove = (Key: string, IfMatch?: string) => () =>
        client.send(new DeleteObjectCommand(IfMatch === undefined ? { Bucket, Key } : { Bucket, Key, IfMatch }))
      const { ETag } = yield* call(() => put(client, "k", "one"))
      assert.strictEqual(yield* refusal(remove("k", "\"other\"")), "412 PreconditionFailed")
      assert.strictEqual(yield* read(client, "k"), "one")
      yield* call(remove("k", ETag))
      assert.strictEqual(yield* refusal(remove("k", ETag)), "404 NoSuchKey")
      assert.strictEqual(yield* refusal(remove("k", "*")), "404 NoSuchKey")
      yield* call(remove("k"))
      yield* call(() => put(client, "k", "two"))
      yield* call(remove("k", "*"))
      assert.strictEqual(yield* refusal(remove("k", "*")), "404 NoSuchKey")
    }))

  it.scoped("answers 304 and 412 to conditional GET and HEAD", () =>
    Effect.gen(function*() {
      const { client } = yield* start()
      const { ETag = "" } = yield* call(() => put(client, "k", "one"))
      for (const Command of [GetObjectCommand, HeadObjectCommand]) {
        const status = (condition: { IfMatch?: string; IfNoneMatch?: string; IfModifiedSince?: Date }) =>
          Effect.map(
            refusal(async () => {
              const command = new Command({ Bucket, Key: "k", ...condition })
              await (command instanceof GetObjectCommand ? client.send(command) : client.send(command))
            }),
            (outcome) => outcome.replace(/ .*/, "")
          )
        assert.strictEqual(yield* status({ IfNoneMatch: ETag }), "304")
        assert.strictEqual(yield* status({ IfNoneMatch: "\"x\"" }), "not")
        assert.strictEqual(yield* status({ IfMatch: ETag }), "not")
        assert.strictEqual(yield* status({ IfMatch: "\"x\"" }), "412")
        // If-None-Match decides, although the object was not modified since.
        assert.strictEqual(
          yield* status({ IfNoneMatch: "\"x\"", IfModifiedSince: new Date("2099-01-01") }),
          "not"
        )
      }
    }))

  it.scoped("completes a multipart upload only if its condition holds", () =>
    Effect.gen(function*() {
      const { client } = yield* start()
      const where = { Bucket, Key: "big" }
      const upload = (Body: string) =>
        Effect.gen(function*() {
          const { UploadId } = yield* call(() => client.send(new CreateMultipartUploadCommand(where)))
          const part = { ...where, UploadId, PartNumber: 1 }
          const { ETag } = yield* call(() => client.send(new UploadPartCommand({ ...part, Body })))
          return { ...where, UploadId, MultipartUpload: { Parts: [{ PartNumber: 1, ETag }] }, IfNoneMatch: "*" }
        })
      const first = yield* upload("first")
      const second = yield* upload("second")
      yield* call(() => client.send(new CompleteMultipartUploadCommand(second)))
      assert.strictEqual(
        yield* refusal(() => client.send(new CompleteMultipartUploadCommand(first))),
        "412 PreconditionFailed"
      )
      assert.strictEqual(yield* read(client, "big"), "second")
    }))

  it.scoped("ignores conditions on writes when told to, but not those on reads", () =>
    Effect.gen(function*() {
      const { client } = yield* start(false)
      yield* call(() => put(client, "k", "one", { IfNoneMatch: "*" }))
      const { ETag } = yield* call(() => put(client, "k", "two", { IfNoneMatch: "*" }))
      assert.strictEqual(yield* read(client, "k"), "two")
      yield* call(() => put(client, "k", "three", { IfMatch: "\"x\"" }))
      assert.strictEqual(yield* read(client, "k"), "three")
      assert.match(
        yield* refusal(() => client.send(new GetObjectCommand({ Bucket, Key: "k", IfMatch: ETag }))),
        /^412 /
      )
      yield* call(() => client.send(new DeleteObjectCommand({ Bucket, Key: "k", IfMatch: "\"x\"" })))
      assert.strictEqual(yield* refusal(() => client.send(new HeadObjectCommand({ Bucket, Key: "k" }))), "404 NotFound")
    }))

  it.scoped("refuses what it does not know instead of doing something else", () =>
    Effect.gen(function*() {
      const { client, s3 } = yield* start()
      const where = { Bucket, Key: "k" }
      yield* call(() => put(client, "k", "one"))
      const tagging = new PutObjectTaggingCommand({ ...where, Tagging: { TagSet: [{ Key: "a", Value: "b" }] } })
      assert.strictEqual(yield* refusal(() => client.send(tagging)), "501 NotImplemented")
      assert.strictEqual(
        yield* refusal(() => client.send(new DeleteBucketPolicyCommand({ Bucket }))),
        "501 NotImplemented"
      )
      const Delete = { Objects: [{ Key: "k", ETag: "\"x\"" }] }
      assert.strictEqual(
        yield* refusal(() => client.send(new DeleteObjectsCommand({ Bucket, Delete }))),
        "501 NotImplemented"
      )
      const sns = yield* call(() =>
        fetch(`${s3.endpoint}/`, { method: "POST", body: new URLSearchParams({ Action: "CreateTopic", Name: "t" }) })
      )
      assert.strictEqual(sns.status, 501)
      yield* call(() => sns.text())
      yield* call(() => client.send(new HeadBucketCommand({ Bucket })))
      assert.strictEqual(yield* read(client, "k"), "one")
    }))

  it.scoped("lists keys in byte order and loses none between pages", () =>
    Effect.gen(function*() {
      const { client } = yield* start()
      const keys = ["B", "Z/1", "_", "a", "a/1", "a/2", "b", "é", "～", "😀"]
      yield* Effect.forEach(keys.toReversed(), (key) => call(() => put(client, key, key)))
      const pages = (MaxKeys: number, Delimiter?: string) =>
        Effect.gen(function*() {
          const found = new Set<string>()
          let token: string | undefined
          do {
            const page = yield* call(() =>
              client.send(new ListObjectsV2Command({ Bucket, MaxKeys, Delimiter, ContinuationToken: token }))
            )
            for (const { Key = "" } of page.Contents ?? []) {
              assert.isFalse(found.has(Key), `${Key} is listed twice`)
              found.add(Key)
            }
            for (const { Prefix = "" } of page.CommonPrefixes ?? []) {
              found.add(Prefix)
            }
            assert.isAtMost(page.KeyCount ?? 0, MaxKeys)
            token = page.NextContinuationToken
          } while (token !== undefined)
          return [...found]
        })
      for (let size = 1; size <= keys.length + 1; size++) {
        assert.deepStrictEqual(yield* pages(size), keys)
        assert.sameMembers(yield* pages(size, "/"), ["B", "Z/", "_", "a", "a/", "b", "é", "～", "😀"])
      }
    }))

  it.scoped("logs what it answered before the client has it", () =>
    Effect.gen(function*() {
      const { client, s3 } = yield* start()
      assert.deepStrictEqual(yield* s3.requests, [])
      yield* call(() => put(client, "a/b c", "one"))
      const before = yield* s3.requests
      assert.deepStrictEqual(before, [{ method: "PUT", bucket: Bucket, key: "a/b c", status: 200 }])
      yield* refusal(() => client.send(new HeadObjectCommand({ Bucket, Key: "x" })))
      yield* refusal(() => put(client, "a/b c", "two", { IfNoneMatch: "*" }))
      yield* call(() => client.send(new ListObjectsV2Command({ Bucket })))
      assert.deepStrictEqual((yield* s3.requests).slice(1), [
        { method: "HEAD", bucket: Bucket, key: "x", status: 404 },
        { method: "PUT", bucket: Bucket, key: "a/b c", status: 412 },
        { method: "GET", bucket: Bucket, key: "", status: 200 }
      ])
      assert.strictEqual(before.length, 1)
    }))
})
