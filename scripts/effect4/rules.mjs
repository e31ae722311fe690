/**
 * What is called otherwise in Effect 4: tables by the module of Effect 3. A rule is another name, `{ module, name }` for
 * one of another module, or `{ text }` for what is no name. `~/` is the folder of tests.
 */

/** Modules that moved, and what their namespaces are called then. */
export const modules = {
  "effect/ConfigError": "effect/Config",
  "effect/Either": { module: "effect/Result", alias: "Result" },
  "effect/ParseResult": { module: "effect/SchemaIssue", alias: "SchemaIssue" },
  "effect/FastCheck": "fast-check",
  "effect/TestClock": "effect/testing/TestClock",
  "@effect/experimental/PersistedCache": "effect/persistence/PersistedCache",
  "@effect/experimental/Persistence": "effect/persistence/Persistence",
  "@effect/opentelemetry/Otlp": "effect/observability/Otlp",
  "@effect/platform/Error": "effect/PlatformError",
  "@effect/platform/FetchHttpClient": "effect/http/FetchHttpClient",
  "@effect/platform/FileSystem": "effect/FileSystem",
  "@effect/platform/HttpClient": "effect/http/HttpClient",
  "@effect/platform/HttpClientResponse": "effect/http/HttpClientResponse",
  "@effect/platform/KeyValueStore": "effect/persistence/KeyValueStore",
  "@effect/platform/Path": "effect/Path",
  ...Object.fromEntries(
    ["Rpc", "RpcClient", "RpcGroup", "RpcServer"].map((name) => [`@effect/rpc/${name}`, `effect/rpc/${name}`])
  ),
  "@effect/platform-node/NodeContext": { module: "@effect/platform-node/NodeServices", alias: "NodeServices" }
}

export const values = {
  "effect/Cause": {
    failureOption: "findErrorOption",
    isDie: "hasDies",
    isFailure: "hasFails",
    isInterrupted: "hasInterrupts",
    isInterruptedOnly: "hasInterruptsOnly",
    sequential: "combine",
    parallel: "combine"
  },
  "effect/Chunk": { unsafeFromArray: "fromArrayUnsafe", unsafeGet: "getUnsafe", unsafeHead: "headUnsafe" },
  "effect/Config": {
    boolean: "Boolean",
    duration: "Duration",
    integer: "Int",
    nonEmptyString: "NonEmptyString",
    number: "Number",
    string: "String"
  },
  "effect/Context": { GenericTag: "Service", isTag: "isKey" },
  "effect/DateTime": { unsafeMake: "makeUnsafe" },
  "effect/Deferred": { unsafeDone: "doneUnsafe", unsafeMake: "makeUnsafe" },
  "effect/Duration": { decode: "fromInputUnsafe", decodeUnknown: "fromInput" },
  "effect/Effect": {
    async: "callback",
    catchAll: "catch",
    catchAllCause: "catchCause",
    catchAllDefect: "catchDefect",
    clock: { module: "effect/Clock", name: "Clock" },
    either: "result",
    fork: "forkChild",
    forkDaemon: "forkDetach",
    makeLatch: { module: "effect/Latch", name: "make" },
    makeSemaphore: { module: "effect/Semaphore", name: "make" },
    mapInputContext: "updateContext",
    runtime: "context",
    tapErrorCause: "tapCause",
    unsafeMakeLatch: { module: "effect/Latch", name: "makeUnsafe" },
    unsafeMakeSemaphore: { module: "effect/Semaphore", name: "makeUnsafe" },
    withFiberRuntime: "withFiber",
    zipRight: "andThen"
  },
  "effect/Either": {
    filterOrLeft: "filterOrFail",
    getLeft: "getFailure",
    getRight: "getSuccess",
    isEither: "isResult",
    isLeft: "isFailure",
    isRight: "isSuccess",
    left: "fail",
    mapLeft: "mapError",
    right: "succeed"
  },
  "effect/ExecutionStrategy": { parallel: { text: "\"parallel\"" }, sequential: { text: "\"sequential\"" } },
  "effect/Exit": {
    causeOption: "getCause",
    isInterrupted: "hasInterrupts"
  },
  "effect/HashMap": { unsafeGet: "getUnsafe" },
  "effect/Inspectable": { toJSON: "toJson" },
  "effect/Layer": {
    scoped: "effect",
    scopedContext: "effectContext",
    scopedDiscard: "effectDiscard",
    unwrapEffect: "unwrap",
    unwrapScoped: "unwrap"
  },
  "effect/LogLevel": {
    greaterThanEqual: "isGreaterThanOrEqualTo",
    ...Object.fromEntries(["All", "Debug", "Error", "Info", "None"].map((name) => [name, { text: `"${name}"` }])),
    Warning: { text: "\"Warn\"" }
  },
  "effect/Logger": { logfmtLogger: "formatLogFmt", stringLogger: "formatSimple", structuredLogger: "formatStructured" },
  "effect/Option": { fromNullable: "fromNullishOr", getRight: "getSuccess" },
  "effect/Predicate": { isNullable: "isNullish", isObject: "isObjectKeyword", isRecord: "isObject" },
  "effect/Queue": { unsafeOffer: "offerUnsafe" },
  "effect/Ref": { unsafeMake: "makeUnsafe" },
  "effect/Runtime": { runPromise: { module: "effect/Effect", name: "runPromiseWith" } },
  "effect/Schema": {
    BigDecimal: "BigDecimalFromString",
    BigInt: "BigIntFromString",
    BigIntFromSelf: "BigInt",
    Date: "DateFromString",
    Defect: { text: "Schema.Defect()" },
    DateFromSelf: "Date",
    DurationFromSelf: "Duration",
    Enums: "Enum",
    // What is written as JSON goes through `Schema.toCodecJson`, which has a form for these.
    Option: "Option",
    OptionFromSelf: "Option",
    Redacted: "Redacted",
    RedactedFromSelf: "Redacted",
    Set: "ReadonlySet",
    URL: "URL",
    URLFromSelf: "URL",
    Uint8Array: "Uint8Array",
    Uint8ArrayFromSelf: "Uint8Array",
    decode: "decodeEffect",
    decodeEither: "decodeResult",
    decodeUnknown: "decodeUnknownEffect",
    decodeUnknownEither: "decodeUnknownResult",
    encode: "encodeEffect",
    encodeEither: "encodeResult",
    encodeUnknown: "encodeUnknownEffect",
    encodeUnknownEither: "encodeUnknownResult",
    parseJson: "fromJsonString",
    typeSchema: "toType"
  },
  "effect/Scope": { extend: "provide" },
  "effect/Stream": { flattenIterables: "flattenIterable", unwrapScoped: "unwrap" },
  "effect/TestContext": { TestContext: { module: "effect/testing/TestClock", name: "layer", isCalled: true } },
  "effect/TestClock": { currentTimeMillis: { module: "effect/Clock", name: "currentTimeMillis" } }
}

