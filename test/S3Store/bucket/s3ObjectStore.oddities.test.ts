import { assert, describe, it } from "@effect/vitest"
import { Effect, Option, Schema, Stream } from "effect"
import { Keyspace } from "effect-aws-cache/S3Store"
import type * as Http from "node:http"
import { makeS3ObjectStore } from "../../../src/S3Store/bucket/s3ObjectStore.js"
import { makeS3CacheService } from "../../../src/S3Store/cache/makeS3CacheService.js"
import * as LocalHttp from "../../servers/LocalHttp.js"
import { makeClient } from "../../servers/s3Client.js"
import { progressOf } from "../progressOf.js"

/** How a store differs from S3. */
interface Oddity {
  /** The answer to a request for many removals, instead of doing them. */
  readonly many?: readonly [status: number, code: string]
  /** Per-key errors of that request, the first time. */
  readonly perKey?: string
  readonly absentIs404?: boolean
  readonly weakEtags?: boolean
  /** What is answered in place of a list. */
  readonly page?: string
  readonly list?: "noToken" | "ignoresToken" | "nothingAndNoToken" | "goesRound" | "noFlag" | "foreign"
  /** Conditions hold only for etags without quotes. */
  readonly bareEtags?: boolean
  readonly noEtags?: boolean
  /** Objects whose names have this text are refused, as archived ones are. */
  readonly archived?: string
}

const xml = (response: Http.ServerResponse, status: number, body: string) =>
  response.writeHead(status, { "content-type": "application/xml" }).end(`<?xml version="1.0"?>${body}`)

const errorXml = (code: string) => `<Error><Code>${code}</Code><Message>${code} it is</Message></Error>`

/** A store over a server that keeps objects, with an oddity. */
const oddStore = (oddity: Oddity) =>
  Effect.gen(function*() {
    const objects = new Map<string, { readonly body: Buffer; readonly etag: string }>()
    const log: Array<string> = []
    let writes = 0
    const list = (response: Http.ServerResponse, query: URLSearchParams) => {
      const token = oddity.list === "ignoresToken" ? "" : query.get("continuation-token") ?? ""
      const after = token === "" ? query.get("start-after") ?? "" : token
      const all = [...objects.keys()].filter((key) => key > after).sort()
      const page = oddity.list === "nothingAndNoToken" ? [] : all.slice(0, 3)
      const isTruncated = all.length > page.length || oddity.list === "goesRound"
      const next = isTruncated && oddity.list !== "noToken" && oddity.list !== "nothingAndNoToken"
        ? `<NextContinuationToken>${all.length > page.length ? page.at(-1) : "-"}</NextContinuationToken>`
        : ""
      const contents = page.map((key) => `<Contents><Key>${key}</Key><Size>1</Size></Contents>`).join("")
      xml(
        response,
        200,
        `<ListBucketResult>${
          oddity.list === "noFlag" ? "" : `<IsTruncated>${isTruncated}</IsTruncated>`
        }${next}${contents}${
          oddity.list === "foreign" ? "<Contents><Key>foreign</Key><Size>1</Size></Contents>" : ""
        }</ListBucketResult>`
      )
    }
    let perKeyTimes = 0
    const removeMany = (response: Http.ServerResponse, body: string) => {
      if (oddity.many !== undefined) return xml(response, oddity.many[0], errorXml(oddity.many[1]))
      const keys = [...body.matchAll(/<Key>(.*?)<\/Key>/g)].map(([, key]) => key ?? "")
      const refuses = oddity.perKey !== undefined && perKeyTimes++ === 0
      if (!refuses) { for (const key of keys) objects.delete(key) }
      const errors = refuses
        ? keys.map((key) => `<Error><Key>${key}</Key><Code>${oddity.perKey}</Code><Message>no</Message></Error>`).join(
          ""
        )
        : ""
      return xml(response, 200, `<DeleteResult>${errors}</DeleteResult>`)
    }
    const server = yield* LocalHttp.make((request, response, body) => {
      const url = new URL(request.url ?? "/", "http://localhost")
      const key = decodeURIComponent(url.pathname).split("/").slice(2).join("/")
      const found = objects.get(key)
      const ifMatch = request.headers["if-match"]
      log.push(`${request.method}${url.searchParams.has("delete") ? " many" : ""}`)
      if (url.searchParams.has("list-type")) {
        if (oddity.page !== undefined) return response.writeHead(200, { "content-type": "text/html" }).end(oddity.page)
        return list(response, url.searchParams)
      }
      if (url.searchParams.has("delete")) {
        removeMany(response, body.toString())
        return
      }
      if (
        request.method !== "PUT" && found === undefined && (request.method === "GET" || oddity.absentIs404 === true)
      ) {
        xml(response, 404, errorXml("NoSuchKey"))
        return
      }
      const matches = oddity.bareEtags === true ? found?.etag.replaceAll("\"", "") : found?.etag
      if (request.method === "GET" && oddity.archived !== undefined && found?.body.includes(oddity.archived)) {
        xml(response, 403, errorXml("InvalidObjectState"))
        return
      }
      if (ifMatch !== undefined && ifMatch !== matches) {
        xml(response, 412, errorXml("PreconditionFailed"))
        return
      }
      if (request.headers["if-none-match"] === "*" && found !== undefined) {
        xml(response, 412, errorXml("PreconditionFailed"))
        return
      }
      if (request.method === "PUT") objects.set(key, { body, etag: `"${++writes}"` })
      const etag = objects.get(key)?.etag ?? ""
      if (request.method === "DELETE") objects.delete(key)
      response.writeHead(request.method === "DELETE" ? 204 : 200, {
        etag: oddity.weakEtags === true ? `W/${etag}` : etag
      })
        .end(request.method === "GET" ? found?.body : undefined)
    })
    const client = yield* makeClient({
      endpoint: server.url,
      region: "us-east-1",
      forcePathStyle: true,
      maxAttempts: 1,
      credentials: { accessKeyId: "odd", secretAccessKey: "odd" }
    })
    const store = yield* makeS3ObjectStore(client, { bucket: "odd", keyPrefix: "" })
    return { store, objects, log }
  })

