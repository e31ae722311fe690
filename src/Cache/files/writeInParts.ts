/**
 * Frames that are written together.
 */
import * as Effect from "effect/Effect"
import { Buffer } from "node:buffer"

/** Few enough for little memory, many enough for little overhead: the bytes that are written at once. */
const partSize = 128 * 1024

/**
 * Writes the frames of a file, many at once, with little of them in memory. How many of the items are written.
 *
 * @param append writes to the end of the file
 * @param header the first frame
 * @param frameOf makes the frame of an item; nothing for one that is left out
 */
export const writeInParts = <A, E, E2>(
  append: (bytes: Uint8Array) => Effect.Effect<void, E>,
  header: Uint8Array,
  items: Iterable<A>,
  frameOf: (item: A) => Effect.Effect<Uint8Array | undefined, E2>
): Effect.Effect<number, E | E2> =>
  Effect.gen(function*() {
    let part = [header]
    let size = header.byteLength
    let written = 0
    const flush = Effect.suspend(() => {
      const bytes = Buffer.concat(part)
      part = []
      size = 0
      return append(bytes)
    })
    for (const item of items) {
      const frame = yield* frameOf(item)
      if (frame === undefined) continue
      part.push(frame)
      size += frame.byteLength
      written++
      if (size >= partSize) yield* flush
    }
    // File systems take nothing at all for a failure.
    if (part.length > 0) yield* flush
    return written
  })
