import { assert, describe, it } from "@effect/vitest"
import { Effect, Either, Logger, LogLevel, Option, Predicate, Schema, Stream, TestClock } from "effect"
import { Keyspace, ObjectStoreError, type S3CacheService } from "effect-aws-cache/S3Store"
import { readFileSync } from "node:fs"
import {
  answerOf,
  answersByCode,
  answersByNetworkCode,
  answersByStatus,
  consequences
} from "../../../src/S3Store/bucket/s3Answers.js"
import { toObjectStoreError } from "../../../src/S3Store/bucket/toObjectStoreError.js"
import { labelOf } from "../../support/majors.js"
import { everyNth } from "../../support/property.js"
import { whileTurning } from "../../support/whileTurning.js"
import { type Kind, makeAnsweringS3, type Refusal } from "../answeringS3.js"

const Texts = Keyspace.make("texts", { key: Schema.String, value: Schema.String })

/** The statuses that S3 sends some codes with; all others come with 400 here. */
const statuses: Readonly<Record<string, number>> = {
  NoSuchBucket: 404,
  PermanentRedirect: 301,
  TemporaryRedirect: 307,
  SignatureDoesNotMatch: 403,
  InvalidAccessKeyId: 403,
  RequestTimeTooSkewed: 403,
  AccessDenied: 403,
  AllAccessDisabled: 403,
  InvalidObjectState: 403,
  MethodNotAllowed: 405,
  MissingContentLength: 411,
  SlowDown: 503,
  ServiceUnavailable: 503
}

/** Answers that operations ask for, or make something of: their tests are elsewhere. */
const asked = new Set([
  "NoSuchKey",
  "NotFound",
  "NotModified",
  "PreconditionFailed",
  "NotImplemented",
  "InvalidRange",
  "InternalError"
])

const operations: ReadonlyArray<
  readonly [
    name: string,
    refused: ReadonlyArray<Kind>,
    run: (cache: S3CacheService) => Effect.Effect<unknown, unknown>
  ]
> = [
  ["getOption", ["get"], (cache) => cache.getOption(Texts.key("a"))],
  ["set", ["put"], (cache) => cache.set(Texts.key("a"), "a")],
  ["add", ["put"], (cache) => cache.add(Texts.key("a"), "a")],
  ["remove", ["delete"], (cache) => cache.remove(Texts.key("there"))],
  ["list", ["list"], (cache) => Stream.runDrain(cache.list(Texts))],
  ["clear", ["bulk", "delete"], (cache) => cache.clear(Texts)]
]

const failureOf = <A, E>(effect: Effect.Effect<A, E>) =>
  Effect.map(
    Effect.either(effect),
    (outcome) => Either.isLeft(outcome) && outcome.left instanceof ObjectStoreError ? outcome.left : undefined
  )

