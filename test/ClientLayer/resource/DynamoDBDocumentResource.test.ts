import { DynamoDBClient } from "@aws-sdk/client-dynamodb"
import { DynamoDBDocument, DynamoDBDocumentClient, GetCommand, PutCommand } from "@aws-sdk/lib-dynamodb"
import { assert, describe, it } from "@effect/vitest"
import {
  DynamoDBToolboxError,
  Entity,
  GetItemCommand,
  item,
  number,
  PutItemCommand,
  string,
  Table
} from "dynamodb-toolbox"
import { Effect, Exit, Layer, Schema, Scope } from "effect"
import {
  ClientCache,
  DynamoDBDocumentClientResource,
  DynamoDBDocumentResource,
  ResourceCache,
  ResourceCacheKey,
  ResourceDefinition,
  type ResourceOf
} from "effect-aws-cache/ClientLayer"
import { execFile } from "node:child_process"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"
import { turns, until } from "../../support/until.js"
import { localDynamoDB } from "../localDynamoDB.js"

const caches = (options: { readonly resources?: number; readonly clients?: number } = {}) =>
  Layer.provideMerge(
    ResourceCache.layer({ maxSize: options.resources ?? 10 }),
    ClientCache.layer({ maxSize: options.clients ?? 10 })
  )

const skipUndefined = { marshallOptions: { removeUndefinedValues: true } }
const emptyIsNull = { marshallOptions: { convertEmptyValues: true } }

const put = (documents: DynamoDBDocument, Item: Record<string, unknown>) =>
  Effect.tryPromise({ try: () => documents.put({ TableName: "t", Item }), catch: String })

