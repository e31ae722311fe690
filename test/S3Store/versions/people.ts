import { Schema } from "effect"
import { type EntryOptions, Keyspace } from "effect-aws-cache/S3Store"

/** People as version 1 knew them: a name, and a comma. */
export const Person1 = Schema.Struct({ name: Schema.String, born: Schema.DateFromString })

/** The same as version 2 knows them. */
export const Person2 = Schema.Struct({
  first: Schema.String,
  last: Schema.NonEmptyString,
  born: Schema.DateFromString
})

/** A third one. */
export const Person3 = Schema.Struct({ names: Schema.Array(Schema.String), year: Schema.Int })

export class NoSuchPerson extends Schema.TaggedError<NoSuchPerson>()("NoSuchPerson", { id: Schema.String }) {}

type Person1 = typeof Person1.Type
type Person2 = typeof Person2.Type

export const toPerson2 = ({ born, name }: Person1): Person2 => {
  const [last = "", first = ""] = name.split(", ")
  return { first, last, born }
}

const toPerson1 = ({ born, first, last }: Person2): Person1 => {
  if (last.includes(", ")) throw new RangeError("no name with a comma can be written as before")
  return { name: `${last}, ${first}`, born }
}

const common = {
  key: Schema.String,
  failure: NoSuchPerson,
  timeToLive: "1 hour",
  failureTimeToLive: "1 hour",
  tags: ["people"]
} as const

/** The programs of three deployments after the first one, as they stand side by side. */
export const peopleOf = (options: EntryOptions = {}) => {
  const given = { ...common, ...options }
  const from1 = { version: "1", value: Person1, migrate: toPerson2 }
  return {
    /** Knows nothing of version 2. */
    first: Keyspace.make("people", { ...given, value: Person1 }),
    /** Step 1: reads both, and writes as before. */
    both: Keyspace.make("people", {
      ...given,
      value: Person2,
      version: "2",
      previous: [Keyspace.previous({ ...from1, revert: toPerson1 })]
    }),
    /** Step 2: reads both, and writes its own. */
    moved: Keyspace.make("people", { ...given, value: Person2, version: "2", previous: [Keyspace.previous(from1)] }),
    /** Step 3: knows nothing of version 1 but its folder. */
    last: Keyspace.make("people", { ...given, value: Person2, version: "2", folder: "1" })
  }
}

export const ada1: Person1 = { name: "Lovelace, Ada", born: new Date("1815-12-10") }
export const ada2: Person2 = { first: "Ada", last: "Lovelace", born: new Date("1815-12-10") }
export const grace1: Person1 = { name: "Hopper, Grace", born: new Date("1906-12-09") }
export const grace2: Person2 = { first: "Grace", last: "Hopper", born: new Date("1906-12-09") }
