import { Effect, type Option } from "effect"
import type { EntryInfo } from "effect-aws-cache/Cache"

/** When the entry under a key expires, which must be there. */
export const expiryOf = <K>(
  store: { readonly peekEntry: (key: K) => Effect.Effect<Option.Option<EntryInfo<unknown>>> },
  key: K
): Effect.Effect<number> => Effect.map(Effect.orDie(Effect.flatten(store.peekEntry(key))), ({ expiresAt }) => expiresAt)
