/**
 * Requests without a condition that come at a bad moment.
 */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Random from "effect/Random"
import type { ObjectStoreError } from "../objects/ObjectStoreErrors.js"

/** How often a request is made at the most. */
const attempts = 4

/**
 * Makes a request again, later and later, where the store has not done it since it is busy with another one of the same
 * object, and asks for that. Only for what does not depend on what lies there: of a condition others look what became.
 */
export const repeatConflict = <A>(
  request: Effect.Effect<A, ObjectStoreError>,
  nth = 1
): Effect.Effect<A, ObjectStoreError> =>
  Effect.catchIf(
    request,
    ({ reason }) => reason === "Conflict" && nth < attempts,
    () =>
      Effect.flatMap(Random.next, (share) =>
        Effect.zipRight(
          Effect.sleep(Duration.millis(12 * 2 ** nth * (0.5 + share))),
          repeatConflict(request, nth + 1)
        ))
  )
