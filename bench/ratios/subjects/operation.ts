/**
 * Operations inside Effect, in rounds of a single fiber.
 */
import * as Effect from "effect/Effect"
import * as Scope from "effect/Scope"
import { subjects } from "../../operations/store.js"
import type { Open } from "../Ratio.js"
import { perOperation } from "./perOperation.js"

/** How many operations a round has: what is short, and what is long. */
const operations = 20_000
const slowOperations = 2000

/** Opens a subject of the stores' benchmark, by its name. */
export const open: Open = async ([name]) => {
  const subject = subjects.find((each) => each.name === name)
  if (subject === undefined) throw new Error(`there is no operation named ${name}`)
  const scope = Effect.runSync(Scope.make())
  // Until the process ends.
  const operation = await Effect.runPromise(Scope.extend(subject.setUp(100), scope))
  const count = subject.slow === true ? slowOperations : operations
  let at = 0
  const loop = Effect.gen(function*() {
    for (const end = at + count; at < end; at++) yield* operation(at)
  })
  return {
    round: () => perOperation(() => Effect.runPromise(loop), count)
  }
}
