/**
 * Options that are versions of keyspaces: a folder of the second level is called so.
 */
import type { SpecialKind } from "../../Cache/engine/options/optionKinds.js"

const segment = /^(?!\.{1,2}$)[A-Za-z0-9._-]{1,50}$/

/** The kind of options that are versions. */
export const versionKind: SpecialKind = {
  accepted: "letters, digits, \".\", \"_\" and \"-\", 50 characters at most",
  accepts: (value) => typeof value === "string" && segment.test(value),
  describe: (value) => typeof value === "string" ? JSON.stringify(value.slice(0, 60)) : typeof value
}
