/**
 * A near object store before a far one.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import { putNewest } from "../../Cache/common/putNewest.js"
import { consequences } from "../bucket/s3Answers.js"
import { KeyedMutex } from "../common/KeyedMutex.js"
import { disassemble, disassembleHeader } from "../entry/entryFrame.js"
import { describedStore } from "../objects/describedStore.js"
import { isEntryName, leasedEntryOf, probeFolder } from "../objects/objectName.js"
import { type LoadOptions, LoadOutcome, type ObjectStore } from "../objects/ObjectStore.js"
import type { ObjectStoreError } from "../objects/ObjectStoreErrors.js"
import { partsOf } from "../objects/partsOf.js"
import { ChangesUnderWay } from "./ChangesUnderWay.js"
import type { NearCopy } from "./nearCopy.js"
import { type NearLimits, NearStore } from "./NearStore.js"

/** For how long the near store is believed, and borne with, in milliseconds. */
export interface ChainLimits extends NearLimits {
  readonly revalidateAfter: number
}

/** What there is to know of contents. */
interface ChainContents {
  /** Whether a content that was loaded is worth keeping: it did not come damaged. */
  readonly isWhole: (body: Uint8Array) => boolean
  /** When it is over, in milliseconds since the epoch. */
  readonly endOf: (body: Uint8Array) => number
}

/** How many entries are known whose leases somebody was at. */
const mostLeased = 1000

/** What a write left in the far store, if it is known. */
type Left = { readonly body: Uint8Array; readonly etag: string } | undefined

const contentsOfEntries: ChainContents = {
  isWhole: (body) => Either.isRight(disassemble(body)),
  endOf: (body) =>
    Either.match(disassembleHeader(body), {
      onLeft: () => Number.NEGATIVE_INFINITY,
      onRight: ({ expires }) => expires
    })
}

const foundOf = ({ body, etag, modified }: NearCopy): LoadOutcome =>
  LoadOutcome.Found({ body, size: body.length, etag, modified })

/**
 * The far store, with copies of its entries in the near one. The far one decides alone: it is asked for whatever must be
 * certain, and by conditions, lists, leases and tags; whatever changes changes it first. So a copy in the near one is what the far one had
 * at a time that the copy names, and no older than `revalidateAfter` when it is believed.
 */