describe("every code of S3, whatever the operation", () => {
  for (const [nth, [name, refused, run]] of operations.entries()) {
    it.scoped(`${name}: fails with its reason, and the circuit does what the table says`, () =>
      Effect.gen(function*() {
        const s3 = yield* makeAnsweringS3()
        const seeds = yield* s3.cache()
        yield* seeds.set(Texts.key("kept"), "kept")
        const kept = s3.paths()
        const codes = [...answersByCode].filter(([code]) => !asked.has(code))
        assert.isAbove(codes.length, 120)
        // Quickly, each code by one operation; otherwise each by all.
        for (const [code, answer] of everyNth(operations.length, codes, nth)) {
          yield* s3.refuse(() => undefined)
          yield* seeds.set(Texts.key("there"), "there")
          const cache = yield* s3.cache({ circuitBreaker: { failures: 1 } })
          const refusal = { status: statuses[code] ?? 400, code }
          yield* s3.refuse((kind, path) =>
            refused.includes(kind) && (kind === "delete" || !kept.includes(path)) ? refusal : undefined
          )
          // What conflicts is asked for again, after a while.
          const error = yield* failureOf(answer.reason === "Conflict" ? whileTurning(run(cache)) : run(cache))
          // Who loses a race may try again, and then says so in words of its own.
          if (answer.reason !== "Conflict" || name !== "add") {
            assert.strictEqual(error?.reason, answer.reason, `${code}: ${String(error?.message)}`)
            assert.include(error?.message, code)
            assert.isAtMost(error?.message.length ?? 0, 560, code)
          }
          const opens = answer.counts && name !== "list"
          assert.strictEqual((yield* cache.stats).circuit, opens ? "open" : "closed", code)
          const read = yield* Effect.either(cache.get(Texts.key("kept")))
          if (opens) {
            assert.strictEqual(Option.getOrUndefined(Either.getLeft(read))?._tag, "ObjectStoreError", code)
          } else if (answer.isSetup && name === "getOption") {
            assert.deepInclude(Option.getOrUndefined(Either.getLeft(read)), { reason: answer.reason }, code)
          } else {
            assert.deepStrictEqual(Option.getOrUndefined(Either.getRight(read)), "kept", code)
          }
        }
      }))
  }

  for (
    const [status, reason] of [
      [301, "WrongRegion"],
      [400, "Rejected"],
      [401, "Credentials"],
      [402, "Rejected"],
      [403, "AccessDenied"],
      [405, "Rejected"],
      [408, "Timeout"],
      [411, "Rejected"],
      [413, "Rejected"],
      [418, "Rejected"],
      [429, "Throttled"],
      [451, "Rejected"],
      [500, "Unavailable"],
      [501, "Rejected"],
      [503, "Unavailable"],
      [509, "Throttled"]
    ] as const
  ) {
    it.scoped(`a ${status} without a code is ${reason}, and one with a code nobody knows is told by it`, () =>
      Effect.gen(function*() {
        const s3 = yield* makeAnsweringS3()
        yield* s3.refuse(() => ({ status }))
        const bare = yield* Effect.flip(s3.store.save("a", Buffer.from("a")))
        assert.strictEqual(bare.reason, reason)
        assert.include(bare.message, `S3 answered ${status} without a code`)
        yield* s3.refuse(() => ({ status, code: "Strange" }))
        const strange = yield* Effect.flip(s3.store.load("a"))
        assert.strictEqual(strange.reason, status === 403 ? "Rejected" : reason)
        assert.include(strange.message, "Strange: words of Strange")
      }))
  }
})

