/**
 * Making payloads smaller, and large again.
 */
import * as Effect from "effect/Effect"
import * as Zlib from "node:zlib"

/**
 * A payload, compressed, on a thread of its own. Not interruptible: it takes milliseconds.
 *
 * @param level of effort: 0 to 9 for gzip, default 6; 0 to 11 for brotli, default 5
 */
export const compress = (
  bytes: Uint8Array,
  algorithm: "gzip" | "brotli",
  level: number | undefined
): Effect.Effect<Uint8Array, Error> =>
  called((done) =>
    algorithm === "gzip"
      ? Zlib.gzip(bytes, { level: level ?? 6 }, done)
      : Zlib.brotliCompress(bytes, {
        params: {
          [Zlib.constants.BROTLI_PARAM_QUALITY]: level ?? 5,
          [Zlib.constants.BROTLI_PARAM_SIZE_HINT]: bytes.length
        }
      }, done)
  )

/**
 * The inverse of `compress`, which allocates no more than the size that is expected (and one byte): what would be larger
 * fails.
 *
 * @param size how many bytes it has to give
 */
export const decompress = (
  bytes: Uint8Array,
  algorithm: "gzip" | "brotli",
  size: number
): Effect.Effect<Uint8Array, Error> => {
  // One chunk that holds everything and the byte too many, instead of many that are put together afterwards.
  const options = { maxOutputLength: Math.max(size, 1), chunkSize: Math.max(size + 1, 64) }
  return Effect.filterOrFail(
    called((done) =>
      algorithm === "gzip" ? Zlib.gunzip(bytes, options, done) : Zlib.brotliDecompress(bytes, options, done)
    ),
    (whole) => whole.length === size,
    (whole) => new Error(`it gives ${whole.length} bytes instead of ${size}`)
  )
}

const called = (
  call: (done: (error: Error | null, result: Uint8Array) => void) => void
): Effect.Effect<Uint8Array, Error> =>
  Effect.async((resume) =>
    call((error, result) => resume(error === null ? Effect.succeed(result) : Effect.fail(error)))
  )
