import { Effect, Option } from "effect"
import type { EntryInfo } from "effect-aws-cache/Cache"

/** When the entry under a key expires, which must be there. */
export const expiryOf = <K>(
  store: { readonly peekEntry: (key: K) => Effect.Effect<Option.Option<EntryInfo<unknown>>> },
  key: K
): Effect.Effect<number> => Effect.map(store.peekEntry(key), (entry) => Option.getOrThrow(entry).expiresAt)
