/**
 * How entries of other libraries are kept.
 *
 * @since 1.0.0
 */
import * as Effect from "effect/Effect"
import type { OptionKinds } from "../../Cache/engine/options/optionKinds.js"
import { asExit } from "../../Cache/errors/asExit.js"
import type { CacheConfigError } from "../../Cache/errors/CacheErrors.js"
import { configError } from "../../Cache/errors/configError.js"
import { checkOptions } from "../../Cache/options/checkOptions.js"
import { entryFormatKinds, type EntryFormatOptions } from "../entry/EntryFormat.js"
import { digestName } from "../objects/objectName.js"

/**
 * How entries of other libraries are kept.
 *
 * @since 1.0.0
 * @category models
 */
export interface S3PersistenceOptions extends EntryFormatOptions {
  /**
   * The folder of the objects: letters, digits, `.`, `_` and `-`, 100 characters at most. Default `"key-value"` for key-
   * value stores, `"persistence"` for persistence. Objects of a key-value store are never those of a keyspace, which lie
   * deeper, whatever its name. Those of persistence are in `{folder}/{storeId}`: no keyspace should have the folder's name.
   */
  readonly folder?: string | undefined
}

const segment = /^(?!\.{1,2}$)[A-Za-z0-9._-]{1,100}$/

const kinds: OptionKinds<S3PersistenceOptions> = { ...entryFormatKinds, folder: "text" }

/** The folder, where all options can be accepted. */
export const checkedFolder = (
  options: S3PersistenceOptions,
  without: string
): Effect.Effect<string, CacheConfigError> =>
  Effect.flatMap(asExit(checkOptions("S3Persistence", options, kinds)), () => {
    const { folder = without } = options
    return segment.test(folder)
      ? Effect.succeed(folder)
      : configError(
        "S3Persistence",
        "folder",
        folder,
        "letters, digits, \".\", \"_\" and \"-\", 100 characters at most"
      )
  })

/** A store's id as a folder: itself where it can be, else its SHA-256. Entries say whose they are, so none is mistaken. */
export const folderOf = (storeId: string): string => segment.test(storeId) ? storeId : digestName(storeId)
