/**
 * Values that tell whether they are whole: each begins with a digest of its key and of its rest.
 */
import { Keyspace } from "effect-aws-cache/S3Store"
import * as Effect from "effect/Effect"
import * as Random from "effect/Random"
import * as Schema from "effect/Schema"
import { createHash } from "node:crypto"

/** The keyspace of the texts. */
export const Texts = Keyspace.make("texts", { key: Schema.String, value: Schema.String })

/** All keys there are. */
export const names: ReadonlyArray<string> = Array.from({ length: 20 }, (_, at) => `text ${at}`)

/** Whether the key is one of those that are replaced, but never removed: the first ten. */
export const isAlwaysThere = (name: string): boolean => names.indexOf(name) < 10

const digest = (name: string, rest: string) => createHash("sha256").update(`${name}\n${rest}`).digest("hex")

/** A new text for a key: of 1 to 200,000 characters, as `Random` decides. */
export const nextText = (name: string): Effect.Effect<string> =>
  Effect.gen(function*() {
    const length = yield* Random.nextIntBetween(1, 200_001)
    const part = createHash("sha256").update(String(yield* Random.next)).digest("hex")
    const rest = part.repeat(Math.ceil(length / part.length)).slice(0, length)
    return `${digest(name, rest)}${rest}`
  })

/** Whether a text is all that was once made for the key. */
export const isWhole = (name: string, text: string): boolean => text.slice(0, 64) === digest(name, text.slice(64))
