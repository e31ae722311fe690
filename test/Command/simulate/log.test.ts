import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import { plainLayout } from "../../../src/Command/simulate/log/PlainLayout.js"
import { property } from "../../support/property.js"
import { readText } from "./readText.js"

/** Some requests, which every form of a log can tell. */
const requests = Array.from({ length: 40 }, (_, at) => ({
  key: `/item/${(at * 7) % 11}?page=${at % 2}`,
  time: Date.UTC(2026, 0, 31, 23, 59, 30 + at),
  size: 1000 + ((at * 7) % 11) * 10 + at % 2,
  cost: 5 * (at % 3)
}))

const two = (number: number) => String(number).padStart(2, "0")
const serverTime = (time: number, hours = 0) => {
  const date = new Date(time + hours * 3_600_000)
  const month = "Jan Feb".split(" ")[date.getUTCMonth()] ?? ""
  const clock = [date.getUTCHours(), date.getUTCMinutes(), date.getUTCSeconds()].map(two).join(":")
  return `${two(date.getUTCDate())}/${month}/2026:${clock} ${hours < 0 ? "-" : "+"}${two(Math.abs(hours))}30`
    .replace(/30$/, "00")
}
const iso = (time: number) => new Date(time).toISOString()

const forms: Readonly<Record<string, string>> = {
  plain: requests.map(({ cost, key, size, time }) => `${time / 1000} ${key} ${size} ${cost}`).join("\n"),
  csv: [
    "timestamp,obj_id,obj_size,cost",
    ...requests.map(({ cost, key, size, time }) => `${time},${key},${size},${cost}`)
  ].join("\r\n"),
  iso: requests.map(({ cost, key, size, time }) => `${iso(time)}\t${key}\t${size}\t${cost}`).join("\n"),
  nginx: requests.map(({ cost, key, size, time }) =>
    `192.0.2.1 - - [${serverTime(time, -2)}] "GET ${key} HTTP/1.1" 200 ${size} "-" "agent \\"x\\"" ${
      (cost / 1000).toFixed(3)
    }`
  ).join("\n"),
  s3: requests.map(({ cost, key, size, time }) =>
    `${"79a5".repeat(16)} my-bucket [${
      serverTime(time)
    }] 192.0.2.3 - 3E57427F3EXAMPLE REST.GET.OBJECT ${key} "GET /my-bucket${key} HTTP/1.1" 200 - ${size} ${size} ${cost} 3 "-" "aws-sdk" - s9lzH= SigV4 TLS`
  ).join("\n"),
  cloudfront: [
    "#Version: 1.0",
    "#Fields: date time x-edge-location sc-bytes c-ip cs-method cs(Host) cs-uri-stem sc-status cs-uri-query x-host-header time-taken sc-content-len",
    ...requests.map(({ cost, key, size, time }) => {
      const [path, query] = key.split("?")
      const [day, clock = ""] = iso(time).split("T")
      return [
        ...[day, clock.slice(0, 8), "FRA6", size + 300, "192.0.2.4", "GET", "d1.cloudfront.net", path, 200, query],
        ...["www.example.com", (cost / 1000).toFixed(3), size]
      ].join("\t")
    })
  ].join("\n")
}

