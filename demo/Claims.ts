/**
 * What the demo says, and whether it holds.
 */
import * as Console from "effect/Console"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Ref from "effect/Ref"

/** Something the demo said did not hold. */
class ClaimsFailed extends Data.TaggedError("ClaimsFailed")<{ readonly claims: ReadonlyArray<string> }> {
  override get message(): string {
    return `${this.claims.length} of the demo's claims did not hold:\n${this.claims.join("\n")}`
  }
}

/** Says things and remembers which of them did not hold. */
export interface Claims {
  /** Prints a claim with a tick, or with a cross when it does not hold. */
  readonly claim: (holds: boolean, text: string) => Effect.Effect<void>
  /** Fails when a claim did not hold. */
  readonly verdict: Effect.Effect<void, ClaimsFailed>
}

/** No claims yet. */
export const makeClaims: Effect.Effect<Claims> = Effect.map(Ref.make<ReadonlyArray<string>>([]), (failed) => ({
  claim: (holds, text) =>
    Effect.zipRight(
      Console.log(`  ${holds ? "✔" : "✘"} ${text}`),
      holds ? Effect.void : Ref.update(failed, (claims) => [...claims, text])
    ),
  verdict: Effect.flatMap(
    Ref.get(failed),
    (claims) => claims.length === 0 ? Effect.void : Effect.fail(new ClaimsFailed({ claims }))
  )
}))
