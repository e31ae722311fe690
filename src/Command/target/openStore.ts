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
import { type Operand, type Option, text, whole } from "../arguments/Option.js"
import { UsageError } from "../arguments/UsageError.js"
import type { VerbError } from "../arguments/Verb.js"
import { printable } from "../terminal/printable.js"
import { hasMorePartitions } from "./hasMorePartitions.js"
import { acceptedTargets, type ClientSettings, parseTarget, showTarget, type Target } from "./Target.js"

/** Where to look: what every verb takes first. */
export const targetOperand: Operand = {
  name: "TARGET",
  says: acceptedTargets
}

/** How a target is reached. */
export interface StoreOptions {
  readonly region: Option<string | undefined>
  readonly profile: Option<string | undefined>
  readonly endpoint: Option<string | undefined>
  readonly keyPrefix: Option<string | undefined>
  readonly partitions: Option<number | undefined>
  readonly large: Option<string | undefined>
  readonly largeEndpoint: Option<string | undefined>
}

/** The options of the target, or of another one, by what their names begin with. */
export const storeOptionsOf = (start = "", whose = ""): StoreOptions => ({
  region: text(`${start}region`, "REGION", `the region${whose}; by default that of the environment or the profile`),
  profile: text(`${start}profile`, "PROFILE", `the profile${whose} in the files of the AWS CLI`),
  endpoint: text(`${start}endpoint`, "URL", `another S3${whose}, such as http://localhost:9000`),
  keyPrefix: text(`${start}key-prefix`, "PREFIX", `what names begin with${whose}, as it is: no / is added to it`),
  partitions: whole(
    `${start}partitions`,
    "N",
    `over how many partition keys a table${whose} has its names; 16 by default`
  ),
  large: text(
    `${start}large`,
    "TARGET",
    `where the contents of large entries${whose} are, if programs keep them by size`
  ),
  largeEndpoint: text(`${start}large-endpoint`, "URL", `another S3 for those${whose}`)
})

/** Those of the target. */
export const storeOptions = storeOptionsOf()

/** The same as a list. */
export const listOfStoreOptions = (options: StoreOptions): ReadonlyArray<Option<unknown>> => [
  options.region,
  options.profile,
  options.endpoint,
  options.keyPrefix,
  options.partitions,
  options.large,
  options.largeEndpoint
]

/** What was named, and how it is reached. */
export interface NamedTarget {
  readonly target: Target
  readonly shown: string
  /** Of the client of a bucket or a table. */
  readonly clientConfig: ClientSettings
}

/** Reads which bucket, table or folder is meant. */
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
    const target = parsed.right._tag !== "Folder" && keyPrefix !== undefined
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

/** The two stores of one by size, and what the large one is called. */
interface OpenLevels {
  readonly small: ObjectStore
  readonly large: ObjectStore
  readonly shownLarge: string
  /** Whether the small one has objects where it does not look: it is a table with more partition keys. */
  readonly hasMorePartitions: Effect.Effect<boolean, VerbError, Scope.Scope>
}

/** A store that can be asked, and what it is called. */
export interface OpenStore {
  readonly store: ObjectStore
  readonly target: Target
  readonly shown: string
  /** Of a store by size. */
  readonly levels?: OpenLevels
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
    const partitions = yield* given.option(options.partitions)
    const small = yield* storeOf(target, clientConfig, mayBeNew, partitions)
    const namedLarge = yield* given.option(options.large)
    if (namedLarge === undefined) return { target, shown, store: small }
    const parsed = parseTarget(namedLarge)
    if (Either.isLeft(parsed)) {
      return yield* new UsageError({ detail: `--${options.large.name} ${printable(namedLarge, 80)}: ${parsed.left}` })
    }
    const endpoint = yield* given.option(options.largeEndpoint)
    const largeConfig = endpoint === undefined ? clientConfig : { ...clientConfig, endpoint }
    const large = yield* storeOf(parsed.right, largeConfig, mayBeNew)
    return {
      target,
      shown,
      store: yield* ObjectStore.makeBySize({ small, large }),
      levels: {
        ...{ small, large, shownLarge: printable(showTarget(parsed.right)) },
        hasMorePartitions: target._tag === "Table"
          ? hasMorePartitions(target, clientConfig, partitions)
          : Effect.succeed(false)
      }
    }
  })

const storeOf = (
  target: Target,
  clientConfig: ClientSettings,
  mayBeNew: boolean,
  partitions?: number
): Effect.Effect<ObjectStore, VerbError, FileSystem | Path | Scope.Scope> =>
  Effect.gen(function*() {
    if (target._tag === "Folder") {
      const fs = yield* FileSystem
      const isThere = mayBeNew || (yield* Effect.orElseSucceed(fs.exists(target.directory), () => true))
      if (!isThere) {
        const detail = "there is no such folder; a bucket is named s3://bucket/prefix"
        return yield* new FileError({ file: printable(target.directory), detail })
      }
      return yield* ObjectStore.makeFileSystem({ directory: target.directory })
    }
    const clients = yield* Layer.build(ClientCacheLive)
    const { keyPrefix } = target
    return yield* Effect.provide(
      target._tag === "Table"
        ? ObjectStore.makeDynamoDB({ table: target.table, keyPrefix, partitions, clientConfig })
        : ObjectStore.makeS3({ bucket: target.bucket, keyPrefix, clientConfig }),
      clients
    )
  })
