/**
 * What `notice` may be.
 */
import type { SpecialKind } from "../../Cache/engine/options/optionKinds.js"
import { wrongOptionTexts } from "../../Cache/engine/options/wrongOptionTexts.js"
import { durationHint, durationMillis } from "../../Cache/options/durationMillis.js"
import { keyText } from "../../Cache/printing/keyText.js"

const isDuration = (value: unknown): boolean => Number(durationMillis(value)) > 0

const isMeant = (value: unknown): boolean => typeof value === "string" && /^\W*pus/i.test(value)

const kindOf = (accepted: string, accepts: (value: unknown) => boolean, hint: string): SpecialKind => ({
  accepted,
  accepts,
  describe: keyText,
  hint: (value) => durationHint(value) || (isMeant(value) ? hint : "")
})

/** Of a cache. */
export const noticeKind: SpecialKind = kindOf(
  `"pushed", or ${wrongOptionTexts.durationAboveZero}`,
  (value) => value === "pushed" || isDuration(value),
  ": did you mean \"pushed\"?"
)

/** Of a keyspace. */
export const keyspaceNoticeKind: SpecialKind = kindOf(
  wrongOptionTexts.durationAboveZero,
  isDuration,
  "; \"pushed\" is for all keyspaces of a cache, an option of S3Cache"
)
