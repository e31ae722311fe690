/**
 * What can go wrong with a request to a second level.
 *
 * @since 1.0.0
 */
import * as Data from "effect/Data"
import type { DurationInput } from "effect/Duration"
import type { ObjectStoreReason } from "../../S3Store/objects/ObjectStoreErrors.js"

/**
 * What becomes of a request:
 *
 * - `Fail`: it fails before it had an effect;
 * - `LostAnswer`: it has its effect, but fails with `reason` (default `"Timeout"`): the answer did not come;
 * - `Hang`: there is never an answer. With `lands` it has its effect all the same;
 * - `Unknown`: `add`, `replace`, `saveOnce` and `removeIfMatch` tell `Unknown`, as after a conflict; with `lands` they had their
 *   effect;
 * - `Repeat`: it has its effect twice, as when a client sends it again after a lost answer, and the second answer is told: an
 *   `add` finds its own object in the way;
 * - `Corrupt`: a `load` gives a body with one flipped bit, in the byte `at` or the last one there is (default: one
 *   that is drawn);
 * - `Truncate`: a `load` gives a body of at most `bytes` bytes;
 * - `Slow`: it comes to the store `by` later;
 * - `SlowBody`: a `load` takes as long as so many `bytesPerSecond` take;
 * - `Die`: it dies with `defect`, which no store should do.
 *
 * @since 1.0.0
 * @category models
 */
export type Fault = Data.TaggedEnum<{
  readonly Fail: { readonly reason: ObjectStoreReason; readonly detail?: string | undefined }
  readonly LostAnswer: { readonly reason?: ObjectStoreReason | undefined }
  readonly Hang: { readonly lands?: boolean | undefined }
  readonly Unknown: { readonly lands?: boolean | undefined }
  readonly Repeat: object
  readonly Corrupt: { readonly at?: number | undefined }
  readonly Truncate: { readonly bytes: number }
  readonly Slow: { readonly by: DurationInput }
  readonly SlowBody: { readonly bytesPerSecond: number }
  readonly Die: { readonly defect: unknown }
}>

/**
 * Constructors and matchers of faults: `Fault.Fail({ reason: "Throttled" })`.
 *
 * @since 1.0.0
 * @category constructors
 */
export const Fault = Data.taggedEnum<Fault>()
