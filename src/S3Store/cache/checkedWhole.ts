/**
 * What is done with whole keyspaces, and with all of memory, unless something else is given than the types allow.
 */
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { checkValue, unlessWrong, withCallOptions } from "../../Cache/options/checkOptions.js"
import { unlessWrongKeyspace, unlessWrongKeyspaces } from "../keyspace/unlessWrongArgument.js"
import {
  s3ClearKinds,
  s3ManyKinds,
  s3PurgeKinds,
  s3RestoreKinds,
  s3SnapshotKinds,
  s3WarmKinds
} from "../options/optionKinds.js"
import type { S3CacheService } from "../verbs/S3CacheVerbs.js"

/** The verbs of whole keyspaces, and of all of memory. */
type Whole = Pick<S3CacheService, "list" | "purge" | "clear" | "snapshot" | "restore" | "warm">

/**
 * The same with checks of what they are given.
 *
 * @param cache its name
 */
export const checkedWhole = (cache: string, whole: Whole): Whole => ({
  list: (keyspace, how) =>
    Stream.unwrap(
      unlessWrongKeyspace(cache, keyspace, () =>
        withCallOptions(
          cache,
          how,
          s3ManyKinds,
          Effect.sync(() => whole.list(keyspace, how))
        ))
    ),
  purge: (keyspace, how) =>
    unlessWrongKeyspace(cache, keyspace, () =>
      withCallOptions(
        cache,
        how,
        s3PurgeKinds,
        Effect.suspend(() => whole.purge(keyspace, how))
      )),
  clear: (keyspace, how) =>
    unlessWrongKeyspace(cache, keyspace, () =>
      withCallOptions(
        cache,
        how,
        s3ClearKinds,
        Effect.suspend(() => whole.clear(keyspace, how))
      )),
  snapshot: (path, how) =>
    unlessWrong(
      checkValue(cache, "path", path, "text"),
      withCallOptions(cache, how, s3SnapshotKinds, Effect.suspend(() => whole.snapshot(path, how)))
    ),
  restore: (path, keyspaces, how) =>
    unlessWrong(
      checkValue(cache, "path", path, "text"),
      unlessWrongKeyspaces(
        cache,
        keyspaces,
        (keyspaces) => withCallOptions(cache, how, s3RestoreKinds, whole.restore(path, keyspaces, how))
      )
    ),
  warm: (keyspace, how) =>
    unlessWrongKeyspace(cache, keyspace, () =>
      withCallOptions(
        cache,
        how,
        s3WarmKinds,
        Effect.suspend(() => whole.warm(keyspace, how))
      ))
})
