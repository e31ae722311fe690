/**
 * The bodies of a response that are still being read.
 */
import { Readable } from "node:stream"

/**
 * Calls back once, when every body of a response has been read to its end or given up: streams of Node's, and events of
 * an event stream, which are watched as they are read. Says whether there is any; if not, it does not call back. What
 * is not watched is a `ReadableStream` of the web, which only its reader can follow.
 *
 * @param output what a command answers
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
      joinSource(value)
    } else if (isEventStream(value)) {
      open += 1
      Reflect.set(Object(output), field, watched(value, ended(), () => {}))
    }
  }
  return open > 0
}

/**
 * Lets the events of an event stream that is given up before its end (`break`, an interrupted `Stream`, an event that is
 * an error) hold no connection: whoever reads them can end only the reading, and the server may go on for minutes.
 *
 * @param output what a command answers
 * @param abort ends the request
 */
export const whenBroken = (output: unknown, abort: () => void): void => {
  for (const [field, value] of fieldsOf(output)) {
    if (isEventStream(value) && !(value instanceof Readable)) {
      Reflect.set(Object(output), field, watched(value, () => {}, abort))
    }
  }
}

/** Gives up the bodies of a response that nobody will read, so that they hold no connection. */
export const giveUp = (output: unknown): void => {
  for (const [, value] of fieldsOf(output)) {
    if (!(value instanceof Readable)) continue
    joinSource(value)
    value.destroy()
  }
}

/**
 * The stream that checks a checksum reads from the body itself. In many versions of the SDK neither knows when the other
 * one is destroyed: a body that was given up keeps its connection, and one whose connection broke never ends.
 */
const joinSource = (body: Readable): void => {
  const source: unknown = Reflect.get(body, "source")
  if (!(source instanceof Readable)) return
  body.once("close", () => source.destroy())
  source.once("error", (cause) => body.destroy(cause)).once("close", () => {
    if (!source.readableEnded) body.destroy(new Error("aborted"))
  })
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

/** @param broken called when it is given up before its end, or one of its events is an error */
const watched = (events: AsyncIterable<unknown>, over: () => void, broken: () => void): AsyncIterable<unknown> => ({
  [Symbol.asyncIterator]: () => {
    const iterator = events[Symbol.asyncIterator]()
    let isOver = false
    const end = () => {
      isOver = true
      over()
    }
    // Not waited for: a generator that waits for its next event comes to its end after that only.
    const giveUp = () => {
      if (isOver) return
      end()
      broken()
      Promise.resolve(iterator.return?.()).catch(() => {})
    }
    return {
      next: () =>
        isOver ? Promise.resolve({ done: true, value: undefined }) : iterator.next().then(
          (event) => {
            if (event.done === true) end()
            return event
          },
          (cause) => {
            giveUp()
            throw cause
          }
        ),
      return: (value?: unknown) => {
        giveUp()
        return Promise.resolve({ done: true, value })
      },
      throw: (cause?: unknown) => {
        giveUp()
        return Promise.reject(cause)
      }
    }
  }
})
