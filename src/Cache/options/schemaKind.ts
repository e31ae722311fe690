/**
 * Options that are schemas.
 */
import * as Schema from "effect/Schema"
import type { SpecialKind } from "../engine/options/optionKinds.js"

/** The kind of options that are schemas. */
export const schemaKind: SpecialKind = {
  accepted: "a Schema, such as Schema.String or Schema.Struct({ ... })",
  accepts: Schema.isSchema
}
