/**
 * What the examples of the documentation find when they run: an account with two buckets and a table.
 */
import { DynamoDBClient, PutItemCommand } from "@aws-sdk/client-dynamodb"
import { Effect } from "effect"
import { EmbeddedS3 } from "effect-aws-cache/testing"
import { localDynamoDB } from "../ClientLayer/localDynamoDB.js"
import { sessionEnvironment, setVariable } from "../ClientLayer/sessionEnvironment.js"

/** The account: its buckets, and what is in its table `users`. */
const buckets = ["my-bucket", "reports"]
const users = [{ id: { S: "ada" }, name: { S: "Ada" } }]

/** Its profiles: the default one, and one that examples name. */
const config = ["default", "profile production"].map((name) =>
  `[${name}]\nregion = eu-central-1\naws_access_key_id = AKIAIOSFODNN7EXAMPLE\naws_secret_access_key = wJalrXUtnFEMI\n`
).join("")

/**
 * Servers on 127.0.0.1 stand in for AWS, as long as the scope is open, and the environment leads to them and to nothing
 * else: a folder of its own has the shared files, and is the home and the place for temporary files.
 */
export const exampleWorld = Effect.gen(function*() {
  const s3 = yield* EmbeddedS3.make({ buckets })
  const dynamoDB = yield* localDynamoDB
  const client = new DynamoDBClient(dynamoDB.config)
  for (const Item of users) {
    yield* Effect.promise(() => client.send(new PutItemCommand({ TableName: "users", Item })))
  }
  client.destroy()
  const { folder } = yield* sessionEnvironment({
    config,
    variables: {
      AWS_REGION: "eu-central-1",
      AWS_ENDPOINT_URL_S3: s3.endpoint,
      AWS_ENDPOINT_URL_DYNAMODB: dynamoDB.url,
      S3_CACHE_BUCKET: "my-bucket"
    }
  })
  for (const name of ["HOME", "TMPDIR"]) yield* setVariable(name, folder)
})
