/**
 * What every test file is set up with: `assert.deepStrictEqual`, and chai's other deep comparisons, compare as
 * `node:assert` does.
 *
 * Chai's own comparison calls values equal that are not. Of two iterable objects with different numbers of properties
 * it only compares what they iterate over, and an `Option`, an `Either` and an `Exit` iterate over something that has no
 * properties: `Option.none()` equals every `Option.some`, and every `Either`. Of two errors it only compares name,
 * message and code. Both hold at any depth.
 *
 * Neither sees into a `Redacted`, a `Headers`, or an object with private fields: compare what they hold.
 */
import { isDeepStrictEqual } from "node:util"
import { chai } from "vitest"

chai.config.deepEqual = isDeepStrictEqual