describe("DynamoDBDocumentResource", () => {
  it.scoped("works: what is put is marshalled, what is got is unmarshalled", () =>
    Effect.gen(function*() {
      const server = yield* localDynamoDB
      const got = yield* ResourceCache.withResource(DynamoDBDocumentResource, server.config, (documents) =>
        Effect.promise(async () => {
          await documents.put({ TableName: "t", Item: { id: "a", n: 5, tags: new Set(["x"]) } })
          return documents.get({ TableName: "t", Key: { id: "a" } })
        }))
      assert.deepStrictEqual(got.Item, { id: "a", n: 5, tags: new Set(["x"]) })
      assert.deepStrictEqual(server.puts(), [{ id: { S: "a" }, n: { N: "5" }, tags: { SS: ["x"] } }])
    }).pipe(Effect.provide(caches())))

  it.scoped("the bare document client too, and a wrapNumbers function made once is one resource", () =>
    Effect.gen(function*() {
      const server = yield* localDynamoDB
      const wrapNumbers = (text: string) => BigInt(text)
      const documents = () =>
        ResourceCache.resource(DynamoDBDocumentClientResource, server.config, { unmarshallOptions: { wrapNumbers } })
      const client = yield* documents()
      assert.isTrue(client instanceof DynamoDBDocumentClient)
      assert.isFalse(client instanceof DynamoDBDocument)
      assert.strictEqual(yield* documents(), client)
      yield* Effect.promise(() => client.send(new PutCommand({ TableName: "t", Item: { id: "a", n: 5 } })))
      const got = yield* Effect.promise(() => client.send(new GetCommand({ TableName: "t", Key: { id: "a" } })))
      assert.deepStrictEqual(got.Item, { id: "a", n: 5n })
    }).pipe(Effect.provide(caches())))

  it.scoped("two document clients over one client overwrite each other's options (aws-sdk-js-v3 #6545)", () =>
    Effect.gen(function*() {
      const server = yield* localDynamoDB
      const base = yield* Effect.acquireRelease(
        Effect.sync(() => new DynamoDBClient(server.config)),
        (base) => Effect.sync(() => base.destroy())
      )
      const one = DynamoDBDocument.from(base, skipUndefined)
      assert.isTrue(Exit.isSuccess(yield* Effect.exit(put(one, { id: "a", in: { b: undefined } }))))
      DynamoDBDocument.from(base, emptyIsNull)
      assert.include(yield* Effect.flip(put(one, { id: "a", in: { b: undefined } })), "removeUndefinedValues")
    }))

  it.scoped("here each distinct translateConfig keeps its options, on a client of its own", () =>
    Effect.gen(function*() {
      const server = yield* localDynamoDB
      const one = yield* ResourceCache.resource(DynamoDBDocumentResource, server.config, skipUndefined)
      const other = yield* ResourceCache.resource(DynamoDBDocumentResource, server.config, emptyIsNull)
      const bare = yield* ResourceCache.resource(DynamoDBDocumentResource, server.config)
      const client = yield* ResourceCache.resource(DynamoDBDocumentClientResource, server.config, skipUndefined)
      const plain = yield* ClientCache.client(DynamoDBClient, server.config)
      assert.strictEqual(new Set([one.config, other.config, bare.config, client.config, plain.config]).size, 5)
      assert.strictEqual((yield* ClientCache.stats).computations, 5)
      for (let round = 0; round < 3; round++) {
        yield* put(one, { id: "a", in: { gone: undefined }, empty: "" })
        yield* put(other, { id: "b", empty: "" })
        assert.include(yield* Effect.flip(put(other, { id: "c", in: { gone: undefined } })), "removeUndefinedValues")
        assert.include(yield* Effect.flip(put(bare, { id: "d", in: { gone: undefined } })), "removeUndefinedValues")
      }
      assert.deepStrictEqual(server.puts().slice(-2), [
        { id: { S: "a" }, in: { M: {} }, empty: { S: "" } },
        { id: { S: "b" }, empty: { NULL: true } }
      ])
      assert.notProperty(plain.config, "translateConfig")
    }).pipe(Effect.provide(caches())))

  it.scoped("options in another order, or undefined, are the same resource", () =>
    Effect.gen(function*() {
      const server = yield* localDynamoDB
      const documents = yield* ResourceCache.resource(DynamoDBDocumentResource, server.config, {
        marshallOptions: { removeUndefinedValues: true, convertEmptyValues: false },
        unmarshallOptions: undefined
      })
      const again = yield* ResourceCache.resource(DynamoDBDocumentResource, server.config, {
        marshallOptions: { convertEmptyValues: false, removeUndefinedValues: true }
      })
      assert.strictEqual(again, documents)
    }).pipe(Effect.provide(caches())))

  it.scoped("a client that is evicted under its document client keeps its connection, until that one goes", () =>
    Effect.gen(function*() {
      const server = yield* localDynamoDB
      const documents = yield* ResourceCache.resource(DynamoDBDocumentResource, server.config)
      yield* put(documents, { id: "a" })
      yield* ClientCache.client(DynamoDBClient, { ...server.config, region: "eu-west-1" })
      assert.deepStrictEqual((yield* ClientCache.stats).retired, 1)
      yield* put(documents, { id: "b" })
      yield* turns(5)
      assert.deepStrictEqual([server.connections(), server.openSockets()], [1, 1])
      // `destroy` of a document client does nothing; its client is what is let go.
      documents.destroy()
      yield* turns(5)
      assert.strictEqual(server.openSockets(), 1)
      yield* ResourceCache.remove(ResourceCacheKey.make(DynamoDBDocumentResource, server.config))
      yield* until(() => server.openSockets() === 0)
      // Whoever still holds it can use it, with a connection for each request.
      yield* put(documents, { id: "c" })
      yield* until(() => server.openSockets() === 0)
      assert.strictEqual(server.connections(), 2)
    }).pipe(Effect.provide(caches({ clients: 1 }))))

  it.scoped("nothing is open when the caches are closed", () =>
    Effect.gen(function*() {
      const server = yield* localDynamoDB
      const scope = yield* Scope.make()
      const context = yield* Layer.buildWithScope(caches({ resources: 2, clients: 2 }), scope)
      yield* Effect.forEach(
        Array.from({ length: 20 }, (_, n) => n % 5),
        (n) =>
          ResourceCache.withResource(
            DynamoDBDocumentResource,
            { ...server.config, maxAttempts: 1 + n },
            (documents) => put(documents, { id: String(n) })
          ),
        { concurrency: 8 }
      ).pipe(Effect.provide(context))
      assert.strictEqual(server.puts().length, 20)
      yield* Scope.close(scope, Exit.void)
      yield* until(() => server.openSockets() === 0)
    }))

  it.effect("what is no document client cannot be put in", () =>
    Effect.gen(function*() {
      const base = new DynamoDBClient({ region: "us-east-1" })
      const key = ResourceCacheKey.make(DynamoDBDocumentResource, { region: "us-east-1" })
      assert.isFalse(key.accepts(base))
      assert.isFalse(key.accepts(DynamoDBDocumentClient.from(new DynamoDBClient({ region: "us-east-1" }))))
      const documents = DynamoDBDocument.from(new DynamoDBClient({ region: "us-east-1" }))
      yield* ResourceCache.add(key, documents)
      assert.strictEqual(yield* ResourceCache.resource(DynamoDBDocumentResource, { region: "us-east-1" }), documents)
    }).pipe(Effect.provide(caches())))

  it("where a package is missing, the error says what to install", async () => {
    const program = `
      import * as Effect from "effect/Effect"
      import { DynamoDBDocumentResource, ResourceCache, ResourceCacheLive } from "effect-aws-cache/ClientLayer"
      const resource = ResourceCache.resource(DynamoDBDocumentResource, { region: "us-east-1" })
      const error = await Effect.runPromise(Effect.provide(Effect.flip(resource), ResourceCacheLive))
      console.log(error._tag, error.message)
    `
    const run = async (refused: string) => {
      const hook = new URL("../../package/resolveHook.mjs", import.meta.url).href
      const { stdout } = await promisify(execFile)(
        process.execPath,
        ["--no-warnings", "--import", hook, "--input-type=module", "--eval", program],
        {
          cwd: fileURLToPath(new URL("../../..", import.meta.url)),
          env: { PATH: process.env["PATH"] ?? "", RESOLVED_URLS: "/dev/null", REFUSED_PACKAGES: refused }
        }
      )
      return stdout
    }
    const install = "npm install @aws-sdk/client-dynamodb @aws-sdk/lib-dynamodb"
    const [withoutClient, withoutDocument] = await Promise.all([run("^@aws-sdk/"), run("^@aws-sdk/lib-dynamodb")])
    assert.match(withoutClient, /^ClientBuildError /)
    assert.include(withoutClient, install)
    assert.match(withoutDocument, /^ResourceBuildError /)
    assert.include(withoutDocument, install)
  })
})

