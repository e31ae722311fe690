import { assert, describe, it } from "@effect/vitest"
import * as Either from "effect/Either"
import * as Schema from "effect/Schema"
import * as fc from "fast-check"
import { createHash } from "node:crypto"
import { readFileSync } from "node:fs"
import { parseZone1970, Zone } from "../../demo/ZoneTable.js"

const file = (name: string) => readFileSync(new URL(`../../demo/data/${name}`, import.meta.url))
const text = file("zone1970.tab").toString("utf8")

const parsed = (rows: string) => Either.getOrThrow(parseZone1970(rows))

describe("ZoneTable", () => {
  const zones = new Map(parsed(text).map((zone) => [zone.zone, zone]))

  it("reads every row of the real table", () => {
    assert.strictEqual(zones.size, 312)
    assert.strictEqual(zones.size, text.split("\n").filter((row) => row !== "" && !row.startsWith("#")).length)
    for (const zone of zones.values()) {
      assert.deepStrictEqual(Schema.decodeUnknownSync(Schema.parseJson(Zone))(JSON.stringify(zone)), zone)
    }
  })

  it("is the table whose checksum is published", () => {
    assert.include(file("README.md").toString("utf8"), createHash("sha256").update(text).digest("hex"))
  })

  it("reads real rows", () => {
    // AD	+4230+00131	Europe/Andorra
    assert.deepStrictEqual(zones.get("Europe/Andorra"), {
      zone: "Europe/Andorra",
      countries: ["AD"],
      latitude: 42.5,
      longitude: 1.516667
    })
    // AE,OM,RE,SC,TF	+2518+05518	Asia/Dubai	Crozet
    assert.deepStrictEqual(zones.get("Asia/Dubai"), {
      zone: "Asia/Dubai",
      countries: ["AE", "OM", "RE", "SC", "TF"],
      latitude: 25.3,
      longitude: 55.3,
      comments: "Crozet"
    })
    // AQ	-720041+0023206	Antarctica/Troll	Troll
    assert.deepStrictEqual(zones.get("Antarctica/Troll"), {
      zone: "Antarctica/Troll",
      countries: ["AQ"],
      latitude: -72.011389,
      longitude: 2.535,
      comments: "Troll"
    })
    // CA	+744144-0944945	America/Resolute	Central - NU (Resolute)
    assert.deepStrictEqual(zones.get("America/Resolute"), {
      zone: "America/Resolute",
      countries: ["CA"],
      latitude: 74.695556,
      longitude: -94.829167,
      comments: "Central - NU (Resolute)"
    })
  })

  it("reads back every position", () => {
    const half = (degrees: number, width: number) =>
      fc.record({
        sign: fc.constantFrom("+", "-"),
        degrees: fc.nat(degrees - 1),
        minutes: fc.nat(59),
        seconds: fc.nat(59),
        width: fc.constant(width)
      })
    fc.assert(fc.property(half(90, 2), half(180, 3), fc.boolean(), (lat, lon, precise) => {
      const print = ({ degrees, minutes, seconds, sign, width }: typeof lat) =>
        [
          sign,
          `${degrees}`.padStart(width, "0"),
          ...[minutes, ...(precise ? [seconds] : [])].map((part) => `${part}`.padStart(2, "0"))
        ].join("")
      const value = ({ degrees, minutes, seconds, sign }: typeof lat) =>
        (sign === "-" ? -1 : 1) * (degrees * 3600 + minutes * 60 + (precise ? seconds : 0)) / 3600
      const [zone] = parsed(`XX\t${print(lat)}${print(lon)}\tA/B`)
      assert.closeTo(zone?.latitude ?? Number.NaN, value(lat), 5.1e-7)
      assert.closeTo(zone?.longitude ?? Number.NaN, value(lon), 5.1e-7)
      assert.isFalse(Object.is(zone?.latitude, -0) || Object.is(zone?.longitude, -0))
    }))
  })

  it("skips comments and empty lines, and takes CR LF", () => {
    assert.deepStrictEqual(parsed("# no\r\n\r\nAD\t+4230+00131\tEurope/Andorra\r\n").map(({ zone }) => zone), [
      "Europe/Andorra"
    ])
    assert.deepStrictEqual(parsed(""), [])
  })

  const wrong = [
    ["AD", "expected countries, coordinates"],
    ["AD\t+4230+00131", "expected countries, coordinates"],
    ["AD\t+4230+00131\t", "expected countries, coordinates"],
    ["AD\t+4230+00131\tA/B\t", "expected countries, coordinates"],
    ["AD\t+4230+00131\tA/B\tc\td", "expected countries, coordinates"],
    ["\t+4230+00131\tA/B", "two-letter country codes"],
    ["AD,\t+4230+00131\tA/B", "two-letter country codes"],
    ["AND\t+4230+00131\tA/B", "two-letter country codes"],
    ["AD\t4230+00131\tA/B", "±DDMM"],
    ["AD\t+4230+0131\tA/B", "±DDMM"],
    ["AD\t+4260+00131\tA/B", "±DDMM"],
    ["AD\t+423000+00131\tA/B", "±DDMM"],
    ["AD\t+9001+00131\tA/B", "±DDMM"],
    ["AD\t+4230+18001\tA/B", "±DDMM"]
  ] as const
  for (const [row, message] of wrong) {
    it(`refuses ${JSON.stringify(row)}`, () => {
      const error = Either.getOrThrow(Either.flip(parseZone1970(`# first\nAD\t+4230+00131\tEurope/Andorra\n${row}\n`)))
      assert.strictEqual(error.line, 3)
      assert.include(error.message, message)
      assert.include(error.message, `line 3: `)
      assert.include(error.message, JSON.stringify(row))
    })
  }
})