describe("a log", () => {
  const [expected] = Object.values(forms).map((text) => readText(text))

  for (const [form, text] of Object.entries(forms)) {
    it(`is the same requests as ${form}, wherever its bytes are cut`, () => {
      for (const piece of [1 << 16, 1, 7, 100]) {
        const read = readText(text, { piece })
        assert.strictEqual(read.counts.requests, 40)
        assert.strictEqual(read.unique, 22)
        assert.deepStrictEqual(read.keys, expected?.keys)
        assert.deepStrictEqual(read.sizes, requests.map(({ size }) => size))
        assert.deepStrictEqual(read.times, requests.map(({ time }) => time))
        assert.deepStrictEqual(read.costs?.map(Math.round), requests.map(({ cost }) => cost))
        assert.strictEqual(read.counts.unreadable, 0)
      }
    })
  }

  it("says what it was read as", () => {
    assert.deepStrictEqual(Object.values(forms).map((text) => readText(text).form), [
      "time, key, size, cost between blanks",
      "time, key, size, cost between \",\"",
      "time, key, size, cost between tabs",
      "a log of a web server, combined or common",
      "a server access log of S3",
      "a log of CloudFront"
    ])
    assert.strictEqual(readText("a\nb c\nd e f\n").form, "a key per line")
    assert.strictEqual(readText(forms["s3"] ?? "", { format: "plain" }).form, "a key per line")
  })

  it("may have anything else between its lines, which is counted", () => {
    const text = `\ufeffa 10\r\n\r\nb 20\n \t\n\n${"x".repeat(70_000)}\na 10\r\ngarbage\nb 30 \u0000\nb x\n${
      "c 5\n".repeat(20)
    }`
    for (const piece of [1 << 16, 1, 33]) {
      const { counts, form, keys, sizes } = readText(text, { piece })
      assert.strictEqual(form, "key, size between blanks")
      assert.deepStrictEqual(keys.slice(0, 5), [0, 1, 0, 1, 2])
      assert.deepStrictEqual(sizes?.slice(0, 5), [10, 20, 10, 30, 5])
      assert.deepStrictEqual(counts, {
        lines: 30,
        requests: 24,
        empty: 3,
        others: 0,
        unreadable: 2,
        tooLong: 1,
        firstUnreadable: { line: 8, text: "garbage" }
      })
    }
  })

  it("of a web server counts successful GETs, or the methods that are wanted", () => {
    const line = (method: string, path: string, status: number, size: string | number = 10) =>
      `h - - [31/Jan/2026:23:59:59 +0000] "${method} ${path} HTTP/1.1" ${status} ${size} "-" "-"`
    const text = [
      ...[line("GET", "/a", 200, 500), line("HEAD", "/a", 200, 0), line("POST", "/a", 200), line("GET", "/b", 404)],
      ...[
        line("GET", "/a", 304, 0),
        line("GET", "/a", 206, 100),
        line("GET", "/c?x=1", 200, "-"),
        line("GET", "/c", 301)
      ],
      ...[line("GET", "/b", 503), "h - - [31/Jan/2026:23:59:59 +0000] \"\\x16\\x03\" 400 0 \"-\" \"-\""]
    ].join("\n")
    const gets = readText(text)
    assert.deepStrictEqual(gets.keys, [0, 0, 0, 1, 2])
    // Where not all was sent, what is known of it counts, and of what nothing is known the mean of the others.
    assert.deepStrictEqual(gets.sizes, [500, 500, 500, 255, 10])
    assert.strictEqual(gets.sample.unsized, 1)
    assert.strictEqual(gets.counts.others, 5)
    assert.deepStrictEqual(readText(text, { ignoresQuery: true }).keys, [0, 0, 0, 1, 1])
    // GET and HEAD ask for the same, POST does not.
    assert.deepStrictEqual(readText(text, { methods: ["GET", "HEAD", "POST"] }).keys, [0, 0, 1, 0, 0, 2, 3])
  })

  it("of S3 counts objects, and takes their size from where it is", () => {
    const line = (operation: string, key: string, sent: string, size: string, status = 200) =>
      `abc b [31/Jan/2026:23:59:59 +0000] 192.0.2.3 - ID ${operation} ${key} "GET / HTTP/1.1" ${status} - ${sent} ${size} 7 3 "-" "-" -`
    const { costs, counts, keys, sizes } = readText([
      line("REST.GET.OBJECT", "a", "100", "4000", 206),
      line("REST.GET.BUCKET", "-", "100", "-"),
      line("REST.HEAD.OBJECT", "a", "-", "4000"),
      line("WEBSITE.GET.OBJECT", "a", "4000", "4000"),
      line("REST.GET.OBJECT", "b", "243", "-", 404),
      line("REST.GET.OBJECT", "a", "-", "-", 304)
    ].join("\n"))
    assert.deepStrictEqual([keys, sizes, costs], [[0, 0, 0], [4000, 4000, 4000], [7, 7, 7]])
    assert.strictEqual(counts.others, 3)
  })

  it("has the whole size of a key, wherever a line tells it", () => {
    const line = (path: string, told: string, method = "GET") =>
      `h - - [31/Jan/2026:23:59:59 +0000] "${method} /${path} HTTP/1.1" ${told} "-" "-"`
    const cases: ReadonlyArray<
      readonly [lines: ReadonlyArray<string>, sizes: ReadonlyArray<number> | undefined, unsized: number]
    > = [
      [[line("a", "304 0"), line("a", "206 7"), line("a", "200 50"), line("a", "304 -")], [50, 50, 50, 50], 0],
      [[line("a", "200 0", "HEAD"), line("a", "200 50"), line("a", "200 0", "HEAD")], [50, 50, 50], 0],
      // Another size from then on.
      [[line("a", "200 50"), line("a", "304 0"), line("a", "200 60"), line("a", "304 0")], [50, 50, 60, 60], 0],
      // It is empty.
      [[line("a", "200 0"), line("b", "200 9"), line("a", "304 0")], [0, 9, 0], 0],
      [[line("a", "304 0"), line("b", "200 10"), line("c", "200 30"), line("d", "206 70")], [20, 10, 30, 70], 2],
      [[line("a", "206 5"), line("a", "206 9"), line("b", "304 0"), line("c", "206 1")], [9, 9, 5, 1], 3],
      [[line("a", "304 0"), line("a", "304 0")], undefined, 0]
    ]
    for (const [lines, sizes, unsized] of cases) {
      const read = readText(lines.join("\n"), { methods: ["GET", "HEAD"] })
      assert.deepStrictEqual([read.sizes, read.sample.unsized], [sizes, unsized], lines.join("\n"))
      assert.strictEqual(read.sample.bytes, (sizes ?? []).reduce((sum, size) => sum + size, 0))
    }
  })

  it("has them in a sample that has become smaller, too", () => {
    const size = (key: number) => 1000 + key
    const text = (hasAll: boolean) =>
      Array.from({ length: 200_000 }, (_, at) => {
        const [key, isWhole] = [at % 90_000, hasAll || at >= 90_000]
        return `h - - [31/Jan/2026:23:59:59 +0000] "GET /${key} HTTP/1.1" ${
          isWhole ? `200 ${size(key)}` : "304 0"
        } "-" "-"\n`
      }).join("")
    const options = { most: 120_000, mostSized: 120_000 }
    const [all, some] = [readText(text(true), options), readText(text(false), options)]
    assert.isBelow(some.sample.rate, 0.7)
    assert.deepStrictEqual([some.keys, some.sizes], [all.keys, all.sizes])
    assert.closeTo(some.sample.bytes / all.sample.bytes, 1, 0.02)
  })

  it("may have quotes in its requests, as S3 writes them", () => {
    const s3 = (key: string, request: string, status = "200") =>
      `abc b [31/Jan/2026:23:59:59 +0000] 192.0.2.3 - ID REST.GET.OBJECT ${key} "${request}" ${status} - 100 100 7 3 "-" "a b" -`
    const server = (request: string) =>
      `h - - [31/Jan/2026:23:59:59 +0000] "${request}" 200 100 "http://a/?b=\\"c" "agent" 0.007`
    const requests = [
      "GET /\"k0 HTTP/1.1",
      "GET /k1?filename=\"a b.pdf\" HTTP/1.1",
      "GET /k2\" 20 x HTTP/1.1",
      "GET /\\k3 HTTP/1.1",
      "GET /k4 HTTP/1.1"
    ]
    for (
      const lines of [
        requests.map((request, at) => s3(`k${at}`, request)),
        requests.map(server)
      ]
    ) {
      const { costs, counts, keys, sizes } = readText(lines.join("\n"))
      assert.deepStrictEqual([keys, counts.others, counts.unreadable], [[0, 1, 2, 3, 4], 0, 0])
      assert.deepStrictEqual([sizes, costs], [Array(5).fill(100), Array(5).fill(7)])
    }
    const { counts } = readText([s3("a", "GET /a HTTP/1.1"), s3("b", "GET /b", "200x"), s3("c", "-", "-")].join("\n"))
    assert.deepStrictEqual([counts.requests, counts.others, counts.unreadable], [1, 0, 2])
    assert.strictEqual(counts.firstUnreadable?.line, 2)
  })

  it("has times that never go back", () => {
    assert.deepStrictEqual(readText("5 a 1\n3 b 1\n7 a 1\n").times, [5000, 5000, 7000])
    assert.deepStrictEqual(readText("1700000000000000 a 1\n1700000000500000 b 1\n").times, [
      1_700_000_000_000,
      1_700_000_000_500
    ])
  })
})