describe("what a message says", () => {
  const loadWith = (refusal: Refusal, options = {}) =>
    Effect.gen(function*() {
      const s3 = yield* makeAnsweringS3(options)
      yield* s3.refuse(() => refusal)
      return yield* Effect.flip(s3.store.load("a"))
    })

  for (
    const [what, refusal] of [
      ["a header", { status: 301, code: "PermanentRedirect", headers: { "x-amz-bucket-region": "eu-west-3" } }],
      ["the body's region", { status: 400, code: "AuthorizationHeaderMalformed", inner: "<Region>eu-west-3</Region>" }],
      ["the body's endpoint", {
        status: 307,
        code: "TemporaryRedirect",
        inner: "<Endpoint>b.s3.eu-west-3.amazonaws.com</Endpoint>"
      }],
      ["S3's words", {
        status: 400,
        code: "AuthorizationHeaderMalformed",
        words: "the region 'us-east-1' is wrong; expecting 'eu-west-3'"
      }]
    ] as const
  ) {
    it.scoped(`names both regions, from ${what}`, () =>
      Effect.gen(function*() {
        const error = yield* loadWith(refusal)
        assert.strictEqual(error.reason, "WrongRegion")
        assert.include(
          error.message,
          "is in eu-west-3, the client in us-east-1: make the client with region \"eu-west-3\""
        )
      }))
  }

  it.scoped("names the client's region where S3 does not name the bucket's", () =>
    Effect.gen(function*() {
      const error = yield* loadWith({ status: 301, code: "PermanentRedirect" })
      assert.include(error.message, "not where the client looks for it, which is us-east-1")
    }))

  it.scoped("tells S3's time where the clock is wrong", () =>
    Effect.gen(function*() {
      const error = yield* loadWith({
        status: 403,
        code: "RequestTimeTooSkewed",
        inner: "<ServerTime>2026-01-02T03:04:05Z</ServerTime>"
      })
      assert.include(error.message, "S3's says 2026-01-02T03:04:05Z")
    }))

  it.scoped("has the permission that the operation needs, and the action S3 names, with AccessDenied only", () =>
    Effect.gen(function*() {
      const s3 = yield* makeAnsweringS3()
      yield* s3.refuse(() => ({ status: 403, code: "AccessDenied" }))
      const needs: ReadonlyArray<readonly [Effect.Effect<unknown, ObjectStoreError>, string]> = [
        [s3.store.load("a"), "needs s3:GetObject"],
        [s3.store.save("a", Buffer.from("a")), "needs s3:PutObject"],
        [s3.store.remove("a"), "needs s3:DeleteObject"],
        [Stream.runDrain(s3.store.list("")), "needs s3:ListBucket"]
      ]
      for (const [request, need] of needs) assert.include((yield* Effect.flip(request)).message, need)
      yield* s3.refuse(() => ({
        status: 403,
        code: "AccessDenied",
        words: "User is not authorized to perform: kms:Decrypt"
      }))
      assert.include((yield* Effect.flip(s3.store.load("a"))).message, "needs kms:Decrypt, besides s3:GetObject")
      for (const [code] of answersByCode) {
        if (code.startsWith("AccessDenied") || code.startsWith("NoSuchKey")) continue
        assert.notInclude(toObjectStoreError("load", "x", "b", { name: code, message: "no" }).message, "s3:GetObject")
      }
    }))

  it.scoped("is bounded, in one line, and shows no key or token", () =>
    Effect.gen(function*() {
      const words = `AKIAIOSFODNN7EXAMPLE ${"t".repeat(300)}\n${"many words ".repeat(10_000)}`
      for (const code of ["InvalidAccessKeyId", "AccessDenied", "C".repeat(5000)]) {
        const { message } = yield* loadWith({ status: 403, code, words })
        assert.isAtMost(message.length, 500)
        assert.notMatch(message, /\n|AKIA|tttt/)
      }
    }))

  it("of what went wrong before a request", () => {
    const of = (fields: object) => {
      const { message, reason } = toObjectStoreError("load", "t", "b", Object.assign(new Error("said"), fields))
      return [reason, message]
    }
    assert.deepStrictEqual(of({ name: "CredentialsProviderError" }), [
      "Credentials",
      "load of t: no credentials were found: give the client some. " +
      "CredentialsProviderError: said (Credentials)"
    ])
    assert.deepStrictEqual(of({ message: "Region is missing" }), [
      "WrongRegion",
      "load of t: the client has no region: name one in its configuration (clientConfig), in AWS_REGION or in the " +
      "profile. Error: Region is missing (WrongRegion)"
    ])
    assert.strictEqual(
      of({ message: "not authorized to perform: sts:AssumeRole", name: "AccessDenied" })[0],
      "Credentials"
    )
    assert.strictEqual(of({ name: "TypeError", cause: { code: "ECONNRESET" } })[0], "Network")
    assert.strictEqual(of({})[0], "Unknown")
    assert.strictEqual(toObjectStoreError("load", "t", "b", undefined).reason, "Unknown")
  })
})

describe("onAccessDenied: \"miss\"", () => {
  it.scoped("makes a miss of AccessDenied to a load, and of nothing else", () =>
    Effect.gen(function*() {
      const s3 = yield* makeAnsweringS3({ onAccessDenied: "miss" })
      const load = (refusal: Refusal) => Effect.zipRight(s3.refuse(() => refusal), failureOf(s3.store.load("a")))
      for (
        const words of [
          "Access Denied",
          "is not authorized to perform: s3:ListBucket",
          "not authorized to perform: s3:GetObject on"
        ]
      ) {
        assert.isUndefined(yield* load({ status: 403, code: "AccessDenied", words }))
      }
      // S3 always names a code to a GET: a 403 without one comes from something in between.
      assert.strictEqual((yield* load({ status: 403 }))?.reason, "AccessDenied")
      const error = yield* load({
        status: 403,
        code: "AccessDenied",
        words: "is not authorized to perform: kms:Decrypt on"
      })
      assert.strictEqual(error?.reason, "AccessDenied")
      const ciphertext = yield* load({
        status: 403,
        code: "AccessDenied",
        words: "The ciphertext refers to a customer master key that does not exist, or you are not allowed to access."
      })
      assert.include(ciphertext?.message, "kms:Decrypt")
      yield* s3.refuse(() => ({ status: 403, code: "AccessDenied" }))
      const certain = yield* failureOf(s3.store.load("a", { isCertain: true }))
      assert.strictEqual(certain?.reason, "AccessDenied", "where an absence must be certain")
      for (const [code, { reason }] of answersByCode) {
        if (reason === "AccessDenied" || asked.has(code)) continue
        assert.strictEqual((yield* load({ status: 403, code }))?.reason, reason, code)
      }
      yield* s3.refuse(() => ({ status: 403, code: "AccessDenied" }))
      assert.strictEqual((yield* failureOf(s3.store.save("a", Buffer.from("a"))))?.reason, "AccessDenied")
    }))
})

