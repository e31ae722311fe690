import type { TableCheck } from "../../../src/Command/doctor/Finding.js"
import type * as LocalHttp from "../../servers/LocalHttp.js"
import type { SpoiledRequest, Spoiling } from "../../servers/SpoiledS3.js"

/** A table that is spoiled in one way. */
export interface SpoiledTable {
  readonly way: string
  readonly finds: ReadonlyArray<TableCheck>
  /** Words of what it says, or of what it says to do. */
  readonly says: RegExp
  readonly spoiling?: () => Spoiling
  /** Another table than the one there is. */
  readonly table?: string
  readonly expiresAttribute?: string
}

/** The action that a request asks for. */
export const actionOf = ({ headers }: SpoiledRequest): string => String(headers["x-amz-target"]).split(".").at(-1) ?? ""

export const arn = "arn:aws:dynamodb:us-east-1:111122223333:table/cache-tests"

const json = (body: object, status = 200): LocalHttp.Answer => ({
  status,
  headers: { "content-type": "application/x-amz-json-1.0" },
  body: JSON.stringify(body)
})

const errorJson = (code: string, message: string): LocalHttp.Answer =>
  json({ __type: `com.amazon.coral.service#${code}`, message, Message: message }, 400)

/** What DynamoDB answers to who may not do something. */
export const deniedByTable = (action: string): LocalHttp.Answer =>
  errorJson(
    "AccessDeniedException",
    `User: arn:aws:sts::111122223333:assumed-role/app/i-0 is not authorized to perform: dynamodb:${action} on resource: ` +
      `${arn} because no identity-based policy allows the dynamodb:${action} action`
  )

const timeToLive = (TimeToLiveStatus: string, AttributeName = "expires") =>
  json({ TimeToLiveDescription: { TimeToLiveStatus, AttributeName } })

/** How a table is set up that nothing is wrong with: dynalite knows no time to live. */
export const goodTable = (request: SpoiledRequest) =>
  actionOf(request) === "DescribeTimeToLive" ? timeToLive("ENABLED") : undefined

const answering = (action: string, answer: LocalHttp.Answer) => (): Spoiling => ({
  answer: (request) => actionOf(request) === action ? answer : undefined
})

const refusing = (action: string) => answering(action, deniedByTable(action))

const described = (more: object) =>
  answering(
    "DescribeTable",
    json({
      Table: {
        TableStatus: "ACTIVE",
        KeySchema: [{ AttributeName: "pk", KeyType: "HASH" }, { AttributeName: "sk", KeyType: "RANGE" }],
        AttributeDefinitions: [
          { AttributeName: "pk", AttributeType: "S" },
          { AttributeName: "sk", AttributeType: "S" }
        ],
        BillingModeSummary: { BillingMode: "PAY_PER_REQUEST" },
        ...more
      }
    })
  )