describe("a resource of one's own", () => {
  // Document clients change their client, so these are over one that they share among themselves, and with nobody else.
  const Users = ResourceDefinition.make({
    name: "Users",
    client: DynamoDBClient,
    ownClient: () => "documents",
    options: Schema.Struct({ table: Schema.String }),
    make: (client, { table }) => {
      const people = new Table({
        documentClient: DynamoDBDocumentClient.from(client, { marshallOptions: { removeUndefinedValues: true } }),
        name: table,
        partitionKey: { name: "id", type: "string" }
      })
      return new Entity({
        name: "User",
        table: people,
        schema: item({ id: string().key(), name: string(), born: number().optional() }),
        timestamps: false
      })
    }
  })

  it.scoped("dynamodb-toolbox: an entity on a cached client", () =>
    Effect.gen(function*() {
      const server = yield* localDynamoDB
      const use = <A>(table: string, f: (users: ResourceOf<typeof Users>) => Promise<A>) =>
        ResourceCache.withResource(
          Users,
          server.config,
          (users) => Effect.tryPromise({ try: () => f(users), catch: (error) => error }),
          { table }
        )
      yield* use("people", (users) => users.build(PutItemCommand).item({ id: "ada", name: "Ada", born: 1815 }).send())
      const { Item: ada } = yield* use("people", (users) => users.build(GetItemCommand).key({ id: "ada" }).send())
      assert.deepStrictEqual(ada, { id: "ada", name: "Ada", born: 1815 })
      const elsewhere = yield* use("pets", (users) => users.build(GetItemCommand).key({ id: "ada" }).send())
      assert.isUndefined(elsewhere.Item)
      const wrong = yield* Effect.flip(
        use("people", (users) => Promise.resolve().then(() => users.build(GetItemCommand).send()))
      )
      assert.instanceOf(wrong, DynamoDBToolboxError)
      const { computations, hits } = yield* ResourceCache.stats
      assert.deepStrictEqual({ computations, hits }, { computations: 2, hits: 2 })
      assert.strictEqual((yield* ClientCache.stats).computations, 1)
      assert.strictEqual(server.connections(), 1)
      assert.notStrictEqual(
        yield* ClientCache.client(DynamoDBClient, server.config),
        (yield* ClientCache.values)[0]
      )
    }).pipe(Effect.provide(caches())))
})
