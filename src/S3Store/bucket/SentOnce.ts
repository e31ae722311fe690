/**
 * Requests that are not sent again.
 */
import { statusOf } from "./toObjectStoreError.js"

/** Lets a request through once; when it had no answer, and the client tries again, that try is stopped. */
export interface SentOnce {
  readonly each: <A>(send: () => Promise<A>) => Promise<A>
  readonly stopped: () => boolean
}

/** Makes it, for one request. */
export const makeSentOnce = (): SentOnce => {
  let unanswered: unknown
  let isStopped = false
  return {
    each: async (send) => {
      if (unanswered !== undefined) {
        isStopped = true
        throw new Error("not sent again", { cause: unanswered })
      }
      try {
        return await send()
      } catch (error) {
        if (statusOf(error) === undefined) unanswered = error
        throw error
      }
    },
    stopped: () => isStopped
  }
}
