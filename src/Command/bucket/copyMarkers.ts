/**
 * Letting a store know which tags another one has marked.
 */
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { loadMarker, markerName, mostMarkerBytes } from "../../S3Store/coordination/loadMarker.js"
import { mergeMarker } from "../../S3Store/coordination/mergeMarker.js"
import { tagOfMarker } from "../../S3Store/coordination/tagMarker.js"
import { describedStore } from "../../S3Store/objects/describedStore.js"
import type { ObjectStore } from "../../S3Store/objects/ObjectStore.js"
import { ObjectStoreError } from "../../S3Store/objects/ObjectStoreErrors.js"
import { objectKind } from "./objectKinds.js"

/** Which markers are copied, and how. */
export interface CopyMarkersOptions {
  readonly concurrency: number
  /** Whether nothing is written. */
  readonly isDry: boolean
  /** Only what was written from this time on, in milliseconds since the epoch. */
  readonly since?: number
}

/**
 * Marks tags in a store at least as another one does. Both stay as they are otherwise: marks only become later. Gives how
 * many were written. Markers that cannot be read are left out: no reader goes by their entries.
 */
export const copyMarkers = (
  from: ObjectStore,
  to: ObjectStore,
  { concurrency, isDry, since = Number.NEGATIVE_INFINITY }: CopyMarkersOptions
): Effect.Effect<number, ObjectStoreError> =>
  Effect.suspend(() => {
    const [source, target] = [describedStore(from), describedStore(to)]
    let written = 0
    const copyOne = (name: string) =>
      Effect.gen(function*() {
        const found = yield* source.load(name, { firstBytes: mostMarkerBytes })
        const tag = found._tag === "Found" ? yield* tagOfMarker(found.body) : undefined
        // The parts of a marker are found by its main object.
        if (tag === undefined || markerName(tag) !== name) return
        const marker = yield* loadMarker(source, tag)
        if (isDry || (yield* mergeMarker(target, tag, marker))) written++
      }).pipe(Effect.catchAll((error) => {
        if (error === "other writers were faster") {
          return new ObjectStoreError({
            reason: "Conflict",
            operation: "replace",
            target: target.description + name,
            detail: "other writers of the tag's marker were faster again and again"
          })
        }
        return error.reason === "Unreadable" ? Effect.void : Effect.fail(error)
      }))
    const markers = Stream.filter(
      source.list(".tags/"),
      ({ modified, name }) => modified >= since && objectKind(name)._tag === "Marker"
    )
    return Effect.map(
      Stream.runForEach(
        Stream.grouped(markers, 1000),
        (objects) => Effect.forEach(objects, ({ name }) => copyOne(name), { concurrency, discard: true })
      ),
      () => written
    )
  })
