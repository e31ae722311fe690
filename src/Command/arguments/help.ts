/**
 * What the command says of itself.
 */
import type { Paint } from "../terminal/Paint.js"
import type { Operand, Option } from "./Option.js"
import type { Verb } from "./Verb.js"

/** What users call it by. */
export const commandName = "effect-aws-cache"

const listOf = (paint: Paint, rows: ReadonlyArray<readonly [name: string, says: string]>): ReadonlyArray<string> => {
  const width = Math.max(...rows.map(([name]) => name.length))
  return rows.flatMap(([name, says]) =>
    says.split("\n").map((line, at) =>
      at === 0 ? `  ${paint("cyan", name.padEnd(width))}  ${line}` : `  ${" ".repeat(width)}  ${line}`
    )
  )
}

const section = (paint: Paint, title: string, lines: ReadonlyArray<string>): ReadonlyArray<string> =>
  lines.length === 0 ? [] : ["", paint("bold", title), ...lines]

/** Of the whole command. */
export const commandHelp = (paint: Paint, verbs: ReadonlyArray<Verb>): ReadonlyArray<string> => [
  `${paint("bold", commandName)}: looks after the entries of an S3Cache in a bucket or a folder`,
  ...section(paint, "Usage", [`  ${commandName} VERB TARGET [OPTIONS]`]),
  ...section(paint, "Verbs", listOf(paint, verbs.map(({ name, says }) => [name, says]))),
  ...section(
    paint,
    "Target",
    listOf(paint, [
      ["s3://bucket", "the bucket, under the prefix cache/, which is the library's default"],
      ["s3://bucket/prefix", "the bucket, under prefix/; s3://bucket/ is all of it"],
      ["path/of/a/folder", "the folder of a file system store"]
    ])
  ),
  ...section(
    paint,
    "Everywhere",
    listOf(paint, [["--help", "what a verb does, and its options"], ["--version", "which version this is"]])
  ),
  "",
  `Ends with 0 when done, 1 when it found something wrong or nothing, 2 for a wrong command line,`,
  `3 when the store could not be asked.`
]

const shown = ({ name, takes }: Option<unknown>) => takes === undefined ? `--${name}` : `--${name} ${takes}`

const place = ({ isOptional, name }: Operand) => isOptional === true ? `[${name}]` : name

/** Of one verb. */
export const verbHelp = (paint: Paint, verb: Verb): ReadonlyArray<string> => [
  `${paint("bold", `${commandName} ${verb.name}`)}: ${verb.says}`,
  ...section(paint, "Usage", [
    `  ${[commandName, verb.name, ...verb.operands.map(place), "[OPTIONS]"].join(" ")}`
  ]),
  ...section(paint, "What it does", verb.about.map((line) => `  ${line}`.trimEnd())),
  ...section(paint, "Takes", listOf(paint, verb.operands.map(({ name, says }) => [name, says]))),
  ...section(paint, "Options", listOf(paint, verb.options.map((option) => [shown(option), option.says]))),
  ...section(
    paint,
    "Examples",
    verb.examples.flatMap(([line, says]) => [`  ${paint("dim", `# ${says}`)}`, `  ${commandName} ${line}`])
  )
]
