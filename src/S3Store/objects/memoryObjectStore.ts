/**
 * An object store in this process's memory.
 */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { ConditionalOutcome, LoadOutcome, type ObjectStore } from "./ObjectStore.js"

/**
 * Objects in memory, for tests and for programs that have no bucket. It honours every condition, and hands out copies:
 * what a caller does with the bytes afterwards reaches nobody else. Its clock is that of its maker.
 */
export const makeMemoryObjectStore: Effect.Effect<ObjectStore> = Effect.map(Effect.clock, (clock) => {
  const objects = new Map<string, { readonly body: Uint8Array; readonly etag: string; readonly modified: number }>()
  let writes = 0
  const put = (name: string, body: Uint8Array, modified: number) => {
    const etag = `"${++writes}"`
    objects.set(name, { body: new Uint8Array(body), etag, modified })
    return Option.some(etag)
  }
  const putIf = (name: string, body: Uint8Array, isAllowed: () => boolean) =>
    Effect.map(
      clock.currentTimeMillis,
      (now) => isAllowed() ? ConditionalOutcome.Written({ etag: put(name, body, now) }) : ConditionalOutcome.Refused()
    )
  return {
    description: "memory/",
    load: (name, options) =>
      Effect.sync(() => {
        const object = objects.get(name)
        if (object === undefined) return LoadOutcome.Absent()
        if (object.etag === options?.ifNoneMatch) return LoadOutcome.Unchanged()
        return LoadOutcome.Found({
          body: new Uint8Array(object.body.subarray(0, options?.firstBytes)),
          size: object.body.length,
          etag: object.etag,
          modified: object.modified
        })
      }),
    save: (name, body) => Effect.map(clock.currentTimeMillis, (now) => put(name, body, now)),
    add: (name, body) => putIf(name, body, () => !objects.has(name)),
    replace: (name, body, etag) => putIf(name, body, () => objects.get(name)?.etag === etag),
    remove: (name) => Effect.sync(() => void objects.delete(name)),
    removeIfMatch: (name, etag) =>
      Effect.sync(() => {
        if (objects.get(name)?.etag !== etag) return "refused"
        objects.delete(name)
        return "removed"
      }),
    removeAll: (names) =>
      Effect.sync(() => {
        for (const name of names) objects.delete(name)
      }),
    list: (prefix) =>
      Stream.suspend(() =>
        Stream.fromIterable(
          Array.from(objects, ([name, { body, etag, modified }]) => ({ name, size: body.length, etag, modified }))
            .filter(({ name }) => name.startsWith(prefix))
        )
      )
  }
})