describe("columns", () => {
  const columns = (...lines: ReadonlyArray<string>) => {
    const { columns, separator } = plainLayout(lines)
    return `${columns.join()} by ${separator ?? "nothing"}`
  }

  it("are told by how many there are, and which are numbers", () => {
    assert.strictEqual(columns("a", "b"), "key by nothing")
    assert.strictEqual(columns("17", "18"), "key by nothing")
    assert.strictEqual(columns("a 1", "b 2"), "key,size by blanks")
    assert.strictEqual(columns("1 a", "2 b"), "time,key by blanks")
    assert.strictEqual(columns("1,a,5", "2,b,6"), "time,key,size by ,")
    assert.strictEqual(columns("a;5;7", "b;6;8"), "key,size,cost by ;")
    assert.strictEqual(columns("1\ta b\t5\t0.5"), "time,key,size,cost by \t")
    assert.strictEqual(columns("the quick brown", "fox jumps over"), "key by nothing")
    assert.strictEqual(columns("time,id,size,op", "1,a,5,get"), "time,key,size,- by ,")
    assert.strictEqual(columns("Timestamp\tURL", "1\ta"), "time,key by \t")
  })

  it("are named in a first line, or in a comment, which are no requests", () => {
    const rows = (separator: string, ...cells: ReadonlyArray<string>) =>
      Array.from({ length: 20 }, (_, at) => [`${at}`, ...cells, `k${at % 3}`, "10"].join(separator))
    const plain = ["time", "key", "size"]
    const cases: ReadonlyArray<readonly [lines: ReadonlyArray<string>, form: ReadonlyArray<string>, others: number]> = [
      [["# time,key,size", ...rows(",")], plain, 1],
      [["#time,key,size", "# made by hand", ...rows(",")], plain, 2],
      [["# requests of the shop", ...rows(",")], plain, 1],
      [["# one", "# two", "time,key,size", ...rows(",")], plain, 3],
      [
        ["# timestamp (ms), op type, object id, object size (byte)", ...rows(",", "1")],
        ["time", "-", "key", "size"],
        1
      ],
      [["\"time\";\"key\";\"size\"", ...rows(";")], plain, 1],
      [["# time key size", ...rows(" ")], plain, 1]
    ]
    for (const [lines, form, others] of cases) {
      const read = readText(lines.join("\n"))
      assert.include(read.form ?? "", form.join(", "), lines[0])
      assert.deepStrictEqual([read.counts.requests, read.counts.others, read.unique], [20, others, 3], lines[0])
      const perSecond = lines[0]?.includes("(ms)") === true ? 1 : 1000
      assert.deepStrictEqual(read.times, Array.from({ length: 20 }, (_, at) => at * perSecond))
    }
    // What the user says is what counts.
    const said = readText(["# time,size,key", "time,key,size", ...rows(",")].join("\n"), {
      columns: ["time", "key", "-"]
    })
    assert.deepStrictEqual([said.counts.requests, said.counts.others, said.sizes], [20, 2, undefined])
  })

  it("of which there is one may be named, too", () => {
    const keys = ["k0", "k1", "k0"]
    const cases: ReadonlyArray<readonly [lines: ReadonlyArray<string>, keys: ReadonlyArray<number>, others: number]> = [
      [["key", ...keys], [0, 1, 0], 1],
      [["\"key\"", ...keys.map((key) => `"${key}"`)], [0, 1, 0], 1],
      [["# what was asked for", "URL", ...keys], [0, 1, 0], 2],
      // These are keys.
      [["key", "a", "key"], [0, 1, 0], 0],
      [["key"], [0], 0],
      [["#a", "b", "#a"], [0, 1, 0], 0]
    ]
    for (const [lines, keys, others] of cases) {
      const read = readText(lines.join("\n"))
      assert.deepStrictEqual([read.keys, read.counts.others, read.form], [keys, others, "a key per line"], lines[0])
    }
  })

  it("may have quotes around them, and separators within these", () => {
    const cases: ReadonlyArray<readonly [lines: ReadonlyArray<string>, keys: ReadonlyArray<number>]> = [
      [["time,key,size", "0,\"k1,x\",100", "1,\"k1,y\",100", "2,\"k1,x\",100"], [0, 1, 0]],
      [["0,\"a\"\"b,c\",5", "1,\"a\"\"b,d\",5", "\"2\", \"a\"\"b,c\" ,\"5\""], [0, 1, 0]],
      [["key;size", "\"a;b\";5", "\"a;c\";5", "\"a;b\";5"], [0, 1, 0]],
      // A quote that does not end, or after which more follows, is a character.
      [["time,key,size", "0,\"a,5", "1,\"b\"c,5", "2,\"a,5"], [0, 1, 0]],
      [["time,key,size", "0,x,5", "1,\"\"\"\",5", "2,\"x\",5"], [0, 1, 0]]
    ]
    for (const [lines, keys] of cases) {
      const read = readText(lines.join("\n"))
      assert.deepStrictEqual([read.keys, read.counts.unreadable], [keys, 0], lines.join("\n"))
      assert.include(read.form ?? "", "key, size")
    }
  })

  it("may lack a size, or what it takes to compute", () => {
    const cases: ReadonlyArray<readonly [lines: ReadonlyArray<string>, sizes: ReadonlyArray<number> | undefined]> = [
      [["time,key,size", "0,a,8", "1,b,-", "2,b,6"], [8, 6, 6]],
      [["time,key,size", "0,a,8", "1,b,", "2,a,"], [8, 8, 8]],
      [["time,key,size", "0,a,-", "1,b,-"], undefined],
      [["0,a,8,3", "1,b,,4", "2,a,8,", "3,c,-,-"], [8, 8, 8, 8]],
      [["time\tkey\tsize", "0\ta\t8", "1\tb\t", "2\ta\t"], [8, 8, 8]],
      [["a -", "b 6", "a 8"], [8, 6, 8]]
    ]
    for (const [lines, sizes] of cases) {
      const read = readText(lines.join("\n"))
      assert.deepStrictEqual([read.sizes, read.counts.unreadable], [sizes, 0], lines.join("\n"))
    }
    assert.strictEqual(readText("time,key,size\n0,a,8\n1,a,x\n2,a,-5\n").counts.unreadable, 2)
  })

  it("may be said", () => {
    const { keys, sizes } = readText("x,a,9,7\ny,b,9,8\nz,a,9,7\n", { columns: ["-", "key", "-", "size"] })
    assert.deepStrictEqual([keys, sizes], [[0, 1, 0], [7, 8, 7]])
    assert.deepStrictEqual(readText("a 1\na 2\n", { columns: ["key"] }).keys, [0, 1])
  })
})

