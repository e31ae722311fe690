import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { EmbeddedS3 } from "effect-aws-cache/testing"
import * as DynamoDBServer from "../servers/DynamoDBServer.js"
import * as SpoiledS3 from "../servers/SpoiledS3.js"
import { namesIn } from "./doctor/diagnosis.js"
import { goodSetUp, spoilings } from "./doctor/spoilings.js"
import { actionOf, deniedByTable, goodTable } from "./doctor/tableSpoilings.js"
import { runCommandLine } from "./runCommandLine.js"
import { temporaryFolder } from "./stores.js"

/** A bucket that is spoiled in one of the ways. */
const spoiledBucket = (way?: string) =>
  Effect.gen(function*() {
    const spoiling = spoilings.find((each) => each.way === way)?.spoiling
    assert.strictEqual(spoiling === undefined, way === undefined)
    const s3 = yield* EmbeddedS3.make({ buckets: ["spoiled"] })
    const front = yield* SpoiledS3.make(s3.endpoint, {
      ...spoiling,
      answer: (request) => spoiling?.answer?.(request) ?? goodSetUp(request)
    })
    return { endpoint: ["--endpoint", front.url], names: namesIn(s3.clientConfig, "spoiled") }
  })

describe("doctor", () => {
  it.scopedLive("ends with 0 where nothing is to be done, and leaves nothing", () =>
    Effect.gen(function*() {
      const { endpoint, names } = yield* spoiledBucket()
      const { code, stderr, stdout } = yield* runCommandLine(["doctor", "s3://spoiled", ...endpoint])
      assert.deepStrictEqual([code, stderr], [0, ""])
      assert.match(stdout, /^s3:\/\/spoiled\/cache\/\n\n✓ credentials {11}embe\.\.\.dded, from environment variables\n/)
      assert.match(stdout, /Nothing is to be done\. \d\d requests\.\n$/)
      assert.deepStrictEqual(yield* names, [])
    }))

  it.scopedLive("ends with 1 and says what to do, with the statement that the policy lacks", () =>
    Effect.gen(function*() {
      const { endpoint } = yield* spoiledBucket("no s3:ListBucket")
      const { code, stdout } = yield* runCommandLine(["doctor", "s3://spoiled", ...endpoint])
      assert.strictEqual(code, 1)
      assert.include(
        stdout,
        "{\"Effect\":\"Allow\",\"Action\":\"s3:ListBucket\",\"Resource\":\"arn:aws:s3:::spoiled\"}"
      )
      assert.include(stdout, "2 things to do.")
    }))

  it.scopedLive("prints JSON, and lets what is ignored not count", () =>
    Effect.gen(function*() {
      const { endpoint } = yield* spoiledBucket("no rules")
      const found = yield* runCommandLine(["doctor", "s3://spoiled", "--json", ...endpoint])
      assert.strictEqual(found.code, 1)
      const ignoring = ["doctor", "s3://spoiled", "--json", "--ignore", "lifecycle,versions", ...endpoint]
      const ignored = yield* runCommandLine(ignoring)
      assert.strictEqual(ignored.code, 0)
      const { findings, isWell } = JSON.parse(ignored.stdout)
      assert.isTrue(isWell)
      assert.deepStrictEqual(
        findings.filter(({ outcome }: { readonly outcome: string }) => outcome === "found"),
        [{
          check: "lifecycle",
          outcome: "found",
          says: "no rule removes objects under the prefix: what expired and is never read again stays, and is paid for",
          todo: "add a rule that expires cache/ after more days than an entry lives, or run prune now and then"
        }]
      )
      const wrong = yield* runCommandLine(["doctor", "s3://spoiled", "--ignore", "lifecicle"])
      assert.strictEqual(wrong.code, 2)
      assert.include(wrong.stderr, "--ignore lifecicle: did you mean lifecycle?")
    }))

  it.scopedLive("tells where there is no server, and what it could not try", () =>
    Effect.gen(function*() {
      const { code, stdout } = yield* runCommandLine(["doctor", "s3://spoiled", "--endpoint", "http://127.0.0.1:1"])
      assert.strictEqual(code, 1)
      assert.match(stdout, /✗ bucket.*nothing listens there/)
      assert.match(stdout, /- write/)
    }))

  it.scopedLive("looks at tables, and says which statement is missing", () =>
    Effect.gen(function*() {
      const { clientConfig } = yield* DynamoDBServer.make
      const front = yield* SpoiledS3.make(String(clientConfig.endpoint), { answer: goodTable })
      const fine = yield* runCommandLine(["doctor", "dynamodb://cache-tests", "--endpoint", front.url])
      assert.deepStrictEqual([fine.code, fine.stderr], [0, ""])
      assert.match(fine.stdout, /^dynamodb:\/\/cache-tests\/cache\/\n\n✓ credentials /)
      assert.match(fine.stdout, /✓ time-to-live {10}DynamoDB removes what is over, by expires\n/)
      assert.match(fine.stdout, /Nothing is to be done\. \d\d requests\.\n$/)
      const refusing = yield* SpoiledS3.make(String(clientConfig.endpoint), {
        answer: (request) => actionOf(request) === "Query" ? deniedByTable("Query") : goodTable(request)
      })
      const denied = yield* runCommandLine(["doctor", "dynamodb://cache-tests", "--endpoint", refusing.url])
      assert.strictEqual(denied.code, 1)
      assert.match(
        denied.stdout,
        /\{"Effect":"Allow","Action":"dynamodb:Query","Resource":"arn:aws:dynamodb:[\w-]+:\d{12}:table\/cache-tests"\}/
      )
      assert.include(denied.stdout, "1 thing to do.")
      const other = ["--endpoint", front.url, "--expires-attribute", "ends", "--json"]
      const ends = yield* runCommandLine(["doctor", "dynamodb://cache-tests", ...other])
      assert.strictEqual(ends.code, 1)
      const { findings } = JSON.parse(ends.stdout)
      assert.deepInclude(
        findings.filter(({ outcome }: { readonly outcome: string }) => outcome === "found"),
        {
          check: "time-to-live",
          outcome: "found",
          says: "it is switched on for the attribute expires, and entries have ends: nothing is removed",
          todo: "say expiresAttribute: \"expires\" in the program, and --expires-attribute here"
        }
      )
    }))

  it.scopedLive("looks at notifications where it is asked to", () =>
    Effect.gen(function*() {
      const { endpoint } = yield* spoiledBucket()
      const fine = yield* runCommandLine(["doctor", "s3://spoiled", "--notifications", ...endpoint])
      assert.strictEqual(fine.code, 0, fine.stdout)
      assert.match(fine.stdout, /✓ notifications {9}changes go to arn:aws:sns:us-east-1:111122223333:app-cache\n/)
      const unasked = yield* runCommandLine(["doctor", "s3://spoiled", ...endpoint])
      assert.notInclude(unasked.stdout, "notifications")
      const elsewhere = yield* runCommandLine([
        "doctor",
        "s3://spoiled/other",
        "--notifications",
        "--json",
        ...endpoint
      ])
      assert.strictEqual(elsewhere.code, 1)
      assert.match(elsewhere.stdout, /the filter prefix \\"cache\/\\" keeps back changes under other\//)
      const none = yield* runCommandLine(["doctor", "./", "--notifications"])
      assert.strictEqual(none.code, 2)
      assert.include(none.stderr, "--notifications is for a bucket")
      const attribute = yield* runCommandLine(["doctor", "s3://spoiled", "--expires-attribute", "ends"])
      assert.include(attribute.stderr, "--expires-attribute is for a table")
    }))

  it.scopedLive("looks at folders too", () =>
    Effect.gen(function*() {
      const { code, stdout } = yield* runCommandLine(["doctor", yield* temporaryFolder])
      assert.strictEqual(code, 0)
      assert.match(stdout, /✓ conditional-writes {4}conditions are honoured/)
    }))
})