const names = Array.from({ length: 10 }, (_, at) => `name-${at}`)

describe("s3ObjectStore over stores that differ from S3", () => {
  const refusals = [[400, "MissingContentMD5"], [400, "InvalidRequest"], [404, "NotFound"], [405, "MethodNotAllowed"]]
    .concat([[411, "MissingContentLength"], [415, "Unsupported"], [501, "NotImplemented"], [400, ""]])
  for (const [status, code] of refusals) {
    it.scoped(`many removals answered ${status} ${code} are made one by one, and not asked for again`, () =>
      Effect.gen(function*() {
        const { log, objects, store } = yield* oddStore({ many: [Number(status), String(code)] })
        for (const name of names) yield* store.save(name, Buffer.from("a"))
        yield* store.removeAll(names)
        yield* store.removeAll(names)
        assert.strictEqual(objects.size, 0)
        assert.strictEqual(log.filter((request) => request === "POST many").length, 1)
      }))
  }

  it.scoped("many removals that fail for another reason fail", () =>
    Effect.gen(function*() {
      for (
        const [status, code, reason] of [[403, "AccessDenied", "AccessDenied"], [503, "SlowDown", "Throttled"]] as const
      ) {
        const { log, store } = yield* oddStore({ many: [status, code] })
        assert.strictEqual((yield* Effect.flip(store.removeAll(names))).reason, reason)
        assert.deepStrictEqual(log, ["POST many"])
      }
    }))

  it.scoped("of many removals those of absent objects are none to tell of, and others are tried once more", () =>
    Effect.gen(function*() {
      for (const [perKey, left] of [["NoSuchKey", 10], ["InternalError", 0]] as const) {
        const { objects, store } = yield* oddStore({ perKey })
        for (const name of names) yield* store.save(name, Buffer.from("a"))
        yield* store.removeAll(names)
        assert.strictEqual(objects.size, left, perKey)
      }
    }))

  it.scoped("a 404 to a removal says that it is done", () =>
    Effect.gen(function*() {
      const { store } = yield* oddStore({ absentIs404: true })
      yield* store.save("a", Buffer.from("a"))
      yield* Effect.all([store.remove("a"), store.remove("a"), store.remove("b")], { concurrency: "unbounded" })
      assert.strictEqual(yield* store.removeIfMatch("b", "\"1\""), "refused")
    }))

  it.scoped("weak etags: removals, replacements and comparisons on conditions work", () =>
    Effect.gen(function*() {
      const { store } = yield* oddStore({ weakEtags: true })
      yield* store.save("a", Buffer.from("a"))
      const found = yield* store.load("a")
      assert(found._tag === "Found")
      assert.notInclude(found.etag, "W/")
      assert.strictEqual((yield* store.replace("a", Buffer.from("b"), found.etag))._tag, "Written")
      assert.strictEqual((yield* store.replace("a", Buffer.from("c"), found.etag))._tag, "Refused")
      const next = yield* store.load("a")
      assert(next._tag === "Found")
      assert.strictEqual(yield* store.removeIfMatch("a", found.etag), "refused")
      assert.strictEqual(yield* store.removeIfMatch("a", next.etag), "removed")
    }))

  it.scoped("a list that is cut off without a token goes on after the last name", () =>
    Effect.gen(function*() {
      const { store } = yield* oddStore({ list: "noToken" })
      for (const name of names) yield* store.save(name, Buffer.from("a"))
      const listed = Array.from(yield* Stream.runCollect(store.list("")), ({ name }) => name)
      assert.deepStrictEqual(listed, names)
    }))

  it.scoped("a list with a token and no word of being cut off goes on; names that were not asked for are left out", () =>
    Effect.gen(function*() {
      for (const list of ["noFlag", "foreign"] as const) {
        const { store } = yield* oddStore({ list })
        for (const name of names) yield* store.save(name, Buffer.from("a"))
        const listed = Array.from(yield* Stream.runCollect(store.list("name-")), ({ name }) => name)
        assert.deepStrictEqual(listed, names, list)
      }
    }))

  it.scoped("a web page in place of a list is an error, and not an empty one", () =>
    Effect.gen(function*() {
      for (const page of ["<html><body><h1>Log in</h1></body></html>", "<!doctype html><p>Log in", ""]) {
        const { store } = yield* oddStore({ page })
        const error = yield* Effect.flip(Stream.runDrain(store.list("")))
        assert.include(error.message, "list of s3://", page)
      }
    }))

  it.scoped("a list that goes round in circles fails", () =>
    Effect.gen(function*() {
      const { log, store } = yield* oddStore({ list: "goesRound" })
      for (const name of names) yield* store.save(name, Buffer.from("a"))
      assert.strictEqual((yield* Effect.flip(Stream.runDrain(store.list("")))).reason, "Unavailable")
      assert.isAtMost(log.filter((request) => request === "GET").length, 16)
    }))

  it.scoped("a store that wants etags without quotes gets them", () =>
    Effect.gen(function*() {
      const { store } = yield* oddStore({ bareEtags: true })
      for (const write of ["replace", "removeIfMatch"] as const) {
        yield* store.save("a", Buffer.from("a"))
        const found = yield* store.load("a")
        assert(found._tag === "Found")
        if (write === "replace") {
          assert.strictEqual((yield* store.replace("a", Buffer.from("b"), found.etag))._tag, "Written")
        } else assert.strictEqual(yield* store.removeIfMatch("a", found.etag), "removed")
      }
    }))

  it.scoped("a store that tells no etags has no conditions, and nothing hangs or is left behind", () =>
    Effect.gen(function*() {
      const { objects, store } = yield* oddStore({ noEtags: true })
      const Texts = Keyspace.make("texts", {
        key: Schema.String,
        value: Schema.String,
        coordination: "lease",
        tags: ["t"]
      })
      const cache = yield* makeS3CacheService(store)
      assert.strictEqual(yield* cache.getOrCompute(Texts.key("a"), Effect.succeed("computed")), "computed")
      assert.deepStrictEqual([...objects.keys()].filter((name) => name.endsWith(".run")), [])
      yield* cache.remove(Texts.key("a"))
      assert.strictEqual(yield* cache.getOrCompute(Texts.key("a"), Effect.succeed("again")), "again")
      yield* cache.invalidateTag("t")
      yield* cache.invalidateTag("t")
      assert.deepStrictEqual(yield* cache.getOption(Texts.key("a")), Option.none())
    }))

  it.scoped("an object that is refused does not keep list and purge from the rest", () =>
    Effect.gen(function*() {
      const { objects, store } = yield* oddStore({ archived: "archived" })
      const Texts = Keyspace.make("texts", { key: Schema.String, value: Schema.String })
      const cache = yield* makeS3CacheService(store)
      for (const text of ["one", "archived", "two"]) yield* cache.set(Texts.key(text), text)
      assert.strictEqual(yield* Stream.runCount(cache.list(Texts)), 2)
      assert.deepInclude((yield* progressOf((how) => cache.purge(Texts, how)))[0], { examined: 3, removed: 0 })
      assert.strictEqual(objects.size, 3)
    }))

  for (const list of ["ignoresToken", "nothingAndNoToken"] as const) {
    it.scoped(`a list that does not get on fails (${list})`, () =>
      Effect.gen(function*() {
        const { log, store } = yield* oddStore({ list })
        for (const name of names) yield* store.save(name, Buffer.from("a"))
        const error = yield* Effect.flip(Stream.runDrain(store.list("")))
        assert.strictEqual(error._tag, "ObjectStoreError")
        assert.isAtMost(log.filter((request) => request === "GET").length, 2)
      }))
  }
})
