/**
 * The DynamoDB document clients, as resources.
 *
 * @since 1.0.0
 */
import type { DynamoDBClient } from "@aws-sdk/client-dynamodb"
import type { DynamoDBDocument, DynamoDBDocumentClient, TranslateConfig } from "@aws-sdk/lib-dynamodb"
import * as Effect from "effect/Effect"
import * as Predicate from "effect/Predicate"
import * as Schema from "effect/Schema"
import { orInstall } from "../../Cache/installed/orInstall.js"
import { isAwsClient } from "../sdk/AwsClient.js"
import { isPlainObject } from "../values/plainData.js"
import { ResourceDefinition } from "./ResourceDefinition.js"

/**
 * How a document client converts values: the second argument of `DynamoDBDocumentClient.from`.
 *
 * @since 1.0.0
 * @category models
 */
export interface DocumentOptions {
  /** From JavaScript to DynamoDB. */
  readonly marshallOptions?: TranslateConfig["marshallOptions"] | undefined
  /** From DynamoDB to JavaScript. A `wrapNumbers` function counts by identity: make it once. */
  readonly unmarshallOptions?: TranslateConfig["unmarshallOptions"] | undefined
}

type DynamoDBClientClass = typeof DynamoDBClient

// What the fields say is for the SDK to know, whose versions differ.
const marshallOptions = Schema.declare(
  (u): u is NonNullable<TranslateConfig["marshallOptions"]> => isPlainObject(u),
  { identifier: "marshallOptions" }
)
const unmarshallOptions = Schema.declare(
  (u): u is NonNullable<TranslateConfig["unmarshallOptions"]> => isPlainObject(u),
  { identifier: "unmarshallOptions" }
)

const DocumentOptions: Schema.Schema<DocumentOptions> = Schema.Struct({
  marshallOptions: Schema.optional(marshallOptions),
  unmarshallOptions: Schema.optional(unmarshallOptions)
})

const orInstallBoth = orInstall("@aws-sdk/client-dynamodb @aws-sdk/lib-dynamodb")

const loadClient = async (): Promise<DynamoDBClientClass> => {
  try {
    return (await import("@aws-sdk/client-dynamodb")).DynamoDBClient
  } catch (cause) {
    return orInstallBoth(cause)
  }
}

const loadDocument = Effect.tryPromise({
  try: async () => {
    try {
      return await import("@aws-sdk/lib-dynamodb")
    } catch (cause) {
      return orInstallBoth(cause)
    }
  },
  catch: (cause) => cause
})

// A document client is no instance of its client's class, and has everything a client has. But it marks its
// configuration.
const isDocumentClient = (u: unknown): boolean => isAwsClient(u) && "translateConfig" in u.config

const translateConfig = ({ marshallOptions, unmarshallOptions }: DocumentOptions): TranslateConfig => ({
  ...(marshallOptions === undefined ? {} : { marshallOptions }),
  ...(unmarshallOptions === undefined ? {} : { unmarshallOptions })
})

/**
 * `DynamoDBDocumentClient` of `@aws-sdk/lib-dynamodb`, an optional peer, which is loaded when the first one is built.
 *
 * Document clients over one client overwrite each other's options, since they share and change its configuration
 * (aws-sdk-js-v3 #6545). So each distinct `translateConfig` has a client of its own here, and nobody else gets that
 * client. `destroy` of a document client does nothing; what is let go is its client.
 *
 * @example
 * ```ts
 * import { GetCommand } from "@aws-sdk/lib-dynamodb"
 * import { Effect } from "effect"
 * import {
 *   DynamoDBDocumentClientResource,
 *   ResourceCache,
 *   ResourceCacheLive,
 *   sendCommand
 * } from "effect-aws-cache/ClientLayer"
 * import * as assert from "node:assert/strict"
 *
 * const program = ResourceCache.withResource(
 *   DynamoDBDocumentClientResource,
 *   { region: "us-west-2" },
 *   (documents) => sendCommand(documents, new GetCommand({ TableName: "users", Key: { id: "ada" } })),
 *   { marshallOptions: { removeUndefinedValues: true } }
 * ).pipe(
 *   Effect.map(({ Item }) => Item),
 *   Effect.provide(ResourceCacheLive)
 * )
 *
 * assert.deepEqual(await Effect.runPromise(program), { id: "ada", name: "Ada" })
 * ```
 *
 * @since 1.0.0
 * @category resources
 */
export const DynamoDBDocumentClientResource: ResourceDefinition<
  DynamoDBClientClass,
  DocumentOptions,
  DynamoDBDocumentClient
> = ResourceDefinition.make({
  name: "DynamoDBDocumentClient",
  client: loadClient,
  options: DocumentOptions,
  ownClient: true,
  isResource: isDocumentClient,
  make: (client, options) =>
    Effect.map(loadDocument, (sdk) => sdk.DynamoDBDocumentClient.from(client, translateConfig(options)))
})

/**
 * `DynamoDBDocument`, the document client with a method for each operation. Everything said of
 * `DynamoDBDocumentClientResource` holds for it.
 *
 * @example
 * ```ts
 * import { Effect } from "effect"
 * import { DynamoDBDocumentResource, ResourceCache, ResourceCacheLive } from "effect-aws-cache/ClientLayer"
 * import * as assert from "node:assert/strict"
 *
 * const program = Effect.gen(function*() {
 *   const documents = yield* ResourceCache.resource(DynamoDBDocumentResource, { region: "us-west-2" })
 *   const { Item } = yield* Effect.tryPromise(() => documents.get({ TableName: "users", Key: { id: "ada" } }))
 *   return Item
 * }).pipe(Effect.provide(ResourceCacheLive))
 *
 * assert.deepEqual(await Effect.runPromise(program), { id: "ada", name: "Ada" })
 * ```
 *
 * @since 1.0.0
 * @category resources
 */
export const DynamoDBDocumentResource: ResourceDefinition<DynamoDBClientClass, DocumentOptions, DynamoDBDocument> =
  ResourceDefinition.make({
    name: "DynamoDBDocument",
    client: loadClient,
    options: DocumentOptions,
    ownClient: true,
    isResource: (u) => isDocumentClient(u) && Predicate.hasProperty(u, "put"),
    make: (client, options) =>
      Effect.map(loadDocument, (sdk) => sdk.DynamoDBDocument.from(client, translateConfig(options)))
  })
