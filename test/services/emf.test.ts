import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit, Schema, Scope, TestClock } from "effect"
import { Background, Store } from "effect-aws-cache/Cache"
import { Keyspace } from "effect-aws-cache/S3Store"
import { TtlDict } from "effect-aws-cache/Ttl"
import { emfNameOf, emfNamespace } from "../../src/Cache/metrics/EmfDocument.js"
import { type MetricDefinition, type MetricName, metricTable } from "../../src/Cache/metrics/metricTable.js"
import { makeS3CacheService } from "../../src/S3Store/cache/makeS3CacheService.js"
import { makeMemoryObjectStore } from "../../src/S3Store/objects/memoryObjectStore.js"

const Directive = Schema.Struct({
  Namespace: Schema.String,
  Dimensions: Schema.Array(Schema.Array(Schema.String)),
  Metrics: Schema.Array(Schema.Struct({
    Name: Schema.String,
    Unit: Schema.Literal("Seconds", "Bytes", "Count", "None")
  }))
})
const Line = Schema.Struct({
  _aws: Schema.Struct({
    Timestamp: Schema.Number,
    CloudWatchMetrics: Schema.Array(Directive)
  })
})

type Values = Readonly<Record<string, unknown>>

/** A line of a cache. */
interface Told {
  readonly dimensions: Values
  readonly at: number
  readonly values: Values
}

/** Checks a line against the specification of the format, and returns what is in it of a cache. */
const read = (line: string): Told => {
  const { _aws: { CloudWatchMetrics: [directive, ...more], Timestamp: at } } = Schema.decodeUnknownSync(
    Schema.parseJson(Line)
  )(line)
  assert.isAtMost(Buffer.byteLength(line), 256 * 1024)
  assert.isTrue(Number.isInteger(at))
  assert.deepStrictEqual(more, [])
  assert.strictEqual(directive?.Namespace, emfNamespace)
  const members: Values = JSON.parse(line)
  for (const dimensions of directive?.Dimensions ?? []) {
    assert.isAtMost(dimensions.length, 30)
    for (const name of dimensions) assert.match(String(members[name]), /^[\x20-\x7e]{1,1024}$/)
  }
  const names = directive?.Metrics.map(({ Name }) => Name) ?? []
  assert.isAtMost(names.length, 100)
  for (const name of names) {
    assert.isAtMost(name.length, 1024)
    const value = members[name]
    const values: ReadonlyArray<unknown> = Array.isArray(value) ? value : [value]
    assert.isTrue(values.length <= 100 && values.every((each) => typeof each === "number"), name)
  }
  const prefix = "effect_aws_cache."
  return {
    dimensions: Object.fromEntries((directive?.Dimensions.flat() ?? []).map((name) => [name, members[name]])),
    at,
    values: Object.fromEntries(names.map((name) => [name.slice(prefix.length), members[name]]))
  }
}

/** What is written to the standard output, of lines of a cache, while a scope lives. */
const linesOf = (cache: string) =>
  Effect.acquireRelease(
    Effect.sync(() => {
      const lines: Array<Told> = []
      const original = process.stdout.write
      process.stdout.write = (chunk: unknown, ...more: ReadonlyArray<unknown>): boolean => {
        const text = String(chunk)
        if (text.startsWith(`{"_aws":`) && text.includes(JSON.stringify(cache))) {
          lines.push(read(text))
          return true
        }
        return Reflect.apply(original, process.stdout, [chunk, ...more])
      }
      return { lines, original }
    }),
    ({ original }) => Effect.sync(() => (process.stdout.write = original))
  )

const combinations = (metric: MetricName): ReadonlyArray<string> => {
  const { labels }: MetricDefinition = metricTable[metric]
  const closed = Object.entries(labels).flatMap(([label, values]) =>
    typeof values === "string" ? [] : [[label, values] as const]
  )
  const all = closed.reduce<ReadonlyArray<Readonly<Record<string, string>>>>(
    (before, [label, values]) => before.flatMap((each) => values.map((value) => ({ ...each, [label]: value }))),
    [{}]
  )
  return all.map((labels) => emfNameOf(metric, labels))
}