/** Names that tests use, by what is instead of them in `scripts/effect4/test/support/effect4.ts`. */
const forTests = {
  "effect/Arbitrary": ["make"],
  "effect/Cache": ["make"],
  "effect/Cause": ["dieOption"],
  "effect/Chunk": ["toReadonlyArray"],
  "effect/Clock": ["make"],
  "effect/Config": ["array", "literal"],
  "effect/ConfigProvider": ["fromMap"],
  "effect/Data": ["array", "struct", "tuple"],
  "effect/Duration": ["decodeUnknown"],
  "effect/Effect": [
    "EffectTypeId",
    "forkAll",
    "locally",
    "timeoutTo",
    "withClock",
    "withConfigProvider",
    "withMaxOpsBeforeYield",
    "withRandom",
    "withScheduler",
    "zipLeft"
  ],
  "effect/Exit": ["flatten"],
  "effect/Fiber": ["all", "interrupt", "interruptFork", "poll"],
  "effect/FiberRef": ["get", "make", "unsafeMake"],
  "effect/Layer": ["scope", "setConfigProvider", "setTracer"],
  "effect/Logger": ["minimumLogLevel", "none", "prettyLogger", "remove", "replace", "withMinimumLogLevel"],
  "effect/Metric": ["tagged"],
  "effect/Random": ["make"],
  "effect/Request": ["TaggedClass", "complete"],
  "effect/RequestResolver": ["fromEffect", "makeBatched"],
  "effect/Schema": ["Data", "Positive", "filter", "lessThan", "minLength", "positive", "transform"],
  "effect/ScopedCache": ["make"]
}

/** The same as rules: `Fiber.all` is `allOfFiber`. */
export const inTests = Object.fromEntries(
  Object.entries(forTests).map(([module, names]) => [
    module,
    Object.fromEntries(
      names.map((
        name
      ) => [name, { module: "~/support/effect4.js", name: `${name}Of${module.split("/").at(-1)}` }])
    )
  ])
)

/** Names that are there in Effect 4 and mean something else. Each use needs a rule. */
export const changed = {
  "effect/Effect": ["when", "repeatN"],
  "effect/Predicate": ["isObject"],
  "effect/Schema": [
    "BigInt",
    "Date",
    "HashMap",
    "Literal",
    "Option",
    "Record",
    "Redacted",
    "Tuple",
    "Union",
    "Uint8Array",
    "URL"
  ]
}

