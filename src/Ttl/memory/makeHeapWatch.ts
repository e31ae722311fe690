/**
 * Making what watches the heap.
 */
import { describeType } from "../../Cache/engine/options/describeType.js"
import type { OptionKinds } from "../../Cache/engine/options/optionKinds.js"
import { CacheConfigError } from "../../Cache/errors/CacheErrors.js"
import { wrongNested } from "../../Cache/options/wrongOptions.js"
import * as Either from "../../effect/plainEither.js"
import type { HeapWatch } from "./DictParts.js"
import { MemoryPressure, type MemoryPressureOptions } from "./MemoryPressure.js"

const pressureKinds: OptionKinds<MemoryPressureOptions> = { share: "innerShare", heap: "function" }

/** What watches the heap by these options, if they are such. */
export const makeHeapWatch = (cache: string, input: unknown): Either.Either<HeapWatch, CacheConfigError> => {
  if (typeof input !== "object" || input === null) {
    const value = describeType(input)
    return Either.left(
      new CacheConfigError({ cache, option: "memoryPressure", value, accepted: "true, false or options" })
    )
  }
  const wrong = wrongNested(cache, "memoryPressure", input, pressureKinds)
  return wrong === undefined ? Either.right(new MemoryPressure(input)) : Either.left(wrong)
}
