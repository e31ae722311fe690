/**
 * The bodies of a response that are still being read.
 *
 * @since 0.1.0
 */
import { Readable } from "node:stream"

/**
 * Calls back once, when every body of a response has been read to its end or given up: streams of Node's, and events of
 * an event stream, which are watched as they are read. Says whether there is any; if not, it does not call back. What
 * is not watched is a `ReadableStream` of the web, which only its reader can follow.
 *
 * @param output what a command answers
 * @since 0.1.0
 * @category combinators
 */
export const whenRead = (output: unknown, done: () => void): boolean => {
  let open = 0
  const ended = once(() => {
    open -= 1
    if (open === 0) done()
  })
  for (const [field, value] of fieldsOf(output)) {
    if (value instanceof Readable) {
      if (value.readableEnded || value.destroyed) continue
      open += 1
      const end = ended()
      // Neither makes it flow. There is no `close` where a stream is told not to destroy itself.
      value.once("end", end).once("close", end)
    } else if (isEventStream(value)) {
      open += 1
      Reflect.set(Object(output), field, watched(value, ended()))
    }
  }
  return open > 0
}

/**
 * Gives up the bodies of a response that nobody will read, so that they hold no connection.
 *
 * @since 0.1.0
 * @category combinators
 */
export const giveUp = (output: unknown): void => {
  for (const [, value] of fieldsOf(output)) if (value instanceof Readable) value.destroy()
}

const fieldsOf = (output: unknown): ReadonlyArray<readonly [string, unknown]> =>
  typeof output === "object" && output !== null ? Object.entries(output) : []

const once = (f: () => void) => () => {
  let called = false
  return () => {
    if (called) return
    called = true
    f()
  }
}

const isEventStream = (value: unknown): value is AsyncIterable<unknown> =>
  typeof value === "object" && value !== null && Symbol.asyncIterator in value && !("getReader" in value)

const watched = async function*(events: AsyncIterable<unknown>, end: () => void): AsyncGenerator<unknown> {
  try {
    yield* events
  } finally {
    end()
  }
}
