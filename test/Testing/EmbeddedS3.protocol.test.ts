import {
  AbortMultipartUploadCommand,
  type ChecksumAlgorithm,
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  DeleteBucketCommand,
  DeleteObjectsCommand,
  GetBucketLocationCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  UploadPartCommand
} from "@aws-sdk/client-s3"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { EmbeddedS3 } from "effect-aws-cache/testing"
import * as Http from "node:http"
import { Readable } from "node:stream"
import { decodeAwsChunked } from "../../src/Testing/server/awsChunked.js"
import { byteRange } from "../../src/Testing/server/byteRange.js"
import { targetOf } from "../../src/Testing/server/S3Request.js"
import { call, makeClient, refusal } from "../servers/s3Client.js"

const Bucket = "bucket-one"

const start = Effect.gen(function*() {
  const s3 = yield* EmbeddedS3.make({ buckets: [Bucket] })
  return { s3, client: yield* makeClient(s3.clientConfig) }
})

/** A request that no client of the SDK makes. */
const ask = (
  endpoint: string,
  { body, headers, method = "GET", path }: {
    readonly method?: string
    readonly path: string
    readonly headers?: Http.OutgoingHttpHeaders
    readonly body?: string
  }
): Effect.Effect<{ readonly status: number; readonly headers: Http.IncomingHttpHeaders; readonly text: string }> =>
  Effect.promise(() =>
    new Promise((resolve, reject) => {
      const { hostname, port } = new URL(endpoint)
      const request = Http.request({ hostname, port, method, path, headers: { ...headers } }, (response) => {
        const chunks: Array<Buffer> = []
        response.on("data", (chunk: Buffer) => chunks.push(chunk))
        response.on("end", () =>
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            text: Buffer.concat(chunks).toString()
          }))
      })
      request.on("error", reject)
      request.end(body)
    })
  )

