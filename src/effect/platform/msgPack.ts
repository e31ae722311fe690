/**
 * MessagePack.
 */
import * as Effect from "effect/Effect"
import type * as Either from "effect/Either"
import * as Schema from "effect/Schema"

/** Writes and reads MessagePack. What is on the left may show the value. */
export interface MsgPack {
  readonly encode: (value: unknown) => Either.Either<Uint8Array, unknown>
  readonly decode: (bytes: Uint8Array) => Either.Either<unknown, unknown>
}

/** What has to be installed for it, as `npm install` takes it. */
export const msgPackPackage = "@effect/platform@0.97"

/** Loads it when it is asked for: most programs never do. Fails with what the import failed with. */
export const loadMsgPack: Effect.Effect<MsgPack, unknown> = Effect.map(
  Effect.tryPromise({ try: () => import("@effect/platform/MsgPack"), catch: (cause) => cause }),
  ({ schema }) => {
    const values = schema(Schema.Unknown)
    return { encode: Schema.encodeUnknownEither(values), decode: Schema.decodeUnknownEither(values) }
  }
)
