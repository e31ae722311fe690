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

const load = async () => {
  // In a `try`, bundlers know that it need not be installed.
  try {
    return await import("msgpackr")
  } catch (cause) {
    return Promise.reject(cause)
  }
}

export const loadMsgPack: Effect.Effect<MsgPack, unknown> = Effect.map(
  Effect.tryPromise({ try: load, catch: (cause) => cause }),
  ({ decode, encode }): MsgPack => ({
    encode: (value) => Result.try({ try: () => encode(value), catch: (cause) => cause }),
    decode: (bytes) => Result.try({ try: (): unknown => decode(bytes), catch: (cause) => cause })
  })
)
