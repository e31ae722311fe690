/**
 * The demo on a terminal, and in the log of a machine that has none.
 */
import * as Clock from "effect/Clock"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import type { Claim, Outcome, Table } from "./Part.js"

/** How to write. */
export interface Style {
  readonly colours: boolean
  /** Whether a line can be written over. */
  readonly overwrites: boolean
}

/** What a terminal can, by its environment. See <https://no-color.org>. */
export const styleOf = (isTerminal: boolean, environment: Readonly<Record<string, string | undefined>>): Style => {
  const overwrites = isTerminal && environment["TERM"] !== "dumb"
  return { overwrites, colours: overwrites && (environment["NO_COLOR"] ?? "") === "" }
}

const codes = { bold: [1, 22], dim: [2, 22], red: [31, 39], green: [32, 39], cyan: [36, 39] } as const

/** Colours a text, where there are colours. */
export const paint = ({ colours }: Style, colour: keyof typeof codes, text: string): string => {
  const [on, off] = codes[colour]
  return colours ? `\u001b[${on}m${text}\u001b[${off}m` : text
}

/** Rows as lines: the columns below each other, the first one to the left, the others to the right. */
const printTable = (style: Style, table: Table): ReadonlyArray<string> => {
  const widths = (table[0] ?? []).map((_, column) => Math.max(...table.map((row) => (row[column] ?? "").length)))
  return table.map((row, index) => {
    const cells = widths.map((width, column) =>
      column === 0 ? (row[column] ?? "").padEnd(width) : (row[column] ?? "").padStart(width)
    )
    const line = `   ${cells.join("   ").trimEnd()}`
    return index === 0 ? paint(style, "dim", line) : line
  })
}

const printClaim = (style: Style, { holds, text }: Claim): string =>
  `   ${holds ? paint(style, "green", "✔") : paint(style, "red", "✘")} ${text}`

/** The lines below the title of a part. */
export const printOutcome = (style: Style, { claims, remark, table }: Outcome): ReadonlyArray<string> => [
  ...(table === undefined ? [] : printTable(style, table)),
  ...claims.map((claim) => printClaim(style, claim)),
  ...(remark === undefined ? [] : [paint(style, "dim", `   ${remark}`)])
]

const clearLine = "\r\u001b[2K"
const wheel = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"

const write = (text: string) => Effect.sync(() => process.stdout.write(text))

/**
 * Runs an effect, and shows what is being done meanwhile: on the last line of a terminal, which is empty again when it is
 * over; nowhere without one.
 */
export const withProgress = <A, E, R>(
  style: Style,
  run: (say: (doing: string) => Effect.Effect<void>) => Effect.Effect<A, E, R>
): Effect.Effect<A, E, R> => {
  if (!style.overwrites) return run(() => Effect.void)
  return Effect.gen(function*() {
    const start = yield* Clock.currentTimeMillis
    let doing = "…"
    let turn = 0
    const draw = Effect.flatMap(Clock.currentTimeMillis, (now) => {
      const sign = wheel[turn++ % wheel.length] ?? ""
      const time = `${((now - start) / 1000).toFixed(1)} s`
      return write(`${clearLine}   ${paint(style, "cyan", sign)} ${doing}  ${paint(style, "dim", time)}`)
    })
    return yield* run((text) => Effect.sync(() => void (doing = text))).pipe(
      Effect.raceFirst(Effect.zipRight(Effect.repeat(draw, Schedule.spaced(80)), Effect.never)),
      Effect.ensuring(write(clearLine))
    )
  })
}

/** Prints lines. */
export const printLines = (lines: ReadonlyArray<string>) => Console.log(lines.join("\n"))
