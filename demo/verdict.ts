/**
 * Whether what the demo said holds.
 */
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import type { ShownPart } from "./Part.js"

/** Something the demo said did not hold, or it was asked for what it has not. */
export class DemoError extends Data.TaggedError("DemoError")<{ readonly message: string }> {}

/** How many claims there are; fails when one of them does not hold. */
export const verdict = (parts: ReadonlyArray<ShownPart>): Effect.Effect<number, DemoError> => {
  const claims = parts.flatMap((part) => part.claims)
  const failed = claims.filter(({ holds }) => !holds).map(({ text }) => text)
  return failed.length === 0
    ? Effect.succeed(claims.length)
    : new DemoError({ message: `${failed.length} of the demo's claims did not hold:\n${failed.join("\n")}` })
}
