/**
 * The store of a target.
 */
import { FileSystem } from "@effect/platform/FileSystem"
import type { Path } from "@effect/platform/Path"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import { ClientCacheLive } from "../../ClientLayer/ClientCache.js"
import { ObjectStore } from "../../S3Store/service/ObjectStoreTag.js"
import { FileError } from "../arguments/FileError.js"
import type { Given } from "../arguments/Given.js"
import { type Operand, type Option, text } from "../arguments/Option.js"
import { UsageError } from "../arguments/UsageError.js"
import type { VerbError } from "../arguments/Verb.js"
import { printable } from "../terminal/printable.js"
import { parseTarget, showTarget, type Target } from "./Target.js"

/** Where to look: what every verb takes first. */
export const targetOperand: Operand = {
  name: "TARGET",
  says: "s3://bucket/prefix, or the path of a folder"
}

/** How a target is reached. */
export interface StoreOptions {
  readonly region: Option<string | undefined>
  readonly profile: Option<string | undefined>
  readonly endpoint: Option<string | undefined>
  readonly keyPrefix: Option<string | undefined>
}

/** The options of the target, or of another one, by what their names begin with. */
export const storeOptionsOf = (start = "", whose = ""): StoreOptions => ({
  region: text(`${start}region`, "REGION", `the region${whose}; by default that of the environment or the profile`),
  profile: text(`${start}profile`, "PROFILE", `the profile${whose} in the files of the AWS CLI`),
  endpoint: text(`${start}endpoint`, "URL", `another S3${whose}, such as http://localhost:9000`),
  keyPrefix: text(`${start}key-prefix`, "PREFIX", `what names begin with${whose}, as it is: no / is added to it`)
})

/** Those of the target. */
export const storeOptions = storeOptionsOf()

/** The same as a list. */
export const listOfStoreOptions = (options: StoreOptions): ReadonlyArray<Option<unknown>> => [
  options.region,
  options.profile,
  options.endpoint,
  options.keyPrefix
]

/** What was named, and how it is reached. */
export interface NamedTarget {
  readonly target: Target
  readonly shown: string
  /** Of the client of a bucket. */
  readonly clientConfig: { readonly region?: string; readonly profile?: string; readonly endpoint?: string }
}

/** Reads which bucket or folder is meant. */
export const readTarget = (
  given: Given,
  operand: Operand = targetOperand,
  options: StoreOptions = storeOptions
): Effect.Effect<NamedTarget, UsageError> =>
  Effect.gen(function*() {
    const named = yield* given.operand(operand)
    const parsed = parseTarget(named)
    if (Either.isLeft(parsed)) {
      return yield* new UsageError({ detail: `${operand.name} ${printable(named, 80)}: ${parsed.left}` })
    }
    const region = yield* given.option(options.region)
    const profile = yield* given.option(options.profile)
    const endpoint = yield* given.option(options.endpoint)
    const keyPrefix = yield* given.option(options.keyPrefix)
    const target = parsed.right._tag === "Bucket" && keyPrefix !== undefined
      ? { ...parsed.right, keyPrefix }
      : parsed.right
    return {
      target,
      shown: printable(showTarget(target)),
      clientConfig: {
        ...(region === undefined ? {} : { region }),
        ...(profile === undefined ? {} : { profile }),
        ...(endpoint === undefined ? {} : { endpoint })
      }
    }
  })

/** A store that can be asked, and what it is called. */
export interface OpenStore {
  readonly store: ObjectStore
  readonly target: Target
  readonly shown: string
}

/** Opens the store that was named. Nothing is asked of a bucket yet; a folder must be there, unless it may be new. */
export const openStore = (
  given: Given,
  operand: Operand = targetOperand,
  options: StoreOptions = storeOptions,
  mayBeNew = false
): Effect.Effect<OpenStore, VerbError, FileSystem | Path | Scope.Scope> =>
  Effect.gen(function*() {
    const { clientConfig, shown, target } = yield* readTarget(given, operand, options)
    if (target._tag === "Folder") {
      const fs = yield* FileSystem
      const isThere = mayBeNew || (yield* Effect.orElseSucceed(fs.exists(target.directory), () => true))
      if (!isThere) {
        const detail = "there is no such folder; a bucket is named s3://bucket/prefix"
        return yield* new FileError({ file: shown, detail })
      }
      return { target, shown, store: yield* ObjectStore.makeFileSystem({ directory: target.directory }) }
    }
    const clients = yield* Layer.build(ClientCacheLive)
    const store = yield* Effect.provide(
      ObjectStore.makeS3({
        bucket: target.bucket,
        keyPrefix: target.keyPrefix,
        clientConfig
      }),
      clients
    )
    return { target, shown, store }
  })
