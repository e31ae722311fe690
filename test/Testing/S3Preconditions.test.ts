import { assert, describe, it } from "@effect/vitest"
import type { Conditions } from "../../src/Testing/server/S3Preconditions.js"
import { judgeDelete, judgeRead, judgeWrite } from "../../src/Testing/server/S3Preconditions.js"

const current = { etag: "\"abc\"", lastModified: new Date("2025-03-20T10:00:00.750Z") }
const same = "Thu, 20 Mar 2025 10:00:00 GMT"
const before = "Thu, 20 Mar 2025 09:59:59 GMT"

describe("S3Preconditions", () => {
  const reads: ReadonlyArray<readonly [string, Conditions, number | undefined]> = [
    ["no condition", {}, undefined],
    ["If-Match, the same", { ifMatch: "\"abc\"" }, undefined],
    ["If-Match without quotes", { ifMatch: "abc" }, undefined],
    ["If-Match, one of several", { ifMatch: "\"x\", \"abc\"" }, undefined],
    ["If-Match, another", { ifMatch: "\"abcd\"" }, 412],
    ["If-None-Match, the same", { ifNoneMatch: "\"abc\"" }, 304],
    ["If-None-Match, weak", { ifNoneMatch: "W/\"abc\"" }, 304],
    ["If-None-Match, any", { ifNoneMatch: "*" }, 304],
    ["If-None-Match, another", { ifNoneMatch: "\"x\"" }, undefined],
    ["If-Modified-Since its second", { ifModifiedSince: same }, 304],
    ["If-Modified-Since earlier", { ifModifiedSince: before }, undefined],
    ["If-Modified-Since no date", { ifModifiedSince: "yesterday" }, undefined],
    ["If-Unmodified-Since its second", { ifUnmodifiedSince: same }, undefined],
    ["If-Unmodified-Since earlier", { ifUnmodifiedSince: before }, 412],
    ["If-Match counts before If-Unmodified-Since", { ifMatch: "abc", ifUnmodifiedSince: before }, undefined],
    ["If-None-Match counts before If-Modified-Since", { ifNoneMatch: "x", ifModifiedSince: same }, undefined]
  ]
  for (const [name, conditions, status] of reads) {
    it(`read: ${name} -> ${status ?? "go on"}`, () => {
      assert.strictEqual(judgeRead(conditions, current)?.status, status)
    })
  }

  it("leaves a read of a missing object to the store", () => {
    assert.isUndefined(judgeRead({ ifMatch: "abc", ifNoneMatch: "*" }, undefined))
  })

  const writes: ReadonlyArray<readonly [string, Conditions, number | undefined, number | undefined]> = [
    ["no condition", {}, undefined, undefined],
    ["If-None-Match *", { ifNoneMatch: "*" }, 412, undefined],
    ["If-None-Match an ETag", { ifNoneMatch: "abc" }, 501, 501],
    ["If-Match, the same", { ifMatch: "\"abc\"" }, undefined, 404],
    ["If-Match without quotes", { ifMatch: "abc" }, undefined, 404],
    ["If-Match, another", { ifMatch: "\"abcd\"" }, 412, 404],
    ["If-Match *", { ifMatch: "*" }, 501, 501],
    ["both", { ifMatch: "abc", ifNoneMatch: "*" }, 501, 501]
  ]
  for (const [name, conditions, present, missing] of writes) {
    it(`write: ${name} -> ${present ?? "go on"}, or ${missing ?? "go on"} without an object`, () => {
      assert.strictEqual(judgeWrite(conditions, current)?.status, present)
      assert.strictEqual(judgeWrite(conditions, undefined)?.status, missing)
    })
  }

  const deletes: ReadonlyArray<readonly [string, Conditions, number | undefined, number | undefined]> = [
    ["no condition", {}, undefined, undefined],
    ["If-Match, the same", { ifMatch: "\"abc\"" }, undefined, 404],
    ["If-Match, another", { ifMatch: "\"abcd\"" }, 412, 404],
    ["If-Match *", { ifMatch: "*" }, undefined, 404]
  ]
  for (const [name, conditions, present, missing] of deletes) {
    it(`delete: ${name} -> ${present ?? "go on"}, or ${missing ?? "go on"} without an object`, () => {
      assert.strictEqual(judgeDelete(conditions, current)?.status, present)
      assert.strictEqual(judgeDelete(conditions, undefined)?.status, missing)
    })
  }
})
