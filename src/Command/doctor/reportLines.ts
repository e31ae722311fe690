/**
 * What the doctor says, in lines for people.
 */
import { counted } from "../terminal/formats.js"
import type { Colour, Paint } from "../terminal/Paint.js"
import { printable } from "../terminal/printable.js"
import type { CheckName, Diagnosis, Finding, FindingOutcome } from "./Finding.js"

const marks: Readonly<Record<FindingOutcome, readonly [mark: string, colour: Colour]>> = {
  good: ["✓", "green"],
  note: ["!", "yellow"],
  found: ["✗", "red"],
  unseen: ["?", "dim"],
  untried: ["-", "dim"]
}

const widest = 20

const linesOf =
  (paint: Paint, columns: number, isIgnored: boolean) =>
  ({ check, outcome, part, policy, says, todo }: Finding): ReadonlyArray<string> => {
    const [mark, colour] = isIgnored ? ["-", "dim"] as const : marks[outcome]
    const indent = " ".repeat(widest + 4)
    const width = Math.max(30, Math.min(columns, 120) - indent.length)
    const [first = "", ...more] = wrapped(
      `${isIgnored ? "(ignored) " : ""}${part === undefined ? "" : `${part}: `}${printable(says, 1000)}`,
      width
    )
    const shown = (line: string) => outcome === "good" || outcome === "found" ? line : paint("dim", line)
    return [
      `${paint(colour, mark)} ${check.padEnd(widest)}  ${shown(first)}`,
      ...more.map((line) => indent + shown(line)),
      ...todo === undefined || isIgnored
        ? []
        : wrapped(`→ ${printable(todo, 1000)}`, width).map((line) => indent + paint("cyan", line)),
      ...policy === undefined || isIgnored ? [] : [indent + paint("bold", JSON.stringify(policy))]
    ]
  }

/** A diagnosis as lines. */
export const reportLines = (
  paint: Paint,
  columns: number,
  { findings, requests, target }: Diagnosis,
  ignored: ReadonlySet<CheckName>
): ReadonlyArray<string> => {
  const todo = findings.filter(({ check, outcome }) => outcome === "found" && !ignored.has(check)).length
  const unseen = findings.filter(({ outcome }) => outcome === "unseen").length
  return [
    paint("bold", printable(target)),
    "",
    ...findings.flatMap((finding) => linesOf(paint, columns, ignored.has(finding.check))(finding)),
    "",
    (todo === 0 ? paint("green", "Nothing is to be done.") : paint("red", `${counted(todo, "thing")} to do.`)) +
    (unseen === 0 ? "" : ` ${counted(unseen, "thing")} could not be looked at.`) +
    (requests === 0 ? "" : paint("dim", ` ${counted(requests, "request")}.`))
  ]
}

/** A text in lines of so many characters, cut between words. */
const wrapped = (text: string, width: number): ReadonlyArray<string> => {
  const lines: Array<string> = []
  let line = ""
  for (const word of text.split(" ")) {
    if (line !== "" && line.length + 1 + word.length > width) {
      lines.push(line)
      line = word
    } else {
      line = line === "" ? word : `${line} ${word}`
    }
  }
  return [...lines, line]
}