describe("the embedded metric format", () => {
  it.scoped("tells what has happened since the last line, once a minute while something happens, and at the end", () =>
    Effect.gen(function*() {
      const { lines } = yield* linesOf("emf")
      const scope = yield* Scope.make()
      const store = yield* Scope.extend(Store.make<string, number>({ name: "emf", metrics: "emf", maxSize: 2 }), scope)
      yield* store.getOption("a")
      yield* store.getOrCompute("a", Effect.delay(Effect.succeed(1), "2 seconds")).pipe(
        Effect.fork,
        Effect.zipRight(TestClock.adjust("2 seconds"))
      )
      yield* store.get("a")
      assert.deepStrictEqual(lines, [])
      yield* TestClock.adjust("58 seconds")
      assert.deepStrictEqual(lines, [{
        dimensions: { "cache.name": "emf" },
        at: 60_000,
        values: {
          "lookups.hit.memory": 1,
          "lookups.miss": 2,
          "insertions.memory": 1,
          "entry.count": 1,
          "entry.limit": 2,
          "computation.duration.success": [2]
        }
      }])
      yield* TestClock.adjust("10 minutes")
      assert.strictEqual(lines.length, 1)
      yield* store.get("a")
      yield* TestClock.adjust("1 minute")
      assert.deepStrictEqual(lines[1], {
        dimensions: { "cache.name": "emf" },
        at: 720_000,
        values: { "lookups.hit.memory": 1 }
      })
      yield* store.set("b", 1)
      yield* Scope.close(scope, Exit.void)
      assert.deepStrictEqual(lines[2]?.values, { "insertions.memory": 1, "entry.count": 2 })
      assert.strictEqual(lines.length, 3)
    }))

  it.scoped("is written before a process is frozen: at the end of a settle, of one cache or of all", () =>
    Effect.gen(function*() {
      const { lines } = yield* linesOf("emf of settle")
      const name = "emf of settle"
      yield* Effect.gen(function*() {
        const store = yield* Store.make<string, number>({ name, metrics: "emf" })
        const dict = yield* TtlDict.make<string, number>({ name, metrics: "emf" })
        yield* store.getOption("a")
        yield* store.settle({ within: "1 second" })
        assert.deepStrictEqual(lines.map(({ values }) => values["lookups.miss"]), [1])
        yield* store.getOption("a")
        yield* dict.getOption("a")
        yield* Background.settle({ within: 0 })
        assert.deepStrictEqual(lines.map(({ values }) => values["lookups.miss"]), [1, 2])
        yield* Background.settle({ within: 0 })
        assert.strictEqual(lines.length, 2)
      }).pipe(Effect.provide(Background.layer))
    }))

  it.scoped("has one line for all caches of a name, and a part of many durations", () =>
    Effect.gen(function*() {
      const { lines } = yield* linesOf("emf of many")
      const name = "emf of many"
      const store = yield* Store.make<number, number>({ name, metrics: "emf" })
      const dict = yield* TtlDict.make<number, number>({ name, metrics: "emf" })
      for (let key = 0; key < 1000; key++) yield* store.getOrCompute(key, Effect.succeed(key))
      yield* dict.set(1, 1)
      yield* TestClock.adjust("5 minutes")
      assert.strictEqual(lines.length, 1)
      assert.strictEqual(lines[0]?.values["insertions.memory"], 1001)
      const durations = lines[0]?.values["computation.duration.success"]
      assert.isTrue(Array.isArray(durations) && durations.length >= 50)
    }))

  it.scoped("tells of two levels", () =>
    Effect.gen(function*() {
      const { lines } = yield* linesOf("emf of S3")
      const Numbers = Keyspace.make("numbers", { key: Schema.Number, value: Schema.Number })
      const cache = yield* makeS3CacheService(yield* makeMemoryObjectStore, { name: "emf of S3", metrics: "emf" })
      const lookup = yield* cache.memoize(Numbers, Effect.succeed)
      yield* lookup(1)
      yield* lookup(1)
      yield* TestClock.adjust("1 minute")
      assert.deepInclude(lines[0]?.values, {
        "lookups.hit.memory": 1,
        "lookups.miss": 1,
        "insertions.s3": 1,
        "insertions.memory": 1,
        "request.duration.load.success": [0],
        "computation.duration.success": [0]
      })
    }))

  it.scoped("tells which function of Lambda it is of", () =>
    Effect.gen(function*() {
      const { lines } = yield* linesOf("emf of Lambda")
      const variable = "AWS_LAMBDA_FUNCTION_NAME"
      yield* Effect.acquireRelease(
        Effect.sync(() => {
          const before = process.env[variable]
          process.env[variable] = "checkout"
          return before
        }),
        (before) =>
          Effect.sync(() => {
            if (before === undefined) delete process.env[variable]
            else process.env[variable] = before
          })
      )
      const store = yield* Store.make<number, number>({ name: "emf of Lambda", metrics: "emf" })
      yield* store.getOption(1)
      yield* TestClock.adjust("1 minute")
      assert.deepStrictEqual(lines.map(({ dimensions }) => dimensions), [{
        "cache.name": "emf of Lambda",
        "faas.name": "checkout"
      }])
    }))

  it("has room in one line for all there is", () => {
    const names = Object.keys(metricTable).filter((name): name is MetricName => name in metricTable).flatMap(
      combinations
    )
    assert.strictEqual(new Set(names).size, names.length)
    assert.isAtMost(names.length, 100)
  })
})
