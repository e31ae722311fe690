import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { readFileSync } from "node:fs"
import { readFile, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { gzipSync } from "node:zlib"
import { readResults } from "../../../bench/hitratio/Result.js"
import { generatedTrace, generatedTraces } from "../../../bench/hitratio/traces/generated.js"
import { seededRandom } from "../../../bench/lib/random.js"
import { amount } from "../../support/property.js"
import { runCommandLine } from "../runCommandLine.js"
import { temporaryFolder } from "../stores.js"

const root = new URL("../../../", import.meta.url)
const web12 = fileURLToPath(new URL("bench/hitratio/traces/web12.gz", root))
const results = readResults(readFileSync(new URL("bench/results/hitratio.json", root), "utf8"))

interface Cell {
  readonly hitRatio: number
  readonly byteHitRatio?: number
  readonly missCost?: number
}

interface Report {
  readonly form: string
  readonly sizes: ReadonlyArray<number>
  readonly policies: Readonly<Record<string, ReadonlyArray<Cell>>>
  readonly optimum: ReadonlyArray<Cell>
  readonly unit: string
  readonly replayed: Readonly<Record<string, number>>
  readonly lines: number
  readonly unreadable: number
  readonly isCut: boolean
  readonly advice: {
    readonly take: { readonly policy: string; readonly size: number; readonly cell: Cell }
    readonly savings: Readonly<Record<string, number>>
    readonly sentence: string
  } | null
}

/** What a run of the command prints as JSON. */
const report = (words: ReadonlyArray<string>, input?: string | Buffer) =>
  Effect.map(runCommandLine(["simulate", ...words, "--json"], input === undefined ? {} : { input }), (result) => {
    assert.deepStrictEqual([result.code, result.stderr], [0, ""])
    const printed: Report = JSON.parse(result.stdout)
    return printed
  })

/** Requests of which some are repeated much. */
const lines = (count: number, line: (key: number, at: number) => string) => {
  const random = seededRandom(7)
  return Array.from({ length: count }, (_, at) => `${line(Math.floor(random() ** 4 * 2000), at)}\n`).join("")
}

const agrees = (trace: string, path: string, policies: ReadonlyArray<string>) =>
  Effect.gen(function*() {
    const expected = results.find((result) => result.trace === trace)
    const found = yield* report([
      ...[path, "--sizes", (expected?.capacities ?? []).join(), "--policies", policies.join()],
      ...["--most", "10000000"]
    ])
    assert.strictEqual(found.replayed["requests"], expected?.requests)
    assert.strictEqual(found.replayed["keys"], expected?.unique)
    for (const { hitRatios, policy } of expected?.rows ?? []) {
      const row = policy === "OPT" ? found.optimum : found.policies[policy]
      if (row === undefined && !policies.includes(policy)) continue
      assert.lengthOf(row ?? [], hitRatios.length)
      row?.forEach(({ hitRatio }, at) =>
        assert.closeTo(100 * hitRatio, hitRatios[at] ?? 0, 0.001, `${policy} at ${at}`)
      )
    }
  })

describe("simulate", () => {
  it.live("finds on the requests of a web shop what the benchmark finds", () =>
    agrees("web12", web12, ["LFU", "LFU-DA", "S3-FIFO", "W-TinyLFU", "Adaptive", "GDSF"]))

  for (const { load, name } of amount(generatedTraces().filter(({ name }) => name === "phases"), generatedTraces())) {
    it.live(`finds on ${name} what the benchmark finds`, () =>
      Effect.scoped(Effect.gen(function*() {
        const log = join(yield* temporaryFolder, "log")
        yield* Effect.promise(() => writeFile(log, load().keys.join("\n")))
        yield* agrees(name, log, ["LFU-DA", "S3-FIFO", "W-TinyLFU", "Adaptive"])
      })))
  }

  it.live("finds in half of the keys nearly the same as in all", () =>
    Effect.scoped(Effect.gen(function*() {
      const log = join(yield* temporaryFolder, "log.gz")
      yield* Effect.promise(() =>
        writeFile(log, gzipSync(generatedTrace("zipf-0.99").load().keys.join("\n"), { level: 1 }))
      )
      const words = [log, "--policies", "Adaptive,S3-FIFO"]
      const whole = yield* report(words)
      const half = yield* report([...words, "--sample", "0.5"])
      assert.closeTo(half.replayed["rate"] ?? 0, 0.5, 0.005)
      assert.deepStrictEqual(half.sizes, whole.sizes)
      for (const [policy, row] of Object.entries(whole.policies)) {
        row.forEach(({ hitRatio }, at) =>
          assert.closeTo(100 * (half.policies[policy]?.[at]?.hitRatio ?? 0), 100 * hitRatio, 0.5, `${policy} at ${at}`)
        )
      }
      // A sample of all is all.
      assert.deepStrictEqual((yield* report([...words, "--sample", "1"])).policies, whole.policies)
    })))

  it.live("finds the same in a file, packed or not, and in a pipe", () =>
    Effect.scoped(Effect.gen(function*() {
      const folder = yield* temporaryFolder
      const text = lines(20_000, (key, at) => `${at} k${key} ${key % 90 + 10} ${key % 7}`)
      const [plain, packed, parts] = ["a.log", "a.log.gz", "b.gz"].map((name) => join(folder, name))
      const half = text.indexOf("\n", text.length / 2) + 1
      yield* Effect.promise(async () => {
        await writeFile(plain ?? "", text)
        await writeFile(packed ?? "", gzipSync(text))
        // As cat makes of two that are packed.
        await writeFile(parts ?? "", Buffer.concat([gzipSync(text.slice(0, half)), gzipSync(text.slice(half))]))
      })
      const [first, ...others] = yield* Effect.all([
        report([plain ?? ""]),
        report([packed ?? ""]),
        report([parts ?? ""]),
        report(["-"], text),
        report(["-"], gzipSync(text)),
        report(["-"], `\ufeff${text.replaceAll("\n", "\r\n")}`),
        report(["-", "--format", "plain", "--columns", "time,key,size,cost"], text.replaceAll(" ", ","))
      ])
      assert.strictEqual(first?.unit, "bytes")
      for (const other of others) {
        assert.deepStrictEqual(other.policies, first?.policies)
        assert.deepStrictEqual(other.advice, first?.advice)
      }
      const cut = yield* report(["-"], gzipSync(text).subarray(0, 30_000))
      assert.isTrue(cut.isCut)
      assert.isBelow(cut.lines, 20_000)
    })))

  it.live("says in one sentence what to take, and draws a page", () =>
    Effect.scoped(Effect.gen(function*() {
      const html = join(yield* temporaryFolder, "page.html")
      const input = lines(30_000, (key, at) => `${at / 10} /k${key}?<b>& ${1000 + key} ${key % 9}`)
      const words = ["simulate", "-", "--limit", "500K"]
      const { code, stderr, stdout } = yield* runCommandLine([...words, "--html", html], { input })
      assert.deepStrictEqual([code, stderr], [0, ""])
      const sentence = stdout.split("\n").filter((line) => line.startsWith("Take "))
      assert.lengthOf(sentence, 1)
      assert.match(
        sentence[0] ?? "",
        /^Take [\w-]+ with room for \d+K: it answers \d+\.\d % of the requests, which saves [\d,]+ requests, [\d.]+ MiB and [\dms ]+ of computing over no cache, and .+ over LRU at that size \(\d+\.\d points more\)\.$/
      )
      assert.match(stdout, / {2}\{ evictionPolicy: "[\w-]+", maxBytes: "\d+K" \}/)
      assert.include(stdout, "read as time, key, size, cost between blanks")
      const page = yield* Effect.promise(() => readFile(html, "utf8"))
      assert.include(page, sentence[0] ?? "none")
      assert.strictEqual(page.match(/<svg /g)?.length, 3)
      // It loads nothing, and runs nothing.
      assert.notMatch(page, /<script|<link|src=|url\(|@import|https?:\/\/(?!www\.w3\.org\/2000\/svg)/)
      assert.include(page, "prefers-color-scheme:dark")
    })))

  it.live("prints and draws what its page of the documentation shows", () =>
    Effect.scoped(Effect.gen(function*() {
      const html = join(yield* temporaryFolder, "page.html")
      const words = ["simulate", "bench/hitratio/traces/web12.gz", "--limit", "5000"]
      const { stdout } = yield* runCommandLine([...words, "--html", html])
      const shown = readFileSync(new URL("docs/simulate.md", root), "utf8")
      assert.include(shown, `$ npx effect-aws-cache ${words.join(" ")}\n${stdout}`)
      const page = yield* Effect.promise(() => readFile(html, "utf8"))
      assert.isTrue(page.includes(readFileSync(new URL("docs/simulate.svg", root), "utf8").trim()))
    })))

  it.live("counts what is saved, against no cache and against LRU", () =>
    Effect.gen(function*() {
      // Two keys of 100 bytes and 3 ms, ten times each.
      const input = "a 100 3\nb 100 3\n".repeat(10)
      const { advice, optimum, policies, sizes } = yield* report(
        ["-", "--by", "entries", "--columns", "key,size,cost"],
        input
      )
      assert.deepStrictEqual(sizes, [1, 2])
      assert.deepStrictEqual(advice?.take, {
        policy: "LRU",
        size: 2,
        cell: { hitRatio: 0.9, byteHitRatio: 0.9, missCost: 6 }
      })
      assert.deepStrictEqual(advice?.savings, { requests: 18, bytes: 1800, cost: 54 })
      assert.deepStrictEqual(policies["LRU"]?.[0], { hitRatio: 0, byteHitRatio: 0, missCost: 60 })
      assert.closeTo(optimum[0]?.hitRatio ?? 0, 0.45, 1e-9)
    }))

  it.live("lets entries expire by the times of the log", () =>
    Effect.gen(function*() {
      const input = Array.from({ length: 100 }, (_, at) => `${1_700_000_000 + at * 10} k 1`).join("\n")
      const hits = (ttl: ReadonlyArray<string>) =>
        Effect.map(report(["-", "--sizes", "5", ...ttl], input), ({ policies }) => policies["LRU"]?.[0]?.hitRatio)
      assert.strictEqual(yield* hits([]), 0.99)
      assert.strictEqual(yield* hits(["--ttl", "10s"]), 0)
      assert.strictEqual(yield* hits(["--ttl", "15s"]), 0.5)
      assert.strictEqual(yield* hits(["--ttl", "1m"]), 0.83)
    }))

  it.live("takes the smallest size that is near the best, within what there is room for", () =>
    Effect.gen(function*() {
      const taken = (...words: ReadonlyArray<string>) =>
        Effect.map(report([web12, "--policies", "Adaptive", ...words]), ({ advice, sizes }) => {
          assert.include(sizes, advice?.take.size)
          return advice?.take.size
        })
      assert.strictEqual(yield* taken(), 10_000)
      assert.strictEqual(yield* taken("--within", "5"), 6300)
      assert.strictEqual(yield* taken("--within", "0"), 16_000)
      assert.strictEqual(yield* taken("--limit", "1234"), 1234)
    }))

  it.live("says what is wrong with a log, or with what is asked of it", () =>
    Effect.scoped(Effect.gen(function*() {
      const folder = yield* temporaryFolder
      const cases: ReadonlyArray<readonly [ReadonlyArray<string>, string | Buffer, number, string]> = [
        [["nothing.log"], "", 3, "nothing.log: there is no such file"],
        [[folder], "", 3, "it is a folder"],
        [["-"], "", 3, "standard input: it is empty"],
        [["-"], "\n\r\n \n", 3, "standard input: it is empty"],
        [["-", "--format", "s3"], "a\nb\u001b[31m\n", 3, "none of its 2 lines is a request that counts"],
        [["-"], Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0, 1]), 3, "it is packed with zstd"],
        [["-"], gzipSync("a\n".repeat(9)).fill(7, 12, 16), 3, "standard input: "],
        [["-", "--ttl", "1m"], "a\nb\n", 2, "does not say when anything was asked for"],
        [["-", "--limit", "1M"], "a\nb\n", 2, "does not say how large anything is"],
        [["-", "--for", "time"], "a 1\nb 1\n", 2, "does not say that of requests"],
        [["-", "--policies", "LRU,MRU"], "a\n", 2, "some of LRU, LFU, LFU-DA"],
        [["-", "--sample", "0.0001"], "a\nb\n", 2, "so small a sample has none of its keys"],
        [["-", "--sizes", "5,0"], "a\n", 2, "it is not above 0"],
        [["-", "--columns", "time,size"], "a\n", 2, "one of them is the key"],
        [["-", "--format", "csv"], "a\n", 2, "one of plain, cloudfront, s3, nginx, auto"],
        [["-", "--html", join(folder, "no", "page.html")], "a\na\n", 3, "it cannot be written"]
      ]
      for (const [words, input, code, message] of cases) {
        const result = yield* runCommandLine(["simulate", ...words], { input })
        assert.strictEqual(result.code, code, words.join(" "))
        assert.include(result.stderr, message)
        assert.notInclude(result.stderr, "\u001b[31m")
      }
    })))

  it.live("takes no cache for what is never asked for twice", () =>
    Effect.gen(function*() {
      const { code, stdout } = yield* runCommandLine(["simulate", "-"], { input: lines(500, (_, at) => `key${at}`) })
      assert.strictEqual(code, 0)
      assert.include(stdout, "Take no cache: no key was asked for twice.")
    }))

  it.live("weighs what was first asked for when nothing of it was sent", () =>
    Effect.gen(function*() {
      const asked = (key: number, told: string) =>
        `h - - [31/Jan/2026:23:59:59 +0000] "GET /v${key} HTTP/1.1" ${told} "-" "c"\n`
      const input = (first: string) =>
        Array.from({ length: 400 }, (_, at) => asked(at % 40, at < 40 ? first : "200 1000000")).join("")
      const whole = yield* report(["-"], input("200 1000000"))
      for (const first of ["304 0", "206 10", "206 -"]) {
        assert.deepStrictEqual((yield* report(["-"], input(first))).policies, whole.policies, first)
      }
      assert.isAtLeast(whole.advice?.take.size ?? 0, 30e6)
      const { stdout } = yield* runCommandLine(["simulate", "-"], { input: `${input("304 0")}${asked(99, "304 0")}` })
      assert.include(stdout, "; no line has the whole size of 1 key: it counts as the mean of the others")
    }))

  it.live("shows lines that cannot be read, without what they would do to a terminal", () =>
    Effect.gen(function*() {
      const { stdout } = yield* runCommandLine(["simulate", "-"], { input: `${"a 1\nb 2\n".repeat(50)}\u001b[2Jx\n\n` })
      assert.include(stdout, "of 102 lines left out: 1 unreadable, 1 empty; line 101: \\u001b[2Jx")
    }))
})
