/**
 * `invalidate`: no reader is given the entries of a tag any more.
 */
import * as Effect from "effect/Effect"
import { makeS3CacheService } from "../../S3Store/cache/makeS3CacheService.js"
import { tagFault } from "../../S3Store/entry/tagLimits.js"
import { flag, type Operand } from "../arguments/Option.js"
import { UsageError } from "../arguments/UsageError.js"
import { exitCodes, type Verb } from "../arguments/Verb.js"
import { listOfStoreOptions, openStore, storeOptions, targetOperand } from "../target/openStore.js"
import { printable, safeJson } from "../terminal/printable.js"
import { jsonOption } from "./common.js"

const tag: Operand = { name: "TAG", says: "the tag, as it was given to the entries" }
const expireOption = flag("expire", "lets them expire instead: readers that may have stale values still get them")

/** No reader is given the entries of a tag any more. */
export const invalidate: Verb = {
  name: "invalidate",
  says: "makes all entries of a tag misses, in every process",
  about: [
    "Writes the marker of the tag, one object: no entry is looked at, and none removed (prune does).",
    "Processes that looked at the tag just now learn of it when what they know is older than",
    "their tagsAge, 5 seconds by default. Entries made from now on are not concerned."
  ],
  operands: [targetOperand, tag],
  options: [expireOption, jsonOption, ...listOfStoreOptions(storeOptions)],
  examples: [
    ["invalidate s3://my-bucket team:core", "the entries that carry team:core"],
    ["invalidate s3://my-bucket prices --expire", "computed anew by the next reader, who may get the old one meanwhile"]
  ],
  run: (given, screen) =>
    Effect.scoped(Effect.gen(function*() {
      const isExpire = yield* given.option(expireOption)
      const isJson = yield* given.option(jsonOption)
      const name = yield* given.operand(tag)
      const fault = name === "" ? "it is empty" : tagFault(name)
      if (fault !== undefined) return yield* new UsageError({ detail: `TAG ${printable(name, 80)}: ${fault}` })
      const { shown, store } = yield* openStore(given)
      const cache = yield* makeS3CacheService(store, { name: "effect-aws-cache" })
      yield* isExpire ? cache.expireTag(name) : cache.invalidateTag(name)
      yield* screen.print(
        isJson
          ? safeJson({ target: shown, tag: name, how: isExpire ? "expired" : "invalidated" })
          : `${screen.paint("green", isExpire ? "expired" : "invalidated")}  the entries of ${
            printable(name)
          } that were made until now, in ${shown}`
      )
      return exitCodes.done
    }))
}
