import { S3Client } from "@aws-sdk/client-s3"
import { assert, describe, it } from "@effect/vitest"
import { Cause, Effect, Exit, Layer, TestClock } from "effect"
import { ClientCache, Session } from "effect-aws-cache/ClientLayer"
import { S3Cache } from "effect-aws-cache/S3Store"
import { Readable } from "node:stream"
import { Exchange, Invoice, invoiceOf, Made, Rates, type Tenant } from "./Invoices.js"

const acme: Tenant = {
  name: "acme",
  region: "eu-central-1",
  currency: "EUR",
  credentials: { accessKeyId: "AKIDACME", secretAccessKey: "of acme" }
}
const ofMay = new Invoice({ tenant: "acme", month: "2026-05", currency: "EUR", amount: 60 })

interface Request {
  readonly method: string
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: unknown
}

/** What the fakes of a test have and see. */
const makeWorld = () => {
  const objects = new Map([
    ["/usage-of-acme/2026-05.json", "{\"hours\":12}"],
    ["/usage-of-acme/2026-06.json", "{\"hours\":20}"],
    ["/usage-of-acme/2026-07.json", "{\"hours\":1}"]
  ])
  const requests: Array<string> = []
  let ratesAsked = 0

  const answer = (statusCode: number, text: string) =>
    Promise.resolve({ response: { statusCode, headers: {}, body: Readable.from([Buffer.from(text)]) } })
  // A real client of the SDK, whose requests end here: commands, signatures and exceptions are those of the SDK.
  const s3 = ClientCache.fake(S3Client, (config) =>
    new S3Client({
      ...config,
      forcePathStyle: true,
      requestHandler: {
        handle: ({ body, headers, method, path }: Request) => {
          const [, accessKey, region] = /Credential=(\w+)\/\d+\/([\w-]+)/.exec(headers["authorization"] ?? "") ?? []
          requests.push(`${method} ${path} by ${accessKey} in ${region}`)
          if (method === "PUT") objects.set(path, String(body))
          const found = objects.get(path)
          return found === undefined ? answer(404, "<Error><Code>NoSuchKey</Code></Error>") : answer(200, found)
        }
      }
    }))

  const exchange = Layer.succeed(Exchange, {
    rate: () => Effect.sync(() => ++ratesAsked / 2)
  })
  const session = Session.layerTest([s3], {
    region: "us-east-1",
    credentials: { accessKeyId: "AKIDOWN", secretAccessKey: "our own" }
  })
  return {
    objects,
    requests,
    ratesAsked: () => ratesAsked,
    services: Layer.mergeAll(ClientCache.layerTest([s3]), session, S3Cache.layerMemory(), Rates.layer(), exchange)
  }
}

describe("invoiceOf", () => {
  it.effect("makes an invoice once, of the tenant's usage, and files it in the own account", () => {
    const { objects, requests, services } = makeWorld()
    return Effect.gen(function*() {
      const [one, same] = yield* Effect.all([invoiceOf(acme, "2026-05"), invoiceOf(acme, "2026-05")], {
        concurrency: "unbounded"
      })
      assert.deepStrictEqual(one, ofMay)
      assert.deepStrictEqual(same, one)
      assert.deepStrictEqual(yield* invoiceOf(acme, "2026-05"), one)
      assert.deepStrictEqual(requests, [
        "GET /usage-of-acme/2026-05.json by AKIDACME in eu-central-1",
        "PUT /invoices/acme/2026-05.json by AKIDOWN in us-east-1"
      ])
      assert.include(objects.get("/invoices/acme/2026-05.json"), "\"amount\":60")
    }).pipe(Effect.provide(services))
  })

  it.effect("asks for a rate again when it is an hour old", () => {
    const { ratesAsked, services } = makeWorld()
    return Effect.gen(function*() {
      assert.strictEqual((yield* invoiceOf(acme, "2026-05")).amount, 60)
      yield* TestClock.adjust("59 minutes")
      assert.strictEqual((yield* invoiceOf(acme, "2026-06")).amount, 100)
      assert.strictEqual(ratesAsked(), 1)
      yield* TestClock.adjust("1 minute")
      assert.strictEqual((yield* invoiceOf(acme, "2026-07")).amount, 10)
      assert.strictEqual(ratesAsked(), 2)
    }).pipe(Effect.provide(services))
  })

  it.effect("tells of a month without usage, and files nothing", () => {
    const { objects, requests, services } = makeWorld()
    return Effect.gen(function*() {
      const error = yield* Effect.flip(invoiceOf(acme, "2026-08"))
      assert.deepInclude(error, { _tag: "UsageMissing", tenant: "acme", month: "2026-08" })
      assert.deepStrictEqual(requests, ["GET /usage-of-acme/2026-08.json by AKIDACME in eu-central-1"])
      // It was not remembered: the usage can come late.
      objects.set("/usage-of-acme/2026-08.json", "{\"hours\":2}")
      assert.strictEqual((yield* invoiceOf(acme, "2026-08")).amount, 10)
    }).pipe(Effect.provide(services))
  })

  it.effect("gives out what is in the cache, and needs nothing else for it", () => {
    // Mocks have the methods that a test needs, here none: whatever is called dies, and says what it was.
    const mocks = Layer.mergeAll(
      Layer.mock(ClientCache, {}),
      Layer.mock(Session, {}),
      Layer.mock(Rates, {}),
      Layer.mock(Exchange, {})
    )
    return Effect.gen(function*() {
      yield* S3Cache.set(Made.key({ tenant: "acme", month: "2026-05" }), ofMay)
      assert.deepStrictEqual(yield* invoiceOf(acme, "2026-05"), ofMay)
    }).pipe(Effect.provide(Layer.merge(mocks, S3Cache.layerMemory())))
  })

  it.effect("makes an invoice each time where nothing is cached", () => {
    const { requests, services } = makeWorld()
    const mocks = Layer.mergeAll(
      Layer.mock(S3Cache, { getOrCompute: (_key, compute) => compute }),
      Layer.mock(Rates, { getOrCompute: () => Effect.succeed(0.5) })
    )
    return Effect.gen(function*() {
      yield* Effect.replicateEffect(invoiceOf(acme, "2026-05"), 2)
      assert.strictEqual(requests.length, 4)
    }).pipe(Effect.provide(Layer.merge(services, mocks)))
  })

  it.effect("does not go around the session where it files", () => {
    const { objects, services } = makeWorld()
    const unable = Layer.merge(services, Layer.mock(Session, { regionName: Effect.succeedNone }))
    return Effect.gen(function*() {
      const exit = yield* Effect.exit(invoiceOf(acme, "2026-05"))
      assert.include(
        Exit.isFailure(exit) ? Cause.pretty(exit.cause) : "",
        "effect-aws-cache/Session: Unimplemented method \"send\""
      )
      assert.isFalse(objects.has("/invoices/acme/2026-05.json"))
    }).pipe(Effect.provide(unable))
  })
})