describe("a fault of the set-up", () => {
  const logged = <A, E, R>(use: (lines: Array<string>) => Effect.Effect<A, E, R>) =>
    Effect.suspend(() => {
      const lines: Array<string> = []
      const logger = Logger.make<unknown, void>(({ logLevel, message }) => {
        // The clock of tests says so on a machine that is busy.
        const isOfClock = /^(Warning: )?(A test is using time|A fiber woken by the test clock)/.test(String(message))
        if (LogLevel.greaterThanEqual(logLevel, LogLevel.Info) && !isOfClock) {
          lines.push(`${labelOf(logLevel)} ${String(message)}`)
        }
      })
      return Effect.provide(use(lines), Logger.replace(Logger.defaultLogger, logger))
    })

  for (
    const [reason, refusal] of [
      ["NoSuchBucket", { status: 404, code: "NoSuchBucket" }],
      ["Credentials", { status: 403, code: "SignatureDoesNotMatch" }],
      ["Credentials", { status: 400, code: "ExpiredToken" }],
      ["WrongRegion", { status: 301, code: "PermanentRedirect" }],
      ["ClockSkew", { status: 403, code: "RequestTimeTooSkewed" }]
    ] as const
  ) {
    it.scoped(`${refusal.code} is told once, met by a handful of requests, and over with the first success`, () =>
      logged((lines) =>
        Effect.gen(function*() {
          const s3 = yield* makeAnsweringS3()
          const cache = yield* s3.cache()
          const many = (from: number) =>
            Effect.forEach(
              Array.from({ length: 200 }, (_, n) => from + n),
              (n) => cache.getOrCompute(Texts.key(String(n)), Effect.succeed(`${n}`)),
              { concurrency: 4 }
            )
          yield* s3.refuse(() => refusal)
          assert.lengthOf(yield* many(0), 200)
          assert.isAtMost(s3.requests(), 14)
          assert.lengthOf(lines, 1)
          assert.include(lines[0], refusal.code)
          const refused = yield* Effect.flip(cache.getOption(Texts.key("a")))
          assert.strictEqual(refused.reason, reason)
          assert.include(refused.message, refusal.code)
          assert.include(refused.message, "it is asked again in 10s")
          assert.isAtMost(refused.message.length, 560)
          assert.strictEqual(Predicate.hasProperty(refused.cause, "reason") ? refused.cause.reason : "", reason)
          assert.strictEqual((yield* cache.stats).circuit, "closed")

          const before = s3.requests()
          yield* TestClock.adjust("10 seconds")
          yield* many(200)
          assert.isAtMost(s3.requests() - before, 2, "one load and one save try again")
          assert.lengthOf(lines, 1)

          yield* s3.refuse(() => undefined)
          yield* TestClock.adjust("10 seconds")
          assert.deepStrictEqual(yield* cache.getOption(Texts.key("a")), Option.none())
          yield* cache.set(Texts.key("a"), "written at once")
          assert.lengthOf(lines, 2)
          assert.include(lines[1], `works again, after ${reason}`)

          yield* s3.refuse(() => refusal)
          yield* many(400)
          assert.lengthOf(lines, 3, "a fault that comes back is told again")
        })
      ))
  }

  it.scoped("of writes leaves reads alone, and without a circuit breaker every request is made", () =>
    logged((lines) =>
      Effect.gen(function*() {
        const s3 = yield* makeAnsweringS3()
        const cache = yield* s3.cache()
        yield* cache.set(Texts.key("kept"), "kept")
        yield* s3.refuse((kind) => kind === "put" ? { status: 400, code: "ExpiredToken" } : undefined)
        for (let n = 0; n < 8; n++) {
          const error = yield* failureOf(cache.set(Texts.key(String(n)), "a"))
          assert.strictEqual(error?.reason, "Credentials")
          assert.strictEqual(yield* cache.get(Texts.key("kept")), "kept")
        }
        assert.lengthOf(lines, 1)
        const always = yield* s3.cache({ circuitBreaker: false })
        const before = s3.requests()
        for (let n = 0; n < 8; n++) yield* Effect.flip(always.set(Texts.key(String(n)), "a"))
        assert.strictEqual(s3.requests() - before, 8)
      })
    ))

  it.scoped("AccessDenied stops nothing, and is told once for an operation", () =>
    logged((lines) =>
      Effect.gen(function*() {
        const s3 = yield* makeAnsweringS3()
        const cache = yield* s3.cache()
        yield* s3.refuse((kind) => kind === "put" ? { status: 403, code: "AccessDenied" } : undefined)
        const compute = (n: number) => cache.getOrCompute(Texts.key(String(n)), Effect.succeed("a"))
        for (let n = 0; n < 50; n++) yield* compute(n)
        assert.strictEqual(s3.requests(), 100)
        assert.lengthOf(lines, 1)
        assert.include(lines[0], "s3:PutObject")
        yield* s3.refuse(() => undefined)
        yield* compute(0)
        yield* s3.refuse((kind) => kind === "put" ? { status: 403, code: "AccessDenied" } : undefined)
        yield* compute(1)
        assert.lengthOf(lines, 1, "not again within a minute")
        yield* TestClock.adjust("1 minute")
        yield* compute(2)
        assert.lengthOf(lines, 2)
      })
    ))

  it.scoped("CircuitOpen has the last failure, in words and as its cause", () =>
    Effect.gen(function*() {
      const s3 = yield* makeAnsweringS3()
      const cache = yield* s3.cache()
      yield* s3.refuse(() => ({ status: 503, code: "SlowDown" }))
      for (let n = 0; n < 5; n++) yield* Effect.flip(cache.getOption(Texts.key("a")))
      yield* TestClock.adjust("3 seconds")
      const error = yield* Effect.flip(cache.getOption(Texts.key("a")))
      assert.strictEqual(error.reason, "CircuitOpen")
      assert.include(
        error.message,
        "5 requests failed in a row, so it is asked again only in 7s. The last failed with Throttled"
      )
      assert.include(error.message, "SlowDown")
      assert.isAtMost(error.message.length, 560)
      assert.instanceOf(error.cause, ObjectStoreError)
    }))
})