export const types = {
  "effect/Cause": { TimeoutException: "TimeoutError", UnknownException: "UnknownError" },
  "effect/Config": { "Config.Success": "Success", "Config.Wrap": "Wrap" },
  "effect/Context": {
    ReadonlyTag: "Key",
    Tag: "Key",
    "Tag.Identifier": "Service.Identifier",
    "Tag.Service": "Service.Shape",
    TagClass: "ServiceClass"
  },
  "effect/Duration": { DurationInput: "Input" },
  "effect/Effect": {
    "Effect.Context": "Services",
    "Effect.Error": "Error",
    "Effect.Success": "Success",
    Latch: { module: "effect/Latch", name: "Latch" },
    Semaphore: { module: "effect/Semaphore", name: "Semaphore" }
  },
  "effect/Either": { Either: "Result" },
  "effect/Fiber": { RuntimeFiber: "Fiber" },
  "effect/Metric": { "Metric.Counter": "Counter" },
  "effect/Schema": { Schema: "Codec", "Schema.AnyNoContext": { text: "Schema.Codec<any, any>" } },
  "effect/Scope": { CloseableScope: "Closeable" }
}

/** Names of whatever has them, wherever they stand. */
export const identifiers = {
  unsafeCurrentTimeMillis: "currentTimeMillisUnsafe",
  unsafeCurrentTimeNanos: "currentTimeNanosUnsafe",
  unsafePoll: "pollUnsafe"
}

/** Methods of whatever has them. */
export const methods = { annotations: "annotate" }

/** Fields of an `Either`, in files that have to do with one: the types tell where something else was meant. */
export const outcomes = { left: "failure", right: "success" }

/** Properties of what has a certain name. */
export const receivers = { it: { scoped: "effect", scopedLive: "live" } }

const handlers = { onLeft: "onFailure", onRight: "onSuccess" }
const withHandlers = (call, edit) => {
  for (const { properties = [] } of call.arguments) {
    for (const { key } of properties) if (Object.hasOwn(handlers, key?.name ?? "")) edit.put(key, handlers[key.name])
  }
}

const asList = (call, edit) => {
  const [first] = call.arguments
  if (call.arguments.length === 1 && first.type === "ArrayExpression") return
  if (first === undefined) return edit.remove(call.end - 1, call.end - 1)
  edit.before(first, "[")
  edit.after(call.arguments.at(-1), "]")
}

/** `{ key, value }` -> `key, value` */
const apart = (call, edit) => {
  const [given] = call.arguments
  const values = given.properties.map((property) => property.value)
  edit.remove(given.start, values[0].start)
  for (const [at, value] of values.entries()) {
    const next = values[at + 1]
    edit.remove(value.end, next?.start ?? given.end)
    if (next !== undefined) edit.after(value, ", ")
  }
}

const removeProperty = ({ properties }, at, edit) => {
  const [before, it, after] = [properties[at - 1], properties[at], properties[at + 1]]
  edit.remove(before?.end ?? it.start, before === undefined ? after?.start ?? it.end : it.end)
}

/** `Schema.filter(...)` -> `Schema.check(Schema.isSo(...))` */
const asCheck = (call, edit, name) => {
  edit.before(call.arguments[0], `Schema.${name}(`)
  edit.after(call.arguments.at(-1), ")")
  return "check"
}

/** `Effect.forkIn(effect, scope)`: the fiber can be interrupted where the one that starts it can. */
const inheriting = (name) => (call, edit) => {
  edit.after(call.arguments.at(-1), ", { uninterruptible: \"inherit\" }")
  return name
}

/**
 * Calls that have another form. Each is given the call, what edits it, and the node around it, and gives the new name, or
 * `undefined` where that is in `values`.
 */
