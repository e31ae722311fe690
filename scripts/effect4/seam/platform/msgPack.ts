/**
 * MessagePack.
 */
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"

export interface MsgPack {
  readonly encode: (value: unknown) => Result.Result<Uint8Array, unknown>
  readonly decode: (bytes: Uint8Array) => Result.Result<unknown, unknown>
}

export const msgPackPackage = "msgpackr@1"

export const loadMsgPack: Effect.Effect<MsgPack, unknown> = Effect.map(
  Effect.tryPromise({ try: () => import("msgpackr"), catch: (cause) => cause }),
  ({ decode, encode }): MsgPack => ({
    encode: (value) => Result.try({ try: () => encode(value), catch: (cause) => cause }),
    decode: (bytes) => Result.try({ try: (): unknown => decode(bytes), catch: (cause) => cause })
  })
)
