/**
 * What the marker object of a tag says.
 */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { decoding, encoding } from "../../effect/schemas.js"

/** How far a time may be ahead of the clock of the store before it is not believed, in milliseconds. */
export const credibleAhead = 5000

/**
 * A time as far as it can be believed: nobody wrote at a time that was still to come when the object was written.
 *
 * @param claimed what the clock of the writer said
 * @param modified what the clock of the store said, where it tells
 */
export const credibleTime = (claimed: number, modified: number | undefined): number =>
  modified !== undefined && claimed > modified + credibleAhead ? modified : claimed

/**
 * A time up to when entries are concerned, as far as it can be believed, and the latest that was ever claimed for it.
 * Milliseconds since the epoch, `-Infinity` for none.
 */
export interface Claim {
  readonly at: number
  readonly claimed: number
}

/** What the marker object of a tag says. */
export interface TagMarker {
  readonly invalidated: Claim
  readonly expired: Claim
  /** Whether each of the two has an object of its own, too: on a store that honours no conditions. */
  readonly parts: boolean
}

const never: Claim = { at: Number.NEGATIVE_INFINITY, claimed: Number.NEGATIVE_INFINITY }

/** The marker of a tag that was never marked. */
export const noMarker: TagMarker = { invalidated: never, expired: never, parts: false }

/** What a `Date` can be: times beyond it are rubbish. */
const Time = Schema.NullOr(Schema.Number.pipe(Schema.between(-8.64e15, 8.64e15)))

const Marker = Schema.parseJson(Schema.Struct({
  format: Schema.Literal(1),
  tag: Schema.String,
  invalidated: Time,
  expired: Time,
  claimed: Schema.optionalWith(Schema.Struct({ invalidated: Time, expired: Time }), { exact: true }),
  parts: Schema.optionalWith(Schema.Boolean, { exact: true })
}))

const encode = encoding(Marker)
const decode = decoding(Marker)

/** Both markers together: the later of each time. */
export const mergeMarkers = (one: TagMarker, other: TagMarker): TagMarker => ({
  invalidated: laterClaim(one.invalidated, other.invalidated),
  expired: laterClaim(one.expired, other.expired),
  parts: one.parts || other.parts
})

const laterClaim = (one: Claim, other: Claim): Claim => ({
  at: Math.max(one.at, other.at),
  claimed: Math.max(one.claimed, other.claimed)
})

/** The bytes of a marker object. */
export const encodeMarker = (tag: string, { expired, invalidated, parts }: TagMarker): Effect.Effect<Uint8Array> => {
  const isClaimed = invalidated.claimed > invalidated.at || expired.claimed > expired.at
  return Effect.map(
    Effect.orDie(encode({
      format: 1,
      tag,
      invalidated: finite(invalidated.at),
      expired: finite(expired.at),
      ...(isClaimed ? { claimed: { invalidated: finite(invalidated.claimed), expired: finite(expired.claimed) } } : {}),
      ...(parts ? { parts } : {})
    })),
    (text) => Buffer.from(text)
  )
}

/**
 * Reads a marker object, and tells how far ahead a time in it is that cannot be believed; 0 when all can. Fails with the
 * reason why it is none.
 *
 * @param modified when it was written, by the clock of the store
 */
export const decodeMarker = (
  tag: string,
  body: Uint8Array,
  modified: number | undefined
): Effect.Effect<{ readonly marker: TagMarker; readonly ahead: number }, string> =>
  Effect.matchEffect(decode(Buffer.from(body).toString()), {
    onFailure: () => Effect.fail("it is no marker of a tag"),
    onSuccess: (marker) => {
      if (marker.tag !== tag) return Effect.fail("it belongs to another tag")
      const claim = (how: "invalidated" | "expired"): Claim => {
        const time = marker[how] ?? Number.NEGATIVE_INFINITY
        return {
          at: credibleTime(time, modified),
          claimed: Math.max(time, marker.claimed?.[how] ?? Number.NEGATIVE_INFINITY)
        }
      }
      const latest = Math.max(marker.invalidated ?? -Infinity, marker.expired ?? -Infinity)
      return Effect.succeed({
        marker: { invalidated: claim("invalidated"), expired: claim("expired"), parts: marker.parts === true },
        ahead: latest - credibleTime(latest, modified) || 0
      })
    }
  })

/** The tag that a marker object belongs to; nothing where it is none. */
export const tagOfMarker = (body: Uint8Array): Effect.Effect<string | undefined> =>
  Effect.match(decode(Buffer.from(body).toString()), { onFailure: () => undefined, onSuccess: ({ tag }) => tag })

const finite = (time: number): number | null => Number.isFinite(time) ? time : null