export const calls = {
  "@effect/platform-node/NodeRuntime": {
    // Loggers are pretty only where they are asked to be.
    runMain: (call, edit) => {
      const options = call.arguments.find(({ type }) => type === "ObjectExpression")
      const at = options?.properties.findIndex(({ key }) => key?.name === "disablePrettyLogger") ?? -1
      if (at >= 0) removeProperty(options, at, edit)
      return "runMain"
    }
  },
  "effect/Cause": {
    // What causes errors is always shown.
    pretty: (call, edit) => {
      const [cause, options] = call.arguments
      if (options !== undefined) edit.remove(cause.end, options.end)
      return "pretty"
    }
  },
  "effect/Context": {
    // `Context.Tag(id)<Self, Shape>()` -> `Context.Service<Self, Shape>()(id)`
    Tag: (call, edit, parent) => {
      edit.remove(call.callee.end, call.end)
      edit.after(parent, `(${call.arguments.map(edit.source).join(", ")})`)
      return "Service"
    }
  },
  "effect/Effect": {
    catchTag: (call, edit) => {
      const tags = call.arguments.filter(({ type }) => type === "Literal")
      if (tags.length > 1) {
        edit.before(tags[0], "[")
        edit.after(tags.at(-1), "]")
      }
      return "catchTag"
    },
    ignoreLogged: (call, edit) => {
      edit.after(call.arguments[0], ", { log: true }")
      return "ignore"
    },
    dieMessage: (call, edit) => {
      edit.before(call.arguments[0], "new Error(")
      edit.after(call.arguments[0], ")")
      return "die"
    },
    forkDaemon: inheriting("forkDetach"),
    forkIn: inheriting("forkIn"),
    forkScoped: inheriting("forkScoped"),
    gen: (call, edit) => {
      const [self] = call.arguments
      if (self.type === "ThisExpression") edit.put(self, "{ self: this }")
      return "gen"
    },
    repeatN: (call, edit) => {
      edit.before(call.arguments.at(-1), "{ times: ")
      edit.after(call.arguments.at(-1), " }")
      return "repeat"
    },
    timeoutFail: (call, edit) => {
      for (const { key, value } of call.arguments.at(-1).properties) {
        if (key.name !== "onTimeout") continue
        edit.put(key, "orElse")
        edit.before(value.body, "Effect.fail(")
        edit.after(value.body, ")")
      }
      return "timeoutOrElse"
    },
    when: (call, edit) => {
      const condition = call.arguments.at(-1)
      edit.before(condition, "Effect.sync(")
      edit.after(condition, ")")
      return "when"
    },
    // What says whether a stack is captured is an argument of its own.
    withSpan: (call, edit) => {
      if (call.arguments.length === 3) return "withSpan"
      const options = call.arguments.find(({ type }) => type === "ObjectExpression")
      const at = options?.properties.findIndex(({ key }) => key?.name === "captureStackTrace") ?? -1
      if (at < 0) return "withSpan"
      removeProperty(options, at, edit)
      edit.after(options, `, { ${edit.source(options.properties[at])} }`)
      return "withSpan"
    },
    yieldNow: (call, edit) => edit.remove(call.callee.end, call.end) && "yieldNow"
  },
  // Plain objects are compared by what is in them.
  "effect/Data": {
    struct: (call, edit, parent) => {
      if (parent?.type !== "ArrowFunctionExpression") {
        edit.remove(call.callee.end, call.arguments[0].start)
        edit.remove(call.arguments[0].end, call.end)
      }
      return { text: "" }
    }
  },
  "effect/Either": { mapBoth: withHandlers, match: withHandlers },
  "effect/Random": {
    // The upper bound is among what is drawn, where nothing is said.
    nextIntBetween: (call, edit) => (edit.after(call.arguments.at(-1), ", { halfOpen: true }"), "nextIntBetween")
  },
  "effect/Metric": {
    tagged: (call, edit) => {
      const [name, value] = call.arguments.slice(-2)
      edit.before(name, "{ ")
      edit.remove(name.end, value.start)
      edit.after(name, ": ")
      edit.after(value, " }")
      return "withAttributes"
    }
  },
  "effect/Schema": {
    Literal: (call, edit) => {
      if (call.arguments.length === 1) return "Literal"
      asList(call, edit)
      return "Literals"
    },
    // In the form that it has in JSON.
    Exit: (call, edit) => {
      apart(call, edit)
      edit.before(call, "Schema.toCodecJson(")
      edit.after(call, ")")
      return "Exit"
    },
    HashMap: (call, edit) => (apart(call, edit), "HashMap"),
    Map: (call, edit) => (apart(call, edit), "ReadonlyMap"),
    Record: (call, edit) => (apart(call, edit), "Record"),
    Tuple: (call, edit) => (asList(call, edit), "Tuple"),
    Union: (call, edit) => (asList(call, edit), "Union"),
    between: (call, edit) => {
      const [minimum, maximum] = call.arguments
      edit.before(minimum, "Schema.isBetween({ minimum: ")
      edit.before(maximum, "maximum: ")
      edit.after(maximum, " })")
      return "check"
    },
    pattern: (call, edit) => asCheck(call, edit, "isPattern"),
    maxItems: (call, edit) => asCheck(call, edit, "isMaxLength"),
    maxLength: (call, edit) => asCheck(call, edit, "isMaxLength"),
    optionalWith: (call, edit) => {
      const [schema, options] = call.arguments
      if (edit.source(options) !== "{ exact: true }") return
      edit.remove(schema.end, options.end)
      return "optionalKey"
    }
  }
}
