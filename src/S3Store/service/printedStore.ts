/**
 * What consoles and logs print of a store.
 */
import * as Effect from "effect/Effect"
import { cutText, longestMessage } from "../../Cache/printing/cutText.js"
import { printedAs } from "../../Cache/printing/printedAs.js"
import { descriptionOf } from "../objects/describedStore.js"
import type { ObjectStore } from "../objects/ObjectStore.js"

/** Gives a store that is made what is printed of it: where its objects are, and no client. */
export const printedStore = <A extends ObjectStore, E, R>(make: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  Effect.map(make, (store) =>
    printedAs(store, () => ({
      _id: "ObjectStore",
      description: cutText(descriptionOf(store), longestMessage),
      maxObjectBytes: store.maxObjectBytes ?? null
    })))