/** Every way in which a table, or the way to it, is spoiled, and what the doctor finds. */
export const tableSpoilings: ReadonlyArray<SpoiledTable> = [
  { way: "no dynamodb:GetItem", finds: ["read"], says: /"dynamodb:GetItem"/, spoiling: refusing("GetItem") },
  { way: "no dynamodb:PutItem", finds: ["write"], says: /"dynamodb:PutItem"/, spoiling: refusing("PutItem") },
  { way: "no dynamodb:DeleteItem", finds: ["remove"], says: /"dynamodb:DeleteItem"/, spoiling: refusing("DeleteItem") },
  { way: "no dynamodb:Query", finds: ["list"], says: /"dynamodb:Query"/, spoiling: refusing("Query") },
  {
    way: "no dynamodb:BatchWriteItem",
    finds: ["batch-removals"],
    says: /"dynamodb:BatchWriteItem"/,
    spoiling: refusing("BatchWriteItem")
  },
  {
    way: "no permission at all",
    finds: ["remove", "write", "read", "list", "batch-removals"],
    says: /"dynamodb:DeleteItem".*"dynamodb:PutItem".*"dynamodb:GetItem".*"dynamodb:Query".*"dynamodb:BatchWriteItem"/s,
    spoiling: () => ({ answer: (request) => deniedByTable(actionOf(request)) })
  },
  {
    way: "no table",
    finds: ["table"],
    says: /there is no table not-there.*correct the name/s,
    table: "not-there"
  },
  {
    way: "other keys",
    finds: ["keys"],
    says: /id \(HASH, S\).*make another table/s,
    table: "other-keys"
  },
  {
    way: "a sort key that is a number",
    finds: ["keys"],
    says: /sk \(RANGE, N\)/,
    spoiling: described({
      AttributeDefinitions: [
        { AttributeName: "pk", AttributeType: "S" },
        { AttributeName: "sk", AttributeType: "N" }
      ]
    })
  },
  {
    way: "a token that has expired",
    finds: ["credentials"],
    says: /security token.*is expired.*sign in anew/s,
    spoiling: () => ({
      answer: () => errorJson("ExpiredTokenException", "The security token included in the request is expired")
    })
  },
  {
    way: "a clock that is an hour ahead",
    finds: ["clock"],
    says: /clock is (59m|1h).* behind the server's/,
    spoiling: () => ({
      headers: (headers) => ({ ...headers, date: new Date(Date.now() + 3_600_000).toUTCString() })
    })
  },
  {
    way: "a time to live that is switched off",
    finds: ["time-to-live"],
    says: /switched off.*update-time-to-live --table-name cache-tests .*AttributeName=expires/s,
    spoiling: answering("DescribeTimeToLive", json({ TimeToLiveDescription: { TimeToLiveStatus: "DISABLED" } }))
  },
  {
    way: "a time to live that is being switched off",
    finds: ["time-to-live"],
    says: /is being switched off/,
    spoiling: answering("DescribeTimeToLive", timeToLive("DISABLING"))
  },
  {
    way: "a time to live by another attribute",
    finds: ["time-to-live"],
    says: /attribute ttl, and entries have expires.*expiresAttribute: "ttl"/s,
    spoiling: answering("DescribeTimeToLive", timeToLive("ENABLED", "ttl"))
  },
  {
    way: "a time to live by another attribute than the one that programs write",
    finds: ["time-to-live"],
    says: /attribute expires, and entries have ends/,
    expiresAttribute: "ends"
  },
  {
    way: "conditions that are ignored",
    finds: ["conditional-writes"],
    says: /conditions are not honoured/,
    spoiling: () => {
      let puts = 0
      return { answer: (request) => actionOf(request) === "PutItem" && puts++ > 0 ? json({}) : undefined }
    }
  },
  {
    way: "removals whose condition is ignored",
    finds: ["conditional-deletes"],
    says: /was not refused/,
    spoiling: () => {
      let removals = 0
      return { answer: (request) => actionOf(request) === "DeleteItem" && removals++ === 1 ? json({}) : undefined }
    }
  },
  {
    way: "lists that lag behind",
    finds: ["list"],
    says: /not in the list/,
    spoiling: answering("Query", json({ Items: [], Count: 0, ScannedCount: 0 }))
  },
  {
    way: "reads of something else",
    finds: ["read"],
    says: /not what was written/,
    spoiling: () => {
      let reads = 0
      return {
        answer: (request) =>
          actionOf(request) === "GetItem" && reads++ > 0
            ? json({
              Item: { pk: { S: "x" }, sk: { S: "x" }, body: { B: "AAAA" }, etag: { S: "\"x\"" }, modified: { N: "1" } }
            })
            : undefined
      }
    }
  }
]

/** What is worth knowing, and no fault. */
export const tableNotes: ReadonlyArray<Omit<SpoiledTable, "finds"> & { readonly notes: TableCheck }> = [
  {
    way: "a table of provisioned throughput",
    notes: "capacity",
    says: /provisioned: 5 reads and 7 writes in a second.*PAY_PER_REQUEST/s,
    spoiling: described({
      BillingModeSummary: undefined,
      ProvisionedThroughput: { ReadCapacityUnits: 5, WriteCapacityUnits: 7 }
    })
  },
  {
    way: "limits of a table on demand",
    notes: "capacity",
    says: /on demand, 100 writes in a second at most/,
    spoiling: described({ OnDemandThroughput: { MaxReadRequestUnits: -1, MaxWriteRequestUnits: 100 } })
  },
  {
    way: "a table that is changed",
    notes: "table",
    says: /its state is UPDATING/,
    spoiling: described({ TableStatus: "UPDATING" })
  }
]