describe("EmbeddedS3, as clients speak to it", () => {
  for (const ChecksumAlgorithm of ["CRC32", "CRC32C", "SHA1", "SHA256"] satisfies ReadonlyArray<ChecksumAlgorithm>) {
    it.scoped(`takes bodies and streams with ${ChecksumAlgorithm}, and tells it to who reads`, () =>
      Effect.gen(function*() {
        const { client } = yield* start
        const text = "some text that has more than one chunk. ".repeat(5000)
        const bodies = {
          bytes: () => ({ Body: text }),
          stream: () => ({ Body: Readable.from([Buffer.from(text)]), ContentLength: text.length })
        }
        for (const [Key, body] of Object.entries(bodies)) {
          const where = { Bucket, Key }
          yield* call(() => client.send(new PutObjectCommand({ ...where, ChecksumAlgorithm, ...body() })))
          const got = yield* call(() => client.send(new GetObjectCommand({ ...where, ChecksumMode: "ENABLED" })))
          assert.strictEqual(yield* call(async () => got.Body?.transformToString()), text)
          assert.isString(got[`Checksum${ChecksumAlgorithm}`])
          assert.isUndefined(got.ContentEncoding, "that is how it was sent, not what it is")
          const part = yield* call(() => client.send(new GetObjectCommand({ ...where, Range: "bytes=0-3" })))
          assert.strictEqual(yield* call(async () => part.Body?.transformToString()), "some")
          assert.isUndefined(part[`Checksum${ChecksumAlgorithm}`])
        }
      }))
  }

  it.scoped("takes no body that is not what was meant", () =>
    Effect.gen(function*() {
      const { client, s3 } = yield* start
      const put = (headers: Http.OutgoingHttpHeaders, body: string) =>
        Effect.map(
          ask(s3.endpoint, { method: "PUT", path: `/${Bucket}/k`, headers, body }),
          ({ status, text }) => `${status} ${/<Code>(.*)<\/Code>/.exec(text)?.[1] ?? ""}`
        )
      assert.strictEqual(yield* put({ "content-md5": "AAAAAAAAAAAAAAAAAAAAAA==" }, "x"), "400 BadDigest")
      assert.strictEqual(yield* put({ "x-amz-checksum-crc32": "AAAAAA==" }, "x"), "400 BadDigest")
      assert.strictEqual(yield* put({ "x-amz-checksum-crc64nvme": "AAAAAAAAAAA=" }, "x"), "501 NotImplemented")
      assert.strictEqual(
        yield* put({ "x-amz-content-sha256": "0".repeat(64) }, "x"),
        "400 XAmzContentSHA256Mismatch"
      )
      const chunked = { "content-encoding": "aws-chunked", "x-amz-decoded-content-length": "5" }
      assert.strictEqual(
        yield* put(chunked, "5\r\nhello\r\n0\r\nx-amz-checksum-crc32:AAAAAA==\r\n\r\n"),
        "400 BadDigest"
      )
      assert.strictEqual(yield* put(chunked, "4\r\nhell\r\n0\r\n\r\n"), "400 IncompleteBody")
      assert.strictEqual(yield* put(chunked, "5\r\nhel"), "400 IncompleteBody")
      const head = new HeadObjectCommand({ Bucket, Key: "k" })
      assert.strictEqual(yield* refusal(() => client.send(head)), "404 NotFound")
      assert.strictEqual(yield* put(chunked, "5;chunk-signature=00\r\nhello\r\n0;chunk-signature=11\r\n\r\n"), "200 ")
    }))

  it("decodes what is chunked, and nothing else", () => {
    const decode = (text: string) => decodeAwsChunked(Buffer.from(text))
    assert.strictEqual(decode("3\r\nabc\r\n2\r\n\r\n\r\n0\r\n\r\n")?.body.toString(), "abc\r\n")
    assert.deepStrictEqual([...decode("0\r\nA: b\r\nc:d:e\r\n\r\n")?.trailers ?? []], [["a", "b"], ["c", "d:e"]])
    for (const none of ["", "abc", "g\r\n", "3\r\nab", "3\r\nabc\r\n"]) assert.isUndefined(decode(none), none)
  })

  it("understands ranges as they are written", () => {
    const ranges: ReadonlyArray<readonly [header: string | undefined, size: number, expected: unknown]> = [
      [undefined, 10, undefined],
      ["bytes=0-3", 10, [0, 4]],
      ["bytes=5-", 10, [5, 10]],
      ["bytes=-3", 10, [7, 10]],
      ["bytes=-30", 10, [0, 10]],
      ["bytes=2-100", 10, [2, 10]],
      ["bytes=10-", 10, "unsatisfiable"],
      ["bytes=0-3", 0, "unsatisfiable"],
      ["bytes=-0", 10, "unsatisfiable"],
      ["bytes=-3", 0, undefined],
      ["bytes=-0", 0, "unsatisfiable"],
      ["bytes=0-", 0, "unsatisfiable"],
      ["bytes=5-2", 10, undefined],
      ["bytes=-", 10, undefined],
      ["bytes=0-1,3-4", 10, undefined],
      ["lines=0-1", 10, undefined]
    ]
    for (const [header, size, expected] of ranges) assert.deepStrictEqual(byteRange(header, size), expected, header)
  })

  it("finds the bucket in the path, or in the host", () => {
    const found = (url: string, host?: string) => {
      const target = targetOf("GET", url, host)
      return "code" in target ? target.code : [target.bucket, target.key]
    }
    assert.deepStrictEqual(found("/b/k"), ["b", "k"])
    assert.deepStrictEqual(found("/b"), ["b", ""])
    assert.deepStrictEqual(found("/b//x%2F+%20?list-type=2"), ["b", "/x/+ "])
    assert.deepStrictEqual(found("/a/k", "b.localhost:4566"), ["b", "a/k"])
    assert.deepStrictEqual(found("/k", "my.b.s3.eu-central-1.amazonaws.com"), ["my.b", "k"])
    assert.deepStrictEqual(found("/b/k", "localhost:4566"), ["b", "k"])
    assert.deepStrictEqual(found("/b/k", "127.0.0.1:4566"), ["b", "k"])
    assert.deepStrictEqual(found("/b/%E0%A4"), "InvalidURI")
  })

  it.scoped("answers to the name of a bucket as its host", () =>
    Effect.gen(function*() {
      const { client, s3 } = yield* start
      yield* call(() => client.send(new PutObjectCommand({ Bucket, Key: "a/b", Body: "text" })))
      const { headers, status, text } = yield* ask(s3.endpoint, {
        path: "/a/b",
        headers: { host: `${Bucket}.localhost` }
      })
      assert.deepStrictEqual([status, text], [200, "text"])
      assert.match(String(headers["last-modified"]), / GMT$/)
    }))

  it.scoped("answers to a range that is not there as S3 does", () =>
    Effect.gen(function*() {
      const { client } = yield* start
      yield* call(() => client.send(new PutObjectCommand({ Bucket, Key: "empty", Body: "" })))
      const get = new GetObjectCommand({ Bucket, Key: "empty", Range: "bytes=0-9" })
      assert.strictEqual(yield* refusal(() => client.send(get)), "416 InvalidRange")
      // The last bytes of nothing are no error.
      const last = yield* call(() => client.send(new GetObjectCommand({ Bucket, Key: "empty", Range: "bytes=-9" })))
      assert.deepStrictEqual([last.$metadata.httpStatusCode, last.ContentLength], [200, 0])
    }))

  it.scoped("refuses a token that it has not given, and more metadata than S3 takes", () =>
    Effect.gen(function*() {
      const { client } = yield* start
      for (const ContinuationToken of ["!!!", "a b", ""]) {
        const list = new ListObjectsV2Command({ Bucket, ContinuationToken })
        assert.strictEqual(yield* refusal(() => client.send(list)), "400 InvalidArgument")
      }
      const put = (size: number) =>
        new PutObjectCommand({ Bucket, Key: "k", Body: "x", Metadata: { ab: "x".repeat(size) } })
      yield* call(() => client.send(put(2046)))
      assert.strictEqual(yield* refusal(() => client.send(put(2047))), "400 MetadataTooLarge")
    }))

  it.scoped("removes many, whatever is in their names", () =>
    Effect.gen(function*() {
      const { client } = yield* start
      const keys = ["a", "<&>\"'", "new\nline", "x".repeat(1000)]
      for (const Key of keys) yield* call(() => client.send(new PutObjectCommand({ Bucket, Key, Body: "x" })))
      const listed = yield* call(() => client.send(new ListObjectsV2Command({ Bucket, EncodingType: "url" })))
      assert.sameMembers(listed.Contents?.map(({ Key = "" }) => decodeURIComponent(Key)) ?? [], keys)
      const remove = (Quiet: boolean, ...names: ReadonlyArray<string>) =>
        call(() =>
          client.send(new DeleteObjectsCommand({ Bucket, Delete: { Quiet, Objects: names.map((Key) => ({ Key })) } }))
        )
      const removed = yield* remove(false, ...keys.slice(0, 2), "absent")
      assert.deepStrictEqual(removed.Deleted?.map(({ Key }) => Key), [...keys.slice(0, 2), "absent"])
      assert.isUndefined((yield* remove(true, ...keys.slice(2))).Deleted)
      assert.strictEqual((yield* call(() => client.send(new ListObjectsV2Command({ Bucket })))).KeyCount, 0)
    }))

  it.scoped("makes and removes buckets", () =>
    Effect.gen(function*() {
      const { client } = yield* start
      const Other = { Bucket: "bucket-two" }
      yield* call(() => client.send(new CreateBucketCommand(Other)))
      assert.strictEqual(
        yield* refusal(() => client.send(new CreateBucketCommand(Other))),
        "409 BucketAlreadyOwnedByYou"
      )
      yield* call(() => client.send(new GetBucketLocationCommand(Other)))
      yield* call(() => client.send(new PutObjectCommand({ ...Other, Key: "k", Body: "x" })))
      assert.strictEqual(yield* refusal(() => client.send(new DeleteBucketCommand(Other))), "409 BucketNotEmpty")
      yield* call(() =>
        client.send(new DeleteObjectsCommand({ ...Other, Delete: { Objects: [{ Key: "k" }], Quiet: true } }))
      )
      yield* call(() => client.send(new DeleteBucketCommand(Other)))
      assert.strictEqual(yield* refusal(() => client.send(new DeleteBucketCommand(Other))), "404 NoSuchBucket")
    }))

  it.scoped("lists in the old way too", () =>
    Effect.gen(function*() {
      const { client } = yield* start
      for (const Key of ["a", "b", "c"]) {
        yield* call(() => client.send(new PutObjectCommand({ Bucket, Key, Body: Key })))
      }
      const first = yield* call(() => client.send(new ListObjectsCommand({ Bucket, MaxKeys: 2 })))
      assert.deepStrictEqual([first.Contents?.map(({ Key }) => Key), first.IsTruncated], [["a", "b"], true])
      const rest = yield* call(() => client.send(new ListObjectsCommand({ Bucket, Marker: first.NextMarker })))
      assert.deepStrictEqual([rest.Contents?.map(({ Key }) => Key), rest.IsTruncated], [["c"], false])
    }))

  it.scoped("puts parts together, in their order, and only those there are", () =>
    Effect.gen(function*() {
      const { client } = yield* start
      const where = { Bucket, Key: "big" }
      const { UploadId } = yield* call(() =>
        client.send(new CreateMultipartUploadCommand({ ...where, ContentType: "text/plain" }))
      )
      const part = (PartNumber: number, Body: string) =>
        Effect.map(
          call(() => client.send(new UploadPartCommand({ ...where, UploadId, PartNumber, Body }))),
          ({ ETag }) => ({ ETag, PartNumber })
        )
      const [two, one] = [yield* part(2, "two"), yield* part(1, "one")]
      const complete = (...Parts: ReadonlyArray<{ readonly ETag: string | undefined; readonly PartNumber: number }>) =>
        new CompleteMultipartUploadCommand({ ...where, UploadId, MultipartUpload: { Parts: [...Parts] } })
      assert.strictEqual(yield* refusal(() => client.send(complete(two, one))), "400 InvalidPartOrder")
      assert.strictEqual(
        yield* refusal(() => client.send(complete({ ...one, ETag: "\"x\"" }, two))),
        "400 InvalidPart"
      )
      const { ETag } = yield* call(() => client.send(complete(one, two)))
      assert.match(ETag ?? "", /^"[0-9a-f]{32}-2"$/)
      const got = yield* call(() => client.send(new GetObjectCommand(where)))
      assert.strictEqual(yield* call(async () => got.Body?.transformToString()), "onetwo")
      assert.strictEqual(got.ContentType, "text/plain")
      assert.strictEqual(yield* refusal(() => client.send(complete(one, two))), "404 NoSuchUpload")
      const again = yield* call(() => client.send(new CreateMultipartUploadCommand(where)))
      const abort = new AbortMultipartUploadCommand({ ...where, UploadId: again.UploadId })
      yield* call(() => client.send(abort))
      assert.strictEqual(yield* refusal(() => client.send(abort)), "404 NoSuchUpload")
      const copy = new CopyObjectCommand({ Bucket, Key: "copy", CopySource: `${Bucket}/big` })
      assert.strictEqual(yield* refusal(() => client.send(copy)), "501 NotImplemented")
    }))

  it.scoped("remembers the last requests only", () =>
    Effect.gen(function*() {
      const s3 = yield* EmbeddedS3.make({ buckets: [Bucket], logSize: 2 })
      for (const name of ["a", "b", "c"]) yield* ask(s3.endpoint, { path: `/${Bucket}/${name}` })
      assert.deepStrictEqual((yield* s3.requests).map(({ key, status }) => `${key} ${status}`), ["b 404", "c 404"])
    }))

  it.scoped("can ignore conditions on removals alone", () =>
    Effect.gen(function*() {
      const s3 = yield* EmbeddedS3.make({ buckets: [Bucket], conditionalDeletes: false })
      const put = (headers: Http.OutgoingHttpHeaders) =>
        Effect.map(
          ask(s3.endpoint, { method: "PUT", path: `/${Bucket}/k`, headers, body: "x" }),
          ({ status }) => status
        )
      assert.deepStrictEqual([yield* put({}), yield* put({ "if-none-match": "*" })], [200, 412])
      const headers = { "if-match": "\"x\"" }
      assert.strictEqual((yield* ask(s3.endpoint, { method: "DELETE", path: `/${Bucket}/k`, headers })).status, 204)
      assert.strictEqual((yield* ask(s3.endpoint, { path: `/${Bucket}/k` })).status, 404)
    }))
})
