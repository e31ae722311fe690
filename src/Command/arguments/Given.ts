/**
 * A command line as it was given.
 */
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import { nearestName } from "../../Cache/engine/options/nearestName.js"
import { printable } from "../terminal/printable.js"
import { faultOf, type Operand, type Option } from "./Option.js"
import { UsageError } from "./UsageError.js"

/** What was given to a verb. */
export interface Given {
  /** The value of an option. Fails for one that it does not take. */
  readonly option: <A>(option: Option<A>) => Effect.Effect<A, UsageError>
  /** What stands in the place of an operand. Fails where nothing does. */
  readonly operand: (operand: Operand) => Effect.Effect<string, UsageError>
  /** The same, where nothing may. */
  readonly optional: (operand: Operand) => string | undefined
}

/** What a command line may have. */
export interface Accepted {
  readonly operands: ReadonlyArray<Operand>
  readonly options: ReadonlyArray<Option<unknown>>
}

const wrong = (detail: string) => Either.left(new UsageError({ detail }))

/** Reads a command line: options may stand anywhere, after `--` nothing is one. */
export const readArguments = (
  { operands, options }: Accepted,
  line: ReadonlyArray<string>
): Either.Either<Given, UsageError> => {
  const byName = new Map(options.map((option) => [option.name, option]))
  const given = new Map<string, ReadonlyArray<string>>()
  const places: Array<string> = []
  for (let at = 0; at < line.length; at++) {
    const word = line[at] ?? ""
    if (word === "--") {
      places.push(...line.slice(at + 1))
      break
    }
    if (!word.startsWith("-") || word === "-") {
      places.push(word)
      continue
    }
    const [, name = "", value] = /^--([^=]+)(?:=([^]*))?$/.exec(word) ?? []
    const option = byName.get(name)
    if (option === undefined) {
      const meant = nearestName(word, [...byName.keys()])
      const hint = meant === undefined ? "" : `: did you mean --${meant}?`
      return wrong(`there is no option ${printable(word.replace(/=[^]*/, ""), 80)}${hint}`)
    }
    if (option.takes === undefined && value !== undefined) return wrong(`--${name} takes no value`)
    const next = line[at + 1]
    // A variable of a shell that is empty must not have an option taken for its value: --keyspace $NAME --dry-run.
    if (option.takes !== undefined && value === undefined && next?.startsWith("--") === true) {
      return wrong(
        `--${name} takes a value, and ${
          printable(next, 80)
        } looks like an option: --${name}=${option.takes} if it is none`
      )
    }
    const taken = option.takes === undefined ? "" : value ?? line[++at]
    if (taken === undefined) return wrong(`--${name} takes a value: --${name} ${option.takes ?? ""}`)
    given.set(name, [...given.get(name) ?? [], taken])
  }
  const beyond = places[operands.length]
  if (beyond !== undefined) {
    return wrong(
      `${printable(beyond, 80)} is one too many: ${operands.map(({ name }) => name).join(" ")} is all it takes`
    )
  }
  const optional = (operand: Operand) => places[operands.indexOf(operand)]
  return Either.right({
    option: (option) => {
      const texts = given.get(option.name) ?? []
      return Either.match(option.read(texts), {
        onLeft: (fault) => Effect.fail(new UsageError({ detail: faultOf(option.name, texts, fault) })),
        onRight: (value) => Effect.succeed(value)
      })
    },
    operand: (operand) => {
      const text = optional(operand)
      return text === undefined
        ? Effect.fail(new UsageError({ detail: `${operand.name} is missing: ${operand.says}` }))
        : Effect.succeed(text)
    },
    optional
  })
}
