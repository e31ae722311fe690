/**
 * What pages say of Effect 3 that is otherwise for Effect 4, by page: each text, and what takes its place. One that is not
 * there any more fails.
 */

const packages = "effect@3 @effect/platform@0.97"
const install = [`effect-aws-cache@1 ${packages}`, "effect-aws-cache@2 effect@4"]
const tests = ["@effect/vitest@0.30 vitest@3", "@effect/vitest@4 vitest@5"]
const node = ["@effect/platform-node@0.108", "@effect/platform-node@4.1"]
const telemetry = ["@effect/opentelemetry@0.64", "@effect/opentelemetry@4.1"]
/** What is right on both. */
const asItIs = (text) => [text, text]

/** On every page, and in every docstring. */
export const everywhere = [
  [/`KeyValueStore` of(\s+)`@effect\/platform`/g, "`KeyValueStore` of$1Effect"],
  [/`@effect\/platform\/MsgPack`/g, "`msgpackr`"],
  [/`@effect\/rpc`/g, "`effect/rpc`"]
]

export const texts = {
  "docs/redis.md": [
    [
      "It is in `@effect/experimental`: `PersistedCache.make`, over `layerResult` of `@effect/experimental/Persistence/Redis`, by ioredis.",
      "It is in `effect/persistence`: `PersistedCache.make`, over `Persistence.layerRedis` and the `NodeRedis` of `@effect/platform-node`."
    ]
  ],
  "CHANGELOG.md": [
    [
      "## 1.0.0\n\nThe first release, for Effect 3 from 3.22 on,",
      "## 2.0.0\n\nThe first release for Effect 4, from 4.1 on,"
    ],
    [
      "2.0.0 is the same for Effect 4, from 4.1 on: made of the same sources, with the same tests, and with pages of its own. Programs on\nboth",
      "1.0.0 is the same for Effect 3, from 3.22 on: both are made of the same sources, with the same tests. Programs on\nboth"
    ],
    asItIs("A documentation site for Effect 3"),
    [/- `layerInstance` and `layerBorrowed` share clients[^]*?(?=\n-|\n\n)\n/, ""],
    ["There keys that are plain objects", "For Effect 4 keys that are plain objects"],
    ["is a persistence for `@effect/experimental`", "is a persistence for Effect's own"],
    [
      "### Clients (`effect-aws-cache/ClientLayer`, `effect-aws-cache/effect-aws`)",
      "### Clients (`effect-aws-cache/ClientLayer`)"
    ]
  ],
  "src/Ttl/dict/Dict.ts": [
    [
      "Keys are found as a `Map` finds them, but for objects that\n * implement Effect's `Equal`, which are found by structure.",
      "Keys are found as Effect's `Equal`\n * compares them: plain objects too by what is in them."
    ]
  ],
  "src/ClientLayer/resource/ResourceCacheKey.ts": [
    ["is `Left`.", "is a failure."]
  ],
  "src/ClientLayer/key/ClientCacheKey.ts": [
    ["is `Left`.", "is a failure."]
  ],
  "src/S3Store/verbs/S3CacheVerbs.ts": [
    ["fiber (its interruption, its other `FiberRef`s, its span)", "fiber (its interruption, its span)"]
  ],
  "docs/coming-from-python.md": [
    [
      "any value is a key, found as in a `Map`; `Data.struct`s by structure, and in classes all keys",
      "any value is a key, found by what is in it"
    ]
  ],
  "README.md": [
    [
      "For Effect 3, Node 20 and newer. (For Effect 4: version 2.)",
      "For Effect 4, Node 20 and newer. (For Effect 3: version 1.)"
    ],
    install,
    node,
    [/\| clients shared with the `@effect-aws` packages.*\n/, ""],
    tests,
    [
      `Version 1 is for Effect 3, from 3.22 on; version 2, from the same sources, for Effect 4. Mind the versions: without them npm picks
packages for Effect 4, and refuses to install them beside this one (\`ERESOLVE\`). If they are forced in, imports fail with the path of
a file \`needsEffect3.js\`.`,
      `Version 2 is for Effect 4, from 4.1 on; version 1, from the same sources, for Effect 3. Both read what the other has written. Beside
the wrong Effect npm refuses to install them (\`ERESOLVE\`). If it is forced in, imports fail with the path of a file
\`needsEffect4.js\`. On Node 20 npm warns (\`EBADENGINE\`), since \`vitest@5\` and \`@effect/platform-node@4.1\` ask for Node 22.12
and 22.19; this package does not.`
    ],
    [" For `@effect/platform`'s own declarations, `skipLibCheck: false` needs `\"DOM\"` in `lib`.", ""]
  ],
  "docs/architecture.md": [asItIs("the sources are written for Effect 3")],
  "docs/clients.md": [[/\n## With `@effect-aws`\n[^]*?(?=\n## |$)/, ""]],
  "docs/coming-from.md": [
    ["\"There\" is Effect 3.22 and", "\"There\" is Effect 4.1 and"],
    [
      "| when the first who asked is interrupted, the others get their value | better    | there they are interrupted, too                                                     |",
      "| when the first who asked is interrupted, the others get their value | same      |                                                                                     |"
    ],
    [
      "| what is set while the key is computed stays                         | better    | there the computed value, which is older, takes its place                           |",
      "| what is set while the key is computed stays                         | same      |                                                                                     |"
    ],
    [
      "| what is removed while it is computed is not kept                    | better    | there it is                                                                         |",
      "| what is removed while it is computed is not kept                    | same      |                                                                                     |"
    ],
    ["`ExceededCapacityException`", "`ExceededCapacityError`"],
    ["yield* before.get(1)", "yield* Cache.get(before, 1)"]
  ],
  "docs/dictionaries.md": [
    [
      `There plain objects, dates, bytes and
their like are compared by identity, as in a \`Map\`. Take strings, or what Effect compares by structure: \`Data.struct\`, a
\`Data.Class\`, a \`Schema.Class\`.`,
      "There keys are\ncompared as Effect compares them: plain objects, arrays and instances of classes by what is in them, dates and maps too."
    ],
    [
      `A key with something else in it, such as an instance of a class of
your own that has no \`Equal\`, would`,
      "A key with something else in it, such as a promise or a `WeakMap`, would"
    ],
    ["assert.equal(sizes.get({ team: \"core\" }), undefined)", "assert.equal(sizes.get({ team: \"core\" }), 3)"]
  ],
  "docs/entry-format.md": [asItIs("for Effect 3 and for Effect 4")],
  "docs/errors.md": [
    [
      "of the unions, for `HttpApiEndpoint.addError` and\n",
      "of the unions, for `HttpApiEndpoint` (of a union there all\n`members`, or it has one status) and "
    ],
    [
      "import { HttpApiEndpoint, HttpApiSchema } from \"@effect/platform\"",
      "import { HttpApiEndpoint, HttpApiSchema } from \"effect/http-api\""
    ],
    [
      `class Unavailable extends Schema.TaggedError<Unavailable>()(
  "Unavailable",
  { reason: Schema.String },
  HttpApiSchema.annotations({ status: 503 })
) {}

const getName = HttpApiEndpoint.get("getName", "/names/:id")
  .setPath(Schema.Struct({ id: Schema.String }))
  .addSuccess(Schema.String)
  .addError(CacheNotFoundError)
  .addError(Unavailable)
`,
      `class Unavailable extends Schema.TaggedError<Unavailable>()("Unavailable", { reason: Schema.String }) {}

const getName = HttpApiEndpoint.get("getName", "/names/:id", {
  params: { id: Schema.String },
  success: Schema.String,
  error: [CacheNotFoundError, Unavailable.pipe(HttpApiSchema.status(503))]
})
`
    ]
  ],
  "docs/getting-started.md": [
    [
      "Without a bucket's name the program ends with `Missing data at S3_CACHE_BUCKET`.",
      "Without a bucket's name the program ends with `Expected string` at `S3_CACHE_BUCKET`."
    ],
    ["The imports of `NodeContext` and `Layer` may go.", "The imports of `NodeServices` and `Layer` may go."],
    install,
    node,
    [
      "Mind the versions: this library is for Effect 3, and without them npm takes Effect 4. `tsx` runs TypeScript as it is.",
      "Version 2 of this library is for Effect 4. `tsx` runs TypeScript as it is."
    ]
  ],
  "docs/keyspaces.md": [
    ["Effect.flatMap(Members.keyEither)", "Effect.flatMap((key) => Effect.fromResult(Members.keyEither(key)))"],
    ["\"ParseError\"", "\"SchemaError\""]
  ],
  "docs/metrics.md": [asItIs("`@effect/opentelemetry` exports them"), [
    "the versions that fit Effect 3",
    "the versions that fit Effect 4"
  ]],
  "docs/recipes/http.md": [
    ["With `@effect/platform`,", "With Effect's own server,"],
    [
      "Teams.keyEither(new URL(request.url).searchParams.get(\"name\")).pipe(",
      "Effect.fromResult(Teams.keyEither(new URL(request.url).searchParams.get(\"name\"))).pipe("
    ],
    [
      "Greetings.keyEither(new URL(url, \"http://localhost\").searchParams.get(\"name\")).pipe(",
      "Effect.fromResult(Greetings.keyEither(new URL(url, \"http://localhost\").searchParams.get(\"name\"))).pipe("
    ]
  ],
  "docs/recipes/lambda.md": [install],
  "docs/recipes/metrics.md": [
    [
      "npm install @effect/opentelemetry@0.64 @opentelemetry/api@1",
      "npm install @effect/opentelemetry@0.64 @opentelemetry/api-logs@0 @opentelemetry/sdk-logs@0 @opentelemetry/api@1"
    ],
    telemetry,
    ["the version for\nEffect 3:", "the version for\nEffect 4:"],
    asItIs("by `@effect/opentelemetry`"),
    asItIs("from \"@effect/opentelemetry/NodeSdk\""),
    ["`@effect/opentelemetry/Otlp`", "`effect/observability/Otlp`"]
  ],
  "docs/s3-cache.md": [
    ["`RequestResolver` of\n`@effect/experimental` use.", "`RequestResolver` of\nEffect use."]
  ],
  "docs/spans.md": [telemetry, asItIs("@effect/opentelemetry")],
  "docs/stores.md": [
    ["or with TimeoutException", "or with TimeoutError"],
    [
      "- **All else**, such as log annotations and other `FiberRef`s, is of where the store was made. Its span is a root of its own,\n  [linked to that of the caller](spans.md).",
      "- **References**, such as log annotations, are services in Effect 4, and come along with those. In a function that was memoized\n  they are of there. The span is a root of its own, [linked to that of the caller](spans.md)."
    ],
    [
      `Keys are found as a \`Map\` finds them. Two plain objects are two keys, even when they look alike: they are compared by
identity. Take a string, \`Data.struct\`, a \`Data.Class\` or a \`Schema.Class\`: these are compared by what is in them.`,
      `Keys are compared as Effect compares them: plain objects, arrays, dates and instances of classes are one key when they look alike.
What has been changed since it was a key is not found.`
    ],
    ["\"lost: nobody has this object any more\"", "\"found, and written over\""],
    [
      "{ batching: true })` the requests of all that\n  are missing go to their resolver as one batch.",
      "{ concurrency: \"unbounded\" })` the requests of all\n" +
      "  that are missing go to their resolver as one batch. A resolver that asks for other keys of its batch waits for itself."
    ],
    ["[false, true]", "[true, true]"]
  ],
  "docs/testing.md": [
    ["`Effect.yieldNow()` or", "`Effect.yieldNow` or"],
    ["in the versions for Effect 3.", "in the versions for Effect 4."],
    tests
  ],
  "docs/troubleshooting.md": [
    [
      "| `Missing data at S3_CACHE_BUCKET: \"Expected S3_CACHE_BUCKET to exist in the process context\"` |",
      "| `ConfigError: SchemaError(Expected string at [\"S3_CACHE_BUCKET\"])` |"
    ],
    [
      "- Keys are plain objects in a `Store` or a `TtlDict.make`: these compare by identity. Take strings or `Data.struct`\n  ([keys](stores.md#keys)).\n",
      "- Keys have been changed since they were written, or are functions ([keys](stores.md#keys)).\n"
    ],
    ["`Layer.provide(NodeContext.layer)`", "`Layer.provide(NodeServices.layer)`"],
    ["`@effect/platform/FileSystem`, `@effect/platform/Path`", "`effect/FileSystem`, `effect/Path`"],
    [
      `This library is for Effect 3: \`npm install ${packages}\``,
      "Version 2 of this library is for Effect 4: `npm install effect@4`"
    ],
    tests,
    [
      `### \`Cannot find module '…/effect/dist/…' imported from …/needsEffect3.js\`

Effect 4 is installed`,
      `### \`Package subpath './Version' is not defined by "exports" in …/effect/package.json imported from …/needsEffect4.js\`

Effect 3 is installed`
    ],
    [
      `\`npm install ${packages}\` puts it right. An Effect 3 that`,
      "`npm install effect@4` puts it right. An Effect 4 that"
    ],
    ["needs Effect 3, from 3.22.0 on", "needs Effect 4, from 4.1.0 on"]
  ],
  "src/Cache/Store.ts": [
    [
      "Keys are found as a `Map` finds them, but for objects that implement Effect's `Equal` (`Data.struct`, `Data.Class`,",
      "Keys are found as Effect's `Equal` compares them: plain objects too, and others (`Data.Class`,"
    ],
    ["are in one batch (`batching: true`)", "run side by side (`concurrency`)"],
    [
      "Effect.withConfigProvider(ConfigProvider.fromMap(new Map([[\"ANSWERS_TTL\", \"5 minutes\"]])))",
      "Effect.provide(ConfigProvider.layer(ConfigProvider.fromUnknown({ ANSWERS_TTL: \"5 minutes\" })))"
    ]
  ],
  "src/Cache/keys/keyEquality.ts": [asItIs("are not structural in Effect 3")],
  "src/ErrorSchemas/index.ts": [
    [
      `import { HttpApiEndpoint, HttpApiSchema } from "@effect/platform"
 * import { Schema } from "effect"`,
      `import { Schema } from "effect"`
    ],
    [
      "import * as ErrorSchemas from \"effect-aws-cache/ErrorSchemas\"\n",
      "import * as ErrorSchemas from \"effect-aws-cache/ErrorSchemas\"\n * import { HttpApiEndpoint } from \"effect/http-api\"\n"
    ],
    [
      `HttpApiEndpoint.get("report")\`/reports/\${HttpApiSchema.param("id", Schema.String)}\`
 *   .addSuccess(Schema.String)
 *   .addError(ErrorSchemas.CacheNotFoundError) // 404
 *   .addError(ErrorSchemas.ObjectStoreError) // 503
`,
      `HttpApiEndpoint.get("report", "/reports/:id", {
 *   params: { id: Schema.String },
 *   success: Schema.String,
 *   error: [ErrorSchemas.CacheNotFoundError, ErrorSchemas.ObjectStoreError] // 404 and 503
 * })
`
    ]
  ],
  "src/Keyv/s3CacheStorage.ts": [
    ["import { Layer, ManagedRuntime } from", "import { Effect, Layer, ManagedRuntime, Scope } from"],
    ["Layer.scope)", "Layer.effect(Scope.Scope, Effect.scope))"]
  ],
  "src/S3Store/S3Persistence.ts": [
    [/`@effect\/experimental` is loaded/, "`effect/persistence` is loaded"],
    [/(?<=of )`@effect\/experimental`/, "`effect/persistence`"],
    ["option: \"@effect/experimental\"", "option: \"effect/persistence\""],
    [
      `class GetName extends Schema.TaggedRequest<GetName>()("GetName", {
 *   payload: { id: Schema.Number },
 *   success: Schema.String,
 *   failure: Schema.Never
 * }) {
 *   [PrimaryKey.symbol]() {
 *     return String(this.id)
 *   }
 * }
`,
      `class GetName extends Persistable.Class<{ payload: { readonly id: number } }>()("GetName", {
 *   primaryKey: ({ id }) => String(id),
 *   success: Schema.String
 * }) {}
`
    ],
    [
      ` * import { ResultPersistence } from "@effect/experimental/Persistence"
 * import { Effect, Exit, Option, PrimaryKey, Schema } from "effect"
`,
      ` * import { Effect, Exit, Schema } from "effect"
`
    ],
    [
      " * import * as assert from",
      " * import * as Persistable from \"effect/persistence/Persistable\"\n * import { Persistence } from \"effect/persistence/Persistence\"\n * import * as assert from"
    ],
    ["yield* ResultPersistence\n", "yield* Persistence\n"],
    ["Option.some(Exit.succeed(\"Ada\")))", "Exit.succeed(\"Ada\"))"]
  ],
  "src/S3Store/service/ObjectStoreTag.ts": [
    ["import { Effect, Layer, Option } from", "import { Effect, Layer } from"],
    ["Option.some(\"hello\")", "\"hello\""]
  ]
}
