/**
 * A DynamoDB inside the process, with a table.
 */
import { CreateTableCommand, DynamoDBClient, type DynamoDBClientConfig } from "@aws-sdk/client-dynamodb"
import dynalite from "dynalite"
import { Effect } from "effect"

/** A table of its own, in a server of its own. */
export const make = Effect.gen(function*() {
  const server = yield* Effect.acquireRelease(
    Effect.async<ReturnType<typeof dynalite>>((resume) => {
      const server = dynalite({ createTableMs: 0 })
      server.listen(0, "127.0.0.1", () => resume(Effect.succeed(server)))
    }),
    (server) =>
      Effect.async<void>((resume) => {
        server.close(() => resume(Effect.void))
        server.closeAllConnections()
      })
  )
  const address = server.address()
  const port = typeof address === "object" && address !== null ? address.port : 0
  const clientConfig: DynamoDBClientConfig = {
    region: "us-east-1",
    endpoint: `http://127.0.0.1:${port}`,
    maxAttempts: 1,
    credentials: { accessKeyId: "embedded", secretAccessKey: "embedded-dynamodb" }
  }
  const client = yield* Effect.acquireRelease(
    Effect.sync(() => new DynamoDBClient(clientConfig)),
    (client) => Effect.sync(() => client.destroy())
  )
  const table = "cache-tests"
  yield* Effect.promise(() =>
    client.send(
      new CreateTableCommand({
        TableName: table,
        BillingMode: "PAY_PER_REQUEST",
        KeySchema: [{ AttributeName: "pk", KeyType: "HASH" }, { AttributeName: "sk", KeyType: "RANGE" }],
        AttributeDefinitions: [
          { AttributeName: "pk", AttributeType: "S" },
          { AttributeName: "sk", AttributeType: "S" }
        ]
      })
    )
  )
  return { client, clientConfig, table }
})
