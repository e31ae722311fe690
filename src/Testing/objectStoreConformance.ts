/**
 * What every object store has to do, for any test runner.
 *
 * @since 1.0.0
 */
import * as Effect from "effect/Effect"
import { randomBytes } from "node:crypto"
import type { OptionKinds } from "../Cache/engine/options/optionKinds.js"
import { wrongOptions } from "../Cache/options/wrongOptions.js"
import { objectStoreTag } from "../S3Store/objects/ObjectStore.js"
import type { ObjectStoreError } from "../S3Store/objects/ObjectStoreErrors.js"
import type { ObjectStore } from "../S3Store/service/ObjectStoreTag.js"
import { rulesOfConditions, rulesOfRemovals, rulesWithoutConditions } from "./conformance/conditions.js"
import { ConformanceFailure } from "./conformance/ConformanceFailure.js"
import { rulesOfContents } from "./conformance/contents.js"
import type { Rule, Violation } from "./conformance/contract.js"
import { inFolder } from "./conformance/inFolder.js"
import { rulesOfLists, rulesWithoutLists } from "./conformance/lists.js"
import { rulesOfSequences } from "./conformance/sequences.js"

/**
 * What a store may be unable to do, and how much is asked of it.
 *
 * @since 1.0.0
 * @category models
 */
export interface ObjectStoreConformanceOptions {
  /** Whether `add` and `replace` honour conditions; otherwise they have to fail with `ConditionalWritesUnsupported`. Default `true`. */
  readonly conditionalWrites?: boolean | undefined
  /**
   * Whether `removeIfMatch` honours its condition; otherwise it has to say `unsupported`. Default: either will do, as long as it
   * does what it says.
   */
  readonly conditionalDeletes?: boolean | undefined
  /** Whether `list` lists; otherwise it has to fail with `ListUnsupported`. Default `true`. */
  readonly lists?: boolean | undefined
  /** How long the sequence of requests is that is compared with a `Map`. Default 200. */
  readonly steps?: number | undefined
}

/**
 * A test: its name, and an effect that fails where the store does something else.
 *
 * @since 1.0.0
 * @category models
 */
export interface ObjectStoreTest {
  /** What has to hold. */
  readonly name: string
  /** Whether it does. */
  readonly run: Effect.Effect<void, ConformanceFailure, ObjectStore>
}

const kinds: OptionKinds<ObjectStoreConformanceOptions> = {
  conditionalWrites: "flag",
  conditionalDeletes: "flag",
  lists: "flag",
  steps: "whole"
}

const failure = (test: string) => (error: Violation | ObjectStoreError): ConformanceFailure =>
  error._tag === "Violation"
    ? new ConformanceFailure({ test, contract: error.contract, expected: error.expected, seen: error.seen })
    : new ConformanceFailure({
      test,
      contract: "a store does what it is asked",
      expected: "an answer",
      seen: error.message,
      cause: error
    })

const died = (test: string) => (defect: unknown) =>
  Effect.fail(
    new ConformanceFailure({
      test,
      contract: "a store fails with an ObjectStoreError, if it fails",
      expected: "an answer or such an error",
      seen: `a defect: ${String(defect)}`,
      cause: defect
    })
  )

const testOf = ({ check, name }: Rule): ObjectStoreTest => ({
  name,
  run: Effect.flatMap(objectStoreTag, (behind) =>
    Effect.suspend(() => {
      const { cleanUp, store } = inFolder(behind, `run-${randomBytes(4).toString("hex")}/`)
      return check(store).pipe(
        Effect.asVoid,
        Effect.mapError(failure(name)),
        Effect.catchAllDefect(died(name)),
        // What is left of a store that does not remove is told by a test.
        Effect.ensuring(Effect.exit(cleanUp))
      )
    }))
})

/**
 * The tests that every `ObjectStore` has to pass: the contract that caches rely on. They are effects that need the store, so
 * that they run in any test runner. They use names of their own in it, and remove what they wrote; whatever else is in it they
 * leave alone.
 *
 * Throws `CacheConfigError` for options that are none.
 *
 * @example
 * ```ts
 * import { Effect } from "effect"
 * import { ObjectStore } from "effect-aws-cache/S3Store"
 * import { objectStoreConformance } from "effect-aws-cache/testing"
 * import * as assert from "node:assert/strict"
 *
 * const tests = objectStoreConformance()
 *
 * for (const { run } of tests) await Effect.runPromise(Effect.provide(run, ObjectStore.layerMemory()))
 *
 * assert.equal(tests.length > 15, true)
 * ```
 *
 * @since 1.0.0
 * @category conformance
 */
export const objectStoreConformance = (
  options: ObjectStoreConformanceOptions = {}
): ReadonlyArray<ObjectStoreTest> => {
  const wrong = wrongOptions("object store conformance", options, kinds)
  if (wrong !== undefined) throw wrong
  const { conditionalDeletes, conditionalWrites = true, lists = true, steps = 200 } = options
  return [
    ...rulesOfContents,
    ...(lists ? rulesOfLists : rulesWithoutLists),
    ...(conditionalWrites ? rulesOfConditions : rulesWithoutConditions),
    ...rulesOfRemovals(conditionalDeletes),
    ...rulesOfSequences(conditionalWrites, conditionalDeletes === true, steps)
  ].map(testOf)
}
