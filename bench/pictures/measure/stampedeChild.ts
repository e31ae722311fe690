/**
 * One process of a stampede.
 */
import { Keyspace, S3Cache } from "effect-aws-cache/S3Store"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { report, task } from "../../lib/childProcess.js"
import type { StampedeVariant } from "../stampede.js"
import { runOnS3, type S3Place } from "./runOnS3.js"

/** What a process is to do. */
export interface StampedeTask extends S3Place {
  readonly variant: StampedeVariant
  readonly source: string
  /** Seconds. */
  readonly timeToLive: number
  readonly lasted: number
  readonly lookupsPerSecond: number
}

/** What it came to. */
export interface StampedeReport {
  readonly lookups: number
  /** How late a lookup began at most, in milliseconds: on a machine that is too busy the run shows something else. */
  readonly late: number
}

const given = task<StampedeTask>()

const Prices = Keyspace.make("prices", {
  key: Schema.String,
  value: Schema.String,
  timeToLive: given.timeToLive * 1000,
  coordination: given.variant === "lease" ? "lease" : "none"
})

const get = (path: string) => Effect.promise(async () => (await fetch(`${given.source}/${path}`)).text())

/** What a program does without further thought: it looks, fetches what is not there, and writes it. */
const lookFetchWrite = Effect.gen(function*() {
  const found = yield* S3Cache.getOption(Prices.key("tea"))
  if (Option.isSome(found)) return found.value
  const value = yield* get("tea")
  yield* S3Cache.set(Prices.key("tea"), value)
  return value
})

const program = Effect.gen(function*() {
  const memoized = yield* S3Cache.memoize(Prices, get)
  const lookup = given.variant === "none" ? lookFetchWrite : memoized("tea")
  let lookups = 0
  let late = 0
  const counted = Effect.tap(lookup, () => Effect.sync(() => void lookups++))
  // The client is loaded, and the store tried out, before anything is measured.
  yield* S3Cache.getOrCompute(Prices.key(`warm ${process.pid}`), Effect.succeed("warm"))
  yield* get("start")
  const start = performance.now()
  const every = 1000 / given.lookupsPerSecond
  // At fixed times, whether those before have been answered or not.
  const calls = Array.from({ length: given.lasted * given.lookupsPerSecond }, (_, at) =>
    Effect.suspend(() => {
      const due = start + at * every
      const begin = Effect.sync(() => void (late = Math.max(late, performance.now() - due)))
      return Effect.delay(Effect.zipRight(begin, counted), Math.max(0, due - performance.now()))
    }))
  yield* Effect.all(calls, { concurrency: "unbounded", discard: true })
  const reported: StampedeReport = { lookups, late }
  report(reported)
})

await runOnS3(given, program)
