/**
 * Letting a store know of a tag what another one knows.
 */
import * as Effect from "effect/Effect"
import type { DescribedStore } from "../objects/describedStore.js"
import type { ObjectStoreError } from "../objects/ObjectStoreErrors.js"
import { loadMarker, markerName, markerPart, mostMarkerBytes, readMarker } from "./loadMarker.js"
import { encodeMarker, mergeMarkers, noMarker, type TagMarker } from "./tagMarker.js"

/** How often it is tried while other writers are faster. */
const attempts = 8

/**
 * Marks a tag at least as a marker says. Gives whether it had to be written. Fails where the marker that is there cannot
 * be read, or other writers were faster again and again.
 */
export const mergeMarker = (
  store: DescribedStore,
  tag: string,
  marker: TagMarker,
  left = attempts
): Effect.Effect<boolean, ObjectStoreError | "other writers were faster"> =>
  Effect.gen(function*() {
    const name = markerName(tag)
    const there = yield* store.load(name, { firstBytes: mostMarkerBytes })
    const main = yield* readMarker(store, tag, name, there)
    const known = main.parts ? yield* loadMarker(store, tag) : main
    if (covers(known, marker)) return false
    const merged = { ...mergeMarkers(known, marker), parts: main.parts }
    if (main.parts) return yield* saveParts(store, tag, merged)
    const body = yield* encodeMarker(tag, merged)
    const outcome = yield* Effect.catchIf(
      there._tag === "Found" ? store.replace(name, body, there.etag) : store.add(name, body),
      ({ reason }) => reason === "ConditionalWritesUnsupported",
      () => saveParts(store, tag, merged)
    )
    if (typeof outcome === "boolean" || outcome._tag === "Written") return true
    return left > 1
      ? yield* mergeMarker(store, tag, marker, left - 1)
      : yield* Effect.fail("other writers were faster" as const)
  })

const covers = (known: TagMarker, marker: TagMarker): boolean =>
  known.invalidated.at >= marker.invalidated.at && known.expired.at >= marker.expired.at

/** Where conditions are not honoured: a mark that another writer loses is in an object of its own. */
const saveParts = (store: DescribedStore, tag: string, marker: TagMarker): Effect.Effect<boolean, ObjectStoreError> =>
  Effect.gen(function*() {
    for (const how of ["invalidated", "expired"] as const) {
      if (marker[how].at === Number.NEGATIVE_INFINITY) continue
      const part = { ...noMarker, [how]: marker[how] }
      yield* store.save(markerPart(tag, how), yield* encodeMarker(tag, part))
    }
    yield* store.save(markerName(tag), yield* encodeMarker(tag, { ...marker, parts: true }))
    return true
  })
