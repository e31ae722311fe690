import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { runCommandLine } from "./runCommandLine.js"
import { temporaryFolder } from "./stores.js"

describe("cost", () => {
  it.effect("reckons from rates", () =>
    Effect.gen(function*() {
      const rates = ["--gets", "100/s", "--memory", "90%", "--misses", "10%", "--size", "1K", "--entries", "1M"]
      const { code, stderr, stdout } = yield* runCommandLine(["cost", ...rates, "--json"])
      assert.deepStrictEqual([code, stderr], [0, ""])
      const { costs, use } = JSON.parse(stdout)
      const lookups = 100 * 730 * 3600
      assert.closeTo(use.lookups, lookups, 1)
      assert.closeTo(use.misses, lookups / 100, 1)
      const of = (store: string, leases: boolean) =>
        costs.find((each: { store: string; leases: boolean }) => each.store === store && each.leases === leases)
      const standard = of("standard", false)
      assert.closeTo(standard.requests.get, lookups / 10, 1)
      assert.closeTo(standard.requests.put, lookups / 100, 1)
      assert.closeTo(standard.dollars.total, lookups / 10 * 4e-7 + lookups / 100 * 5e-6 + 1e6 / 1024 ** 2 * 0.023, 0.01)
      const express = of("express", true)
      assert.closeTo(
        express.dollars.total,
        lookups * (0.11 * 3e-8 + 0.02 * 1.13e-6) + 1e6 / 1024 ** 2 * 0.11 +
          lookups * (0.09 * 0.0006 + 0.01 * 0.0032) / 1024 ** 2,
        0.01
      )
    }))

  it.effect("prints a table and a sentence of advice", () =>
    Effect.gen(function*() {
      const { code, stdout } = yield* runCommandLine(["cost", "--gets", "50/s", "--misses", "50%"])
      assert.strictEqual(code, 0)
      assert.match(stdout, /^131M lookups a month: 0 answered by memory, 65\.7M by the second level, 65\.7M computed\n/)
      assert.match(stdout, /\n {2}S3 Standard +131M +65\.7M +\$52\.56 +\$328\.50 .* \$381\.06/)
      assert.include(
        stdout,
        "S3 Express saves $302.88 a month, in one zone only; most of it is writing what was computed"
      )
      assert.include(stdout, "as of January 2026")
      const small = yield* runCommandLine(["cost", "--sets", "10/day"])
      assert.include(small.stdout, "It is less than a dollar a month")
    }))

  it.effect("reckons tables, and stores by size, by how large entries are", () =>
    Effect.gen(function*() {
      const rates = ["--sets", "1M/month", "--size", "1K", "--entries", "1M"]
      const costsOf = (...words: ReadonlyArray<string>) =>
        Effect.map(runCommandLine(["cost", ...rates, ...words, "--json"]), ({ stdout }) => JSON.parse(stdout).costs)
      type Cost = { store: string; leases: boolean; units: unknown; dollars: { writes: number; storage: number } }
      const of = (costs: ReadonlyArray<Cost>, store: string) =>
        costs.find((each) => each.store === store && !each.leases)
      const small = yield* costsOf()
      assert.strictEqual(small.length, 8)
      assert.closeTo(of(small, "dynamodb")?.dollars.writes ?? 0, 0.625, 1e-9)
      assert.closeTo(of(small, "dynamodb")?.dollars.storage ?? 0, 1e6 / 1024 ** 2 * 0.25, 1e-9)
      assert.deepStrictEqual(of(small, "bySize")?.dollars, of(small, "dynamodb")?.dollars)
      assert.deepStrictEqual(of(small, "dynamodb")?.units, { read: 0, write: 1e6 })
      // A tenth of them in 100 items of 1 KB each, or in S3 with a pointer.
      const mixed = yield* costsOf("--large-share", "10%", "--large-size", "100K")
      assert.closeTo(of(mixed, "dynamodb")?.dollars.writes ?? 0, 0.625 * (0.9 + 0.1 * 100), 1e-9)
      assert.closeTo(of(mixed, "bySize")?.dollars.writes ?? 0, 0.625 + 0.1 * 5, 1e-9)
      const limited = yield* costsOf("--large-share", "10%", "--large-size", "100K", "--limit", "200K")
      assert.deepStrictEqual(of(limited, "bySize")?.dollars, of(limited, "dynamodb")?.dollars)
      // No item takes so much.
      const huge = yield* costsOf("--large-share", "10%", "--large-size", "500K", "--limit", "1M")
      assert.isUndefined(of(huge, "dynamodb"))
      assert.closeTo(of(huge, "bySize")?.dollars.writes ?? 0, 0.625 + 0.1 * 5, 1e-9)
      const wrong = yield* runCommandLine(["cost", ...rates, "--large-share", "10%"])
      assert.strictEqual(wrong.code, 2)
      assert.include(wrong.stderr, "--large-share and --large-size go together")
    }))

  it.effect("advises tables where it knows how large entries are", () =>
    Effect.gen(function*() {
      const { stdout } = yield* runCommandLine(["cost", "--gets", "50/s", "--misses", "50%", "--size", "1K"])
      assert.include(stdout, "DynamoDB saves $331.79 a month over S3 Standard; most of it is writing what was computed")
      assert.match(stdout, /\n {2}DynamoDB {9}/)
      const large = ["--large-share", "10%", "--large-size", "40K"]
      const sized = yield* runCommandLine(["cost", "--gets", "50/s", "--misses", "5%", "--size", "1K", ...large])
      assert.include(sized.stdout, "in one zone only, and DynamoDB with S3 by size $64.77 in three")
    }))

  it.scoped("reckons from the counts of a running program", () =>
    Effect.gen(function*() {
      const file = join(yield* temporaryFolder, "stats.json")
      const stats = { memoryHits: 9000, storeHits: 800, misses: 200, writes: 210, computations: 200, revalidations: 50 }
      writeFileSync(file, JSON.stringify({ ...stats, leases: { taken: 0, awaited: 0, lost: 0 } }))
      const { code, stdout } = yield* runCommandLine(["cost", file, "--over", "1h", "--processes", "2", "--json"])
      assert.strictEqual(code, 0)
      const { costs: [{ requests }] } = JSON.parse(stdout)
      assert.deepStrictEqual(requests, { get: 1050 * 2 * 730, put: 210 * 2 * 730, list: 0, remove: 0 })
      for (
        const [line, says] of [
          [["cost", file], "--over DURATION says how long"],
          [["cost", file, "--over", "1h", "--gets", "1/s"], "rates are in the file"],
          [["cost", "--gets", "1/s", "--memory", "120%"], "--memory 120%: a share such as 90%"],
          [["cost", "package.json", "--over", "1h"], "no number"]
        ] as const
      ) {
        const wrong = yield* runCommandLine(line)
        assert.strictEqual(wrong.code, 2)
        assert.include(wrong.stderr, says)
      }
      assert.strictEqual((yield* runCommandLine(["cost", `${file}.none`, "--over", "1h"])).code, 3)
    }))
})
