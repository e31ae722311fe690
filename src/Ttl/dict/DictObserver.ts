/**
 * Who follows a dictionary.
 */
import type { StoreEvent } from "../../Cache/events/StoreEvent.js"

/** Who hears of what a dictionary does. */
export interface DictObserver<K> {
  /** Something happened; the event is made only if somebody listens. */
  readonly publish: (event: () => StoreEvent<K>) => void
  /** A caller has written or removed what is under a key. */
  readonly decided: (key: K) => void
}
