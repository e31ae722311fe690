/**
 * The marker of a tag, as it lies in a store.
 */
import * as Effect from "effect/Effect"
import type { DescribedStore } from "../objects/describedStore.js"
import { digestName } from "../objects/objectName.js"
import type { LoadOutcome } from "../objects/ObjectStore.js"
import { ObjectStoreError } from "../objects/ObjectStoreErrors.js"
import { decodeMarker, mergeMarkers, noMarker, type TagMarker } from "./tagMarker.js"

/** Of a marker, the most bytes that are read: the longest tag takes 3 KiB. */
export const mostMarkerBytes = 8192

/** The name of the object that has the marker of a tag. */
export const markerName = (tag: string): string => `.tags/${digestName(tag)}`

/** How long these names are. */
export const markerNameLength = markerName("").length

/** The name of the one that has one of its marks, on a store that honours no conditions. */
export const markerPart = (tag: string, how: "invalidated" | "expired"): string => `${markerName(tag)}.${how}`

/** Hears of an object whose time is ahead of the store's clock, in milliseconds, so that it cannot be believed. */
type OnSkew = (name: string, millis: number) => void

/** What is known of a tag, of all its objects. Fails where one of them cannot be read. */
export const loadMarker = (
  store: DescribedStore,
  tag: string,
  onSkew: OnSkew = () => {}
): Effect.Effect<TagMarker, ObjectStoreError> => {
  const loaded = (name: string) =>
    Effect.flatMap(
      store.load(name, { firstBytes: mostMarkerBytes }),
      (found) => readMarker(store, tag, name, found, onSkew)
    )
  return Effect.flatMap(loaded(markerName(tag)), (main) =>
    main.parts
      ? Effect.map(
        Effect.zipWith(
          loaded(markerPart(tag, "invalidated")),
          loaded(markerPart(tag, "expired")),
          mergeMarkers,
          { concurrent: true }
        ),
        (parts) => mergeMarkers(main, parts)
      )
      : Effect.succeed(main))
}

/** What one of its objects says. */
export const readMarker = (
  { description }: DescribedStore,
  tag: string,
  name: string,
  found: LoadOutcome,
  onSkew: OnSkew = () => {}
): Effect.Effect<TagMarker, ObjectStoreError> => {
  const unreadable = (detail: string) =>
    new ObjectStoreError({
      reason: "Unreadable",
      operation: "load",
      target: description + name,
      detail: `the marker of a tag cannot be read: ${detail}; the next invalidation of the tag writes it anew`
    })
  switch (found._tag) {
    case "Found":
      if (found.size > mostMarkerBytes) return unreadable(`it has ${found.size} bytes`)
      return Effect.mapBoth(decodeMarker(tag, found.body, found.modified), {
        onFailure: unreadable,
        onSuccess: ({ ahead, marker }) => {
          if (ahead > 0) onSkew(name, ahead)
          return marker
        }
      })
    case "TooLarge":
      return unreadable(`it has ${found.size} bytes`)
    default:
      return Effect.succeed(noMarker)
  }
}