export const makeChainedObjectStore = (
  nearStore: ObjectStore,
  farStore: ObjectStore,
  limits: ChainLimits,
  contents: ChainContents = contentsOfEntries
): ObjectStore => {
  const far = describedStore(farStore)
  const nearest = describedStore(nearStore)
  const near = new NearStore(nearest, limits)
  const underWay = new ChangesUnderWay()
  // The near store hears of what happens under one name one after the other.
  const turns = new KeyedMutex<string>()
  const leased = new Map<string, number>()

  // Loading ---------------------------------------------------------------------------------------------------------

  /** Asks the far store, and lets the near one know, unless there was a change meanwhile, which it hears of by itself. */
  const loadFar = (
    name: string,
    options: LoadOptions,
    known: NearCopy | "nothing" | undefined
  ): Effect.Effect<LoadOutcome, ObjectStoreError> =>
    underWay.during(name, (isUnchanged) =>
      Effect.gen(function*() {
        const began = yield* Clock.currentTimeMillis
        const loaded = yield* far.load(name, options)
        const news = newsOf(loaded, began, known, options)
        if (news !== undefined) {
          yield* turns.withLock(name, Effect.suspend(() => isUnchanged() ? tell(name, news) : Effect.void))
        }
        return loaded
      }))

  const newsOf = (
    loaded: LoadOutcome,
    began: number,
    known: NearCopy | "nothing" | undefined,
    { firstBytes }: LoadOptions
  ): NearCopy | "gone" | undefined => {
    switch (loaded._tag) {
      case "Absent":
        return known === "nothing" ? undefined : "gone"
      case "Unchanged":
        return known === undefined || known === "nothing" ? undefined : { ...known, confirmed: began }
      case "TooLarge":
        return "gone"
      case "Found": {
        const { body, etag, modified } = loaded
        return firstBytes === undefined && etag !== "" && contents.isWhole(body)
          ? { body, etag, modified, confirmed: began }
          : undefined
      }
    }
  }

  const tell = (name: string, news: NearCopy | "gone"): Effect.Effect<void> =>
    news === "gone" ? near.remove(name) : near.save(name, news)

  /** Whether the far store need not be asked. */
  const isBelieved = (name: string, copy: NearCopy, now: number): boolean =>
    near.isInformed(copy) && copy.confirmed > (leased.get(name) ?? Number.NEGATIVE_INFINITY) &&
    now >= copy.confirmed && now - copy.confirmed < limits.revalidateAfter &&
    // What was over, somebody else may have computed anew.
    contents.endOf(copy.body) > now

  const confirm = (name: string, copy: NearCopy): Effect.Effect<LoadOutcome, ObjectStoreError> =>
    loadFar(name, { ifNoneMatch: copy.etag }, copy).pipe(
      Effect.map((loaded) => loaded._tag === "Unchanged" ? foundOf(copy) : loaded),
      // While the far store is out of reach, what it had serves on, unless this process may have changed it.
      Effect.catchIf(
        ({ reason }) => consequences[reason].counts && near.isInformed(copy),
        () => Effect.succeed(foundOf(copy))
      )
    )

  const load: ObjectStore["load"] = (name, options = {}) => {
    if (!isEntryName(name)) return Effect.zipRight(atLease(name), far.load(name, options))
    const { firstBytes, ifNoneMatch, isCertain } = options
    if (firstBytes !== undefined || ifNoneMatch !== undefined || isCertain === true) {
      return loadFar(name, options, undefined)
    }
    return Effect.flatMap(near.load(name), (copy) =>
      copy === undefined
        ? loadFar(name, options, "nothing")
        : Effect.flatMap(
          Clock.currentTimeMillis,
          (now) => isBelieved(name, copy, now) ? Effect.succeed(foundOf(copy)) : confirm(name, copy)
        ))
  }

  /** Whoever is at the lease of an entry waits for a new one: what was confirmed before does not do. */
  const atLease = (name: string): Effect.Effect<void> => {
    const entry = leasedEntryOf(name)
    return entry === undefined
      ? Effect.void
      : Effect.map(Clock.currentTimeMillis, (now) => void putNewest(leased, entry, now, mostLeased))
  }

  // Changing --------------------------------------------------------------------------------------------------------

  /** Changes the far store, then the near one; whatever became of it, the near one does not keep what was there before. */
  const changing = <A>(
    name: string,
    change: Effect.Effect<A, ObjectStoreError>,
    leftBy: (result: A) => Left
  ): Effect.Effect<A, ObjectStoreError> => {
    if (!isEntryName(name)) return Effect.zipRight(atLease(name), change)
    return underWay.changing(
      name,
      (end) =>
        Effect.flatMap(Clock.currentTimeMillis, (confirmed) =>
          Effect.onExit(change, (exit) =>
            turns.withLock(
              name,
              Effect.suspend(() => {
                const left = end() && Exit.isSuccess(exit) ? leftBy(exit.value) : undefined
                return tell(name, left === undefined ? "gone" : { ...left, modified: undefined, confirmed })
              })
            )))
    )
  }

  const leftWith = (body: Uint8Array) => (etag: Option.Option<string>): Left =>
    Option.match(etag, { onNone: () => undefined, onSome: (etag) => ({ body, etag }) })

  const leftIfWritten =
    (body: Uint8Array) => (outcome: { readonly _tag: string; readonly etag?: Option.Option<string> }): Left =>
      outcome._tag === "Written" && outcome.etag !== undefined ? leftWith(body)(outcome.etag) : undefined

  const nothingLeft = (): Left => undefined

  const { saveOnce } = far
  return {
    description: far.description,
    place: far.place,
    maxObjectBytes: far.maxObjectBytes,
    parts: partsOf({ name: "far", store: far }, { name: "near", store: nearest, folder: probeFolder }),
    load,
    save: (name, body) => changing(name, far.save(name, body), leftWith(body)),
    saveOnce: saveOnce === undefined
      ? undefined
      : (name, body) => changing(name, saveOnce(name, body), leftIfWritten(body)),
    add: (name, body) => changing(name, far.add(name, body), leftIfWritten(body)),
    replace: (name, body, etag) => changing(name, far.replace(name, body, etag), leftIfWritten(body)),
    remove: (name) => changing(name, far.remove(name), nothingLeft),
    removeIfMatch: (name, etag) => changing(name, far.removeIfMatch(name, etag), nothingLeft),
    removeAll: (names) =>
      Effect.onExit(
        far.removeAll(names),
        () =>
          Effect.forEach(
            names.filter(isEntryName),
            (name) => Effect.exit(changing(name, Effect.void, nothingLeft)),
            { concurrency: 16, discard: true }
          )
      ),
    list: far.list
  }
}
