import type { DynamoDBClientConfig } from "@aws-sdk/client-dynamodb"
import { Effect, Schema } from "effect"
import * as LocalHttp from "../servers/LocalHttp.js"

const Item = Schema.Record({ key: Schema.String, value: Schema.Unknown })
const Request = Schema.Struct({
  TableName: Schema.String,
  Item: Schema.optional(Item),
  Key: Schema.optional(Item)
})
const decode = Schema.decodeUnknownSync(Schema.parseJson(Request))

/**
 * A server that speaks enough of DynamoDB's protocol (AWS JSON 1.0) to put and get items by their key attribute `id`,
 * and remembers what it was sent.
 */
export const localDynamoDB = Effect.gen(function*() {
  const items = new Map<string, unknown>()
  const puts: Array<unknown> = []
  const server = yield* LocalHttp.make((request, response, body) => {
    const operation = String(request.headers["x-amz-target"]).replace(/^DynamoDB_20120810\./, "")
    const { Item, Key, TableName } = decode(body.toString("utf8"))
    const at = JSON.stringify([TableName, (Item ?? Key)?.["id"]])
    const answer = (status: number, value: unknown) =>
      response.writeHead(status, { "content-type": "application/x-amz-json-1.0" }).end(JSON.stringify(value))
    if (operation === "PutItem") {
      items.set(at, Item)
      puts.push(Item)
      answer(200, {})
    } else if (operation === "GetItem") {
      answer(200, items.has(at) ? { Item: items.get(at) } : {})
    } else {
      answer(400, { __type: "com.amazon.coral.service#UnknownOperationException" })
    }
  })
  const config: DynamoDBClientConfig = {
    region: "us-east-1",
    endpoint: server.url,
    credentials: { accessKeyId: "AKIAIOSFODNN7EXAMPLE", secretAccessKey: "wJalrXUtnFEMI" }
  }
  return {
    ...server,
    config,
    /** The items that were put, as they were sent. */ puts: (): ReadonlyArray<unknown> => puts
  }
})
