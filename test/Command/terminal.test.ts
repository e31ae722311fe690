import { assert, describe, it } from "@effect/vitest"
import { Effect, Either } from "effect"
import { PassThrough } from "node:stream"
import { bytes, duration, type Option, texts } from "../../src/Command/arguments/Option.js"
import { parseTarget } from "../../src/Command/target/Target.js"
import { confirm } from "../../src/Command/terminal/confirm.js"
import { formatBytes, formatDuration, formatShare } from "../../src/Command/terminal/formats.js"
import { hasColours, paintIf, widthOf } from "../../src/Command/terminal/Paint.js"
import { printable, safeJson } from "../../src/Command/terminal/printable.js"
import { barOf, tableLines } from "../../src/Command/terminal/table.js"

const plain = paintIf(false)

describe("confirm", () => {
  const answering = (text: string | undefined) =>
    Effect.suspend(() => {
      const input = new PassThrough()
      const output = new PassThrough()
      input.end(text)
      return confirm(plain, "Remove 2 objects?", { input, output })
    })

  it.effect("takes nothing but yes for yes", () =>
    Effect.gen(function*() {
      for (const text of ["y\n", "YES\n", " yes \r\n"]) assert.isTrue(yield* answering(text), text)
      for (const text of ["\n", "n\n", "yesterday\n", "no\ny\n", undefined]) {
        assert.isFalse(yield* answering(text), text)
      }
    }))
})

describe("what is shown", () => {
  it("does nothing to a terminal", () => {
    assert.strictEqual(
      printable("a\u001b[2Jb\u202ec\u009b\n\u{e0041}\ud800"),
      "a\\u001b[2Jb\\u202ec\\u009b\\u000a\\udb40\\udc41\\ud800"
    )
    assert.strictEqual(printable("x".repeat(300)).length, 200)
    assert.strictEqual(printable("\u0000".repeat(300)).length, 200)
    const value = { text: "\u009b31m\u202e", bytes: new Uint8Array([1, 2]), big: 12n }
    const json = safeJson(value, 2)
    assert.notMatch(json, /[\u0080-\u009f\u202e]/)
    assert.deepStrictEqual(JSON.parse(json), { text: value.text, bytes: { base64: "AQI=" }, big: "12" })
    assert.strictEqual(safeJson(undefined), "null")
  })

  it("has numbers that people read", () => {
    assert.deepStrictEqual([0, 1023, 1024, 1_500_000, 1024 ** 4 * 200].map(formatBytes), [
      "0 B",
      "1023 B",
      "1.0 KiB",
      "1.4 MiB",
      "200 TiB"
    ])
    const times = [0, 40, 5000, 65_000, 3_600_000, 90_061_000, 86_400_000 * 400, Number.POSITIVE_INFINITY]
    assert.deepStrictEqual(times.map(formatDuration), ["0s", "40ms", "5s", "1m 5s", "1h", "1d 1h", "1.1y", "forever"])
    assert.deepStrictEqual([formatShare(0, 5), formatShare(1, 1000), formatShare(999, 1000), formatShare(5, 5)], [
      "0 %",
      "< 1 %",
      "99 %",
      "100 %"
    ])
  })

  it("stands in columns, whatever is in them", () => {
    const paint = paintIf(true)
    const lines = tableLines(paint, [{ title: "A" }, { title: "B", side: "right" }], [
      ["日本", paint("red", "1")],
      ["x", "20"]
    ])
    assert.deepStrictEqual(lines.map(widthOf), [10, 10, 10])
    assert.deepStrictEqual([barOf(0, 8), barOf(1e-9, 8), barOf(0.5, 8), barOf(7, 8)], ["", "▏", "████", "████████"])
  })

  it("has colours where they are wanted", () => {
    assert.isTrue(hasColours(true, {}))
    assert.isFalse(hasColours(false, {}))
    assert.isFalse(hasColours(true, { TERM: "dumb" }))
    assert.isFalse(hasColours(true, { NO_COLOR: "1", FORCE_COLOR: "1" }))
    assert.isTrue(hasColours(false, { FORCE_COLOR: "1" }))
    assert.isFalse(hasColours(true, { FORCE_COLOR: "0" }))
  })
})

describe("a target", () => {
  it("is a bucket with a prefix, or a folder", () => {
    const access = "arn:aws:s3:eu-west-1:123456789012:accesspoint/mine"
    for (
      const [text, expected] of [
        ["s3://b", { _tag: "Bucket", bucket: "b", keyPrefix: "cache/" }],
        ["s3://b/", { _tag: "Bucket", bucket: "b", keyPrefix: "" }],
        ["s3://b/a/c", { _tag: "Bucket", bucket: "b", keyPrefix: "a/c/" }],
        [`s3://${access}/a/`, { _tag: "Bucket", bucket: access, keyPrefix: "a/" }],
        ["./cache", { _tag: "Folder", directory: "./cache" }]
      ] as const
    ) assert.deepStrictEqual(Either.getOrThrow(parseTarget(text)), expected)
    for (const text of ["", " ", "s3://", "s3:///a", "gs://b"]) assert.isTrue(Either.isLeft(parseTarget(text)), text)
  })
})

describe("options", () => {
  const read = <A>(option: Option<A>, ...given: ReadonlyArray<string>) =>
    Either.getOrElse(option.read(given), (fault) => fault)

  it("have units", () => {
    assert.deepStrictEqual(["45s", "90m", "12h", "1.5d", "2w", "7 days"].map((text) => read(duration("d", ""), text)), [
      45_000,
      5_400_000,
      43_200_000,
      129_600_000,
      1_209_600_000,
      604_800_000
    ])
    assert.include(String(read(duration("d", ""), "5")), "such as 45s")
    assert.deepStrictEqual([read(bytes("b", ""), "10G"), read(bytes("b", ""), "512B")], [10 * 1024 ** 3, 512])
    assert.include(String(read(bytes("b", ""), "10GB")), "write \"G\" or \"GiB\"")
    assert.deepStrictEqual(read(texts("t", "", ""), "a:2,b", "c"), ["a:2", "b", "c"])
  })
})