describe("a sample", () => {
  const keys = fc.array(fc.nat(3000), { minLength: 1, maxLength: 3000 })
  const textOf = (keys: ReadonlyArray<number>) =>
    keys.map((key) => `${key} ${key % 50 + 1} ${10 * key + 10}\n`).join("")

  it("has all requests for some of the keys, in their order", () => {
    fc.assert(
      fc.property(keys, fc.constantFrom(0.1, 0.5, 0.9), (keys, rate) => {
        const all = readText(textOf(keys), { columns: ["key", "cost", "size"] })
        const some = readText(textOf(keys), { columns: ["key", "cost", "size"], rate })
        const kept = new Set(some.sizes ?? [])
        assert.deepStrictEqual(some.sizes ?? [], all.sizes?.filter((size) => kept.has(size)))
        assert.deepStrictEqual(some.costs ?? [], (some.sizes ?? []).map((size) => (size / 10 - 1) % 50 + 1))
        assert.strictEqual(some.unique, kept.size)
        assert.strictEqual(some.sample.seen, keys.length)
      }),
      property(100)
    )
  })

  it("of all is all", () => {
    const text = textOf(Array.from({ length: 5000 }, (_, at) => (at * at) % 997))
    const all = readText(text)
    assert.deepStrictEqual(readText(text, { rate: 1 }), all)
    assert.strictEqual(all.sample.requests.keys.length, 5000)
  })

  it("becomes smaller as there come to be more requests than are kept", () => {
    const text = (length: number) => Array.from({ length }, (_, at) => `k${at % 90_000} ${at % 90_000}\n`).join("")
    const { keys, sample, sizes, unique } = readText(text(200_000), { most: 120_000, mostSized: 120_000 })
    assert.closeTo(sample.rate, 0.512, 0.129)
    assert.isAtMost(keys.length, 120_000)
    assert.closeTo(unique / 90_000, sample.rate, 0.001)
    assert.strictEqual(sample.seen, 200_000)
    // What is left of the keys is what a sample of that share from the start has.
    const direct = readText(text(200_000), { rate: 0.8 ** 3 })
    assert.deepStrictEqual([direct.keys, direct.sizes], [keys, sizes])
    assert.closeTo(sample.bytes, 200_000 * 45_000, 1e9)
  })

  it("of few keys is the first requests for all of them", () => {
    const { keys, sample } = readText(Array.from({ length: 5000 }, (_, at) => `k${at % 700}\n`).join(""), {
      most: 2000
    })
    assert.deepStrictEqual(keys, Array.from({ length: 2000 }, (_, at) => at % 700))
    assert.deepStrictEqual([sample.rate, sample.seen, sample.later], [1, 2000, 3000])
  })
})
