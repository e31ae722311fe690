/**
 * Whether a table has its names over more partition keys than it is asked for.
 */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import { ClientCache, ClientCacheLive } from "../../ClientLayer/ClientCache.js"
import type { ObjectStoreError } from "../../S3Store/objects/ObjectStoreErrors.js"
import { toTableError } from "../../S3Store/table/tableFailure.js"
import type { VerbError } from "../arguments/Verb.js"
import { loadTableSdk } from "./loadTableSdk.js"
import type { ClientSettings, Target } from "./Target.js"

/** As many as a table has, where nobody says another number. */
const usualPartitions = 16

/** Looks into the partition after the last one. A cache of some hundred objects has some in each of its own. */
export const hasMorePartitions = (
  target: Extract<Target, { readonly _tag: "Table" }>,
  clientConfig: ClientSettings,
  partitions = usualPartitions
): Effect.Effect<boolean, VerbError, Scope.Scope> =>
  Effect.gen(function*() {
    const { keyPrefix, table } = target
    const clients = yield* Layer.build(ClientCacheLive)
    const client = yield* Effect.provide(
      ClientCache.client(async () => (await loadTableSdk()).DynamoDBClient, clientConfig),
      clients
    )
    const sdk = yield* Effect.promise(loadTableSdk)
    const query = new sdk.QueryCommand({
      TableName: table,
      KeyConditionExpression: "pk = :pk",
      ExpressionAttributeValues: { ":pk": { S: `${keyPrefix}#${partitions}` } },
      Limit: 1
    })
    const { Count = 0 } = yield* Effect.tryPromise({
      try: (abortSignal) => client.send(query, { abortSignal }),
      catch: (cause): ObjectStoreError => toTableError("list", `dynamodb://${table}/${keyPrefix}`, table, cause)
    })
    return Count > 0
  })
