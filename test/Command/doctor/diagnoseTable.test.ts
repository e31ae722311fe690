import * as sdk from "@aws-sdk/client-dynamodb"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import { diagnoseTable } from "../../../src/Command/doctor/table/diagnoseTable.js"
import * as DynamoDBServer from "../../servers/DynamoDBServer.js"
import * as SpoiledS3 from "../../servers/SpoiledS3.js"
import { until } from "../../support/until.js"
import { foundIn } from "./diagnosis.js"
import {
  actionOf,
  arn,
  deniedByTable,
  goodTable,
  type SpoiledTable,
  tableNotes,
  tableSpoilings
} from "./tableSpoilings.js"

/** A table behind a front that spoils it, what the doctor says of it, and what it leaves. */
const setUp = ({ expiresAttribute = "expires", spoiling, table }: Partial<SpoiledTable>) =>
  Effect.gen(function*() {
    const server = yield* DynamoDBServer.make
    yield* Effect.promise(() =>
      server.client.send(
        new sdk.CreateTableCommand({
          TableName: "other-keys",
          BillingMode: "PAY_PER_REQUEST",
          KeySchema: [{ AttributeName: "id", KeyType: "HASH" }],
          AttributeDefinitions: [{ AttributeName: "id", AttributeType: "S" }]
        })
      )
    )
    const spoiled = spoiling?.()
    const actions: Array<string> = []
    const front = yield* SpoiledS3.make(String(server.clientConfig.endpoint), {
      ...spoiled,
      answer: (request) => {
        actions.push(actionOf(request))
        return spoiled?.answer?.(request) ?? goodTable(request)
      }
    })
    const client = yield* Effect.acquireRelease(
      Effect.sync(() => new sdk.DynamoDBClient({ ...server.clientConfig, endpoint: front.url })),
      (client) => Effect.sync(() => client.destroy())
    )
    return {
      actions,
      diagnose: diagnoseTable({
        ...{ client, sdk, expiresAttribute, keyPrefix: "cache/", partitions: undefined },
        table: table ?? server.table
      }),
      left: Effect.map(
        Effect.promise(() => server.client.send(new sdk.ScanCommand({ TableName: server.table }))),
        ({ Items = [] }) => Items.map(({ sk }) => sk?.S)
      )
    }
  })

const wordsOf = (findings: ReadonlyArray<{ says: string; todo?: string | undefined; policy?: unknown }>) =>
  findings.map(({ policy, says, todo }) => [says, todo, JSON.stringify(policy)].join("\n")).join("\n")

describe("doctor of a table", () => {
  it.scopedLive("finds nothing on a good one, and leaves nothing", () =>
    Effect.gen(function*() {
      const { actions, diagnose, left } = yield* setUp({})
      const diagnosis = yield* diagnose
      assert.deepStrictEqual(diagnosis.findings.filter(({ outcome }) => outcome !== "good"), [])
      assert.strictEqual(diagnosis.requests, actions.length)
      assert.deepStrictEqual(yield* left, [])
      assert.deepStrictEqual(
        new Set(actions),
        new Set(["GetItem", "DescribeTable", "DescribeTimeToLive", "DeleteItem", "PutItem", "Query", "BatchWriteItem"])
      )
    }))

  for (const spoiled of tableSpoilings) {
    it.scopedLive(`finds ${spoiled.way}`, () =>
      Effect.gen(function*() {
        const { diagnose, left } = yield* setUp(spoiled)
        const diagnosis = yield* diagnose
        const report = JSON.stringify(diagnosis.findings, null, 2)
        assert.deepStrictEqual(foundIn(diagnosis), [...spoiled.finds], report)
        assert.match(wordsOf(diagnosis.findings.filter(({ outcome }) => outcome === "found")), spoiled.says)
        assert.deepStrictEqual(yield* left, [])
      }))
  }

  for (const spoiled of tableNotes) {
    it.scopedLive(`tells of ${spoiled.way}`, () =>
      Effect.gen(function*() {
        const { findings } = yield* (yield* setUp(spoiled)).diagnose
        const notes = findings.filter(({ outcome }) => outcome !== "good")
        assert.deepStrictEqual(notes.map(({ check, outcome }) => [check, outcome]), [[spoiled.notes, "note"]])
        assert.match(wordsOf(notes), spoiled.says)
      }))
  }

  it.scopedLive("says of what it may not look at that it could not, and names the table as its refusals do", () =>
    Effect.gen(function*() {
      const denied = new Set(["DescribeTable", "DescribeTimeToLive", "Query"])
      const { diagnose } = yield* setUp({
        spoiling: () => ({
          answer: (request) => denied.has(actionOf(request)) ? deniedByTable(actionOf(request)) : undefined
        })
      })
      const { findings } = yield* diagnose
      const unseen = findings.filter(({ outcome }) => outcome === "unseen")
      assert.deepStrictEqual(unseen.map(({ check }) => check), ["time-to-live", "capacity"])
      assert.match(wordsOf(unseen), /dynamodb:DescribeTimeToLive.*dynamodb:DescribeTable/s)
      assert.deepStrictEqual(findings.find(({ check }) => check === "list")?.policy, {
        Effect: "Allow",
        Action: "dynamodb:Query",
        Resource: arn
      })
      assert.strictEqual(findings.find(({ check }) => check === "keys")?.outcome, "good")
    }))

  it.scopedLive("writes nothing where nothing can be removed", () =>
    Effect.gen(function*() {
      const { diagnose, left } = yield* setUp({
        spoiling: () => ({
          answer: (request) => actionOf(request) === "DeleteItem" ? deniedByTable("DeleteItem") : undefined
        })
      })
      const { findings } = yield* diagnose
      const write = findings.find(({ check }) => check === "write")
      assert.deepStrictEqual([write?.outcome, write?.says], [
        "good",
        "items may be written; none was, as it could not be removed"
      ])
      assert.deepStrictEqual(yield* left, [])
    }))

  it.scopedLive("leaves nothing when it is interrupted", () =>
    Effect.gen(function*() {
      const { actions, diagnose, left } = yield* setUp({})
      const fiber = yield* Effect.fork(diagnose)
      yield* until(() => actions.includes("PutItem"))
      yield* Fiber.interrupt(fiber)
      assert.deepStrictEqual(yield* left, [])
    }))
})
