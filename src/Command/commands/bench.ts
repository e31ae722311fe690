/**
 * `bench`: how fast a store answers.
 */
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import { parseByteSize } from "../../Cache/memory/parseByteSize.js"
import { isLeft } from "../../effect/plainEither.js"
import { isDirectoryBucket } from "../../S3Store/bucket/directoryBucket.js"
import { type Option, texts, whole } from "../arguments/Option.js"
import { UsageError } from "../arguments/UsageError.js"
import { exitCodes, type Verb } from "../arguments/Verb.js"
import { benchLines } from "../bench/benchLines.js"
import { type BenchOperation, benchOperations, priceOf, requestsOfPlan } from "../bench/BenchPlan.js"
import { runBench } from "../bench/runBench.js"
import { formatDollars } from "../cost/formatDollars.js"
import { listOfStoreOptions, openStore, readTarget, storeOptions, targetOperand } from "../target/openStore.js"
import { counted, formatBytes } from "../terminal/formats.js"
import { withProgress } from "../terminal/progress.js"
import { jsonOption } from "./common.js"

const isOperation = (name: string): name is BenchOperation => benchOperations.some((each) => each === name)

const operationsOption: Option<ReadonlyArray<BenchOperation>> = {
  ...texts("operations", "LIST", `what is measured, of ${benchOperations.join(",")}; all by default`),
  read: (given) => {
    const names = given.flatMap((each) => each.split(","))
    const known = names.filter(isOperation)
    if (known.length < names.length) return Either.left(`some of ${benchOperations.join(",")}`)
    return Either.right(names.length === 0 ? benchOperations : known)
  }
}

const sizesOption: Option<ReadonlyArray<number>> = {
  ...texts("sizes", "LIST", "how large values are: 1K,64K, which is the default"),
  read: (given) => {
    const names = given.length === 0 ? ["1K", "64K"] : given.flatMap((each) => each.split(","))
    const sizes = names.map((name) => {
      const size = parseByteSize(/^\d+$/.test(name) ? Number(name) : name, undefined)
      return isLeft(size) ? 0 : size.right
    })
    return sizes.some((size) => size < 1 || size > mostBytes)
      ? Either.left("sizes such as 512,4K,1M, of 16 MiB at most")
      : Either.right(sizes)
  }
}

const mostBytes = 16 * 1024 ** 2
const mostTimes = 10_000

const countOption = whole("count", "N", "how often each is done with each size; 100 by default, at most 10,000")
const concurrencyOption = whole("concurrency", "N", "how many are under way at the same time; 8 by default")

/** How fast a store answers. */
export const bench: Verb = {
  name: "bench",
  says: "how long get, set, add and a computation under a lease take here",
  about: [
    "Runs a cache without memory on the store, from this machine, and tells percentiles. Says before",
    "how many requests it makes and what they cost. What it writes is in the keyspaces bench and bench-leased, and is",
    "removed in the end, also when it is interrupted.",
    "",
    "set    writes one object",
    "get    reads it",
    "add    writes another one, on the condition that there is none",
    "lease  finds nothing, takes the lease, computes in no time, writes, gives the lease back"
  ],
  operands: [targetOperand],
  options: [
    operationsOption,
    sizesOption,
    countOption,
    concurrencyOption,
    jsonOption,
    ...listOfStoreOptions(storeOptions)
  ],
  examples: [
    ["bench s3://my-bucket", "100 of each, of 1 KiB and 64 KiB, 8 at a time"],
    ["bench s3://my-bucket --operations get --sizes 4K --count 1000 --concurrency 1", "reads, one after the other"]
  ],
  run: (given, screen) =>
    Effect.scoped(Effect.gen(function*() {
      const isJson = yield* given.option(jsonOption)
      const count = (yield* given.option(countOption)) ?? 100
      if (count > mostTimes) return yield* new UsageError({ detail: `--count ${count}: at most ${mostTimes}` })
      const plan = {
        operations: yield* given.option(operationsOption),
        sizes: yield* given.option(sizesOption),
        count,
        concurrency: (yield* given.option(concurrencyOption)) ?? 8
      }
      const { target } = yield* readTarget(given)
      const { shown, store } = yield* openStore(given)
      const requests = requestsOfPlan(plan)
      const isExpress = target._tag === "Bucket" && isDirectoryBucket(target.bucket)
      const price = formatDollars(priceOf(requests, isExpress ? "express" : "standard"))
      const { get, put, remove } = requests
      yield* screen.note(
        `${counted(get, "read")}, ${counted(put, "write")} and ${counted(remove, "removal")}` +
          (target._tag !== "Bucket"
            ? ""
            : `, ${price.startsWith("<") ? price.replace("<", "less than") : `about ${price}`} at the list price of ${
              isExpress ? "S3 Express" : "S3 Standard"
            }`)
      )
      const rows = yield* withProgress(screen, (tell) =>
        runBench(store, plan, ({ bytes, done, operation, total }) =>
          tell({ text: `${operation}, ${formatBytes(bytes)}`, done, total })))
      yield* screen.print(
        isJson
          ? JSON.stringify({ target: shown, concurrency: plan.concurrency, requests, rows })
          : benchLines(screen.paint, shown, rows)
      )
      return exitCodes.done
    }))
}
