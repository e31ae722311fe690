/**
 * Tells heads from bodies in the bytes of HTTP/1.1 responses.
 */

/**
 * Finds the bytes of response bodies in what a server sends over one connection, whose client waits for each response
 * before it sends the next request.
 */
export interface HttpBodyFinder {
  /** The client sent something: what comes next from the server begins with a head. */
  readonly expectHead: () => void
  /**
   * Takes the next bytes from the server: `start` is where the body begins in them (their length when all of them are
   * head) and `offset` how many bytes of the same body came before.
   */
  readonly next: (chunk: Uint8Array) => { readonly start: number; readonly offset: number }
}

// An empty line ends the head (RFC 9112, section 2.1): CR LF CR LF.
const headEnd = [13, 10, 13, 10]

/** Begins with a head. */
export const makeHttpBodyFinder = (): HttpBodyFinder => {
  let matched = 0
  let offset = 0
  return {
    expectHead: () => {
      matched = 0
      offset = 0
    },
    next: (chunk) => {
      let start = 0
      while (matched < headEnd.length && start < chunk.length) {
        const byte = chunk[start++]
        matched = byte === headEnd[matched] ? matched + 1 : byte === 13 ? 1 : 0
      }
      const found = { start, offset }
      offset += chunk.length - start
      return found
    }
  }
}