describe("docs/s3-answers.md", () => {
  const text = readFileSync(new URL("../../../docs/s3-answers.md", import.meta.url), "utf8")
  const rowsAfter = (heading: string) =>
    (text.split(`## ${heading}\n`)[1] ?? "").split("\n## ")[0]?.split("\n")
      .filter((line) => line.startsWith("| `"))
      .map((line) => line.split("|").slice(1, -1).map((cell) => cell.trim())) ?? []
  const yes = (is: boolean) => is ? "yes" : "no"

  it("has every reason of an answer, and what follows from it", () => {
    const rows = rowsAfter("Reasons")
    const reasons = new Set([
      ...answersByCode.values(),
      ...answersByStatus.map(([, answer]) => answer),
      answerOf({
        code: undefined,
        status: undefined,
        network: undefined
      }),
      ...answersByNetworkCode.values()
    ].map(({ reason }) => reason))
    assert.sameMembers(rows.map(([reason]) => reason), [...reasons].map((reason) => `\`${reason}\``))
    for (const reason of reasons) {
      const { counts, isSetup, isToldOnce, retry } = consequences[reason]
      const [, , again, opens, log] = rows.find(([name]) => name === `\`${reason}\``) ?? []
      assert.deepStrictEqual([again, opens], [yes(retry), yes(counts)], reason)
      assert.strictEqual(log?.startsWith("once"), isToldOnce, reason)
      assert.strictEqual(log === "once, until it is repaired", isSetup, reason)
    }
  })

  it("has every code, status and code of the network as the table in the code has it", () => {
    const rows = (
      entries: Iterable<readonly [string, { readonly reason: string; readonly hint: string | undefined }]>
    ) => [...entries].map(([code, { hint = "", reason }]) => [`\`${code}\``, `\`${reason}\``, hint])
    const isPlain = (code: string) =>
      answersByCode.get(code)?.reason === "Rejected" && answersByCode.get(code)?.hint === undefined
    assert.deepStrictEqual(rowsAfter("Codes"), rows([...answersByCode].filter(([code]) => !isPlain(code))))
    const [, plain = ""] = text.split("that the request was `Rejected`:")
    assert.deepStrictEqual(
      [...(plain.split("\n## ")[0] ?? "").matchAll(/`(\w+)`/g)].map(([, code]) => code),
      [...answersByCode.keys()].filter(isPlain)
    )
    assert.deepStrictEqual(rowsAfter("Statuses"), rows(answersByStatus))
    assert.deepStrictEqual(rowsAfter("No answer"), rows(answersByNetworkCode))
  })
})
