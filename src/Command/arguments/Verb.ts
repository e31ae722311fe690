/**
 * What the command can be told to do.
 */
import type { FileSystem } from "@effect/platform/FileSystem"
import type { Path } from "@effect/platform/Path"
import type * as Effect from "effect/Effect"
import type { CacheConfigError, CacheKeyError } from "../../Cache/errors/CacheErrors.js"
import type { ClientBuildError } from "../../ClientLayer/errors/ClientErrors.js"
import type { ObjectStoreError } from "../../S3Store/objects/ObjectStoreErrors.js"
import type { OutputClosed, Screen } from "../terminal/Screen.js"
import type { FileError } from "./FileError.js"
import type { Accepted, Given } from "./Given.js"
import type { UsageError } from "./UsageError.js"

/** With what the process ends. */
export const exitCodes = {
  /** It did what it was told. */
  done: 0,
  /** It looked, and found something wrong, or nothing of what was named. */
  found: 1,
  /** The command line cannot be meant; nothing was done. */
  usage: 2,
  /** The store could not be asked, or not all of it. */
  store: 3
} as const

/** One of them. */
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes]

/** Why a verb did not do what it was told. */
export type VerbError =
  | UsageError
  | FileError
  | OutputClosed
  | ObjectStoreError
  | CacheConfigError
  | CacheKeyError
  | ClientBuildError

/** Something the command can be told to do. */
export interface Verb extends Accepted {
  readonly name: string
  /** In one line, for the list of verbs. */
  readonly says: string
  /** More of it, in lines of at most 88 characters. */
  readonly about: ReadonlyArray<string>
  /** Whole command lines after the name of the command, and what each does. */
  readonly examples: ReadonlyArray<readonly [line: string, says: string]>
  readonly run: (given: Given, screen: Screen) => Effect.Effect<ExitCode, VerbError, FileSystem | Path>
}
