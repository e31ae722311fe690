/**
 * The table of time zones of the IANA time zone database (`zone1970.tab`) as values.
 */
import * as Data from "effect/Data"
import * as Either from "effect/Either"
import * as Schema from "effect/Schema"

/** One row of the table: a region whose clocks have agreed since 1970. */
export const Zone = Schema.Struct({
  /** Such as `Europe/Andorra`. */
  zone: Schema.String,
  /** ISO 3166 codes of the countries that overlap the zone, that of its most populous city first. */
  countries: Schema.Array(Schema.String),
  /** Of the principal location, in decimal degrees, north positive, rounded to 6 places. */
  latitude: Schema.Number,
  /** Of the principal location, in decimal degrees, east positive, rounded to 6 places. */
  longitude: Schema.Number,
  /** Tells the zones of one country apart. */
  comments: Schema.optionalWith(Schema.String, { exact: true })
})

export type Zone = typeof Zone.Type

/** A row that is not as the table's header describes it. */
export class ZoneTableError extends Data.TaggedError("ZoneTableError")<{
  readonly message: string
  /** Counted from 1. */
  readonly line: number
}> {}

// ISO 6709 as the table uses it: sign, degrees, minutes and, in both halves or in none, seconds.
const withMinutes = /^([+-])(\d{2})([0-5]\d)()([+-])(\d{3})([0-5]\d)()$/
const withSeconds = /^([+-])(\d{2})([0-5]\d)([0-5]\d)([+-])(\d{3})([0-5]\d)([0-5]\d)$/

const toDegrees = (sign = "", degrees = "", minutes = "", seconds = ""): number => {
  const value = Number(degrees) + Number(minutes) / 60 + Number(seconds) / 3600
  // Adding 0 makes the -0 of "-0000" a plain 0.
  return Math.round((sign === "-" ? -value : value) * 1e6) / 1e6 + 0
}

const parsePosition = (text: string): { readonly latitude: number; readonly longitude: number } | undefined => {
  const parts = withMinutes.exec(text) ?? withSeconds.exec(text)
  if (parts === null) {
    return undefined
  }
  const latitude = toDegrees(...parts.slice(1, 5))
  const longitude = toDegrees(...parts.slice(5, 9))
  return Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180 ? { latitude, longitude } : undefined
}

const parseRow = (text: string, line: number): Either.Either<Zone, ZoneTableError> => {
  const fail = (expected: string) =>
    Either.left(
      new ZoneTableError({ line, message: `line ${line}: expected ${expected}, got ${JSON.stringify(text)}` })
    )
  const [codes = "", coordinates = "", zone = "", comments, ...more] = text.split("\t")
  const countries = codes.split(",")
  if (more.length > 0 || zone === "" || comments === "") {
    return fail("countries, coordinates, a zone and perhaps comments, separated by single tabs")
  }
  if (!countries.every((code) => /^[A-Z]{2}$/.test(code))) {
    return fail("two-letter country codes separated by commas in the first column")
  }
  const found = parsePosition(coordinates)
  if (found === undefined) {
    return fail("±DDMM±DDDMM or ±DDMMSS±DDDMMSS in the second column")
  }
  return Either.right({ zone, countries, ...found, ...(comments === undefined ? {} : { comments }) })
}

/**
 * Reads the text of a `zone1970.tab`: rows of tab-separated columns; empty lines and lines that begin with `#` are
 * skipped. The first row that is wrong is the error.
 */
export const parseZone1970 = (text: string): Either.Either<ReadonlyArray<Zone>, ZoneTableError> =>
  Either.all(
    text.split(/\r?\n/).flatMap((row, index) => (row === "" || row.startsWith("#") ? [] : [parseRow(row, index + 1)]))
  )
