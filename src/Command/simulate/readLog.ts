/**
 * Reading a log.
 */
import * as Effect from "effect/Effect"
import { FileError } from "../arguments/FileError.js"
import { chunksOf, PackedLog } from "./log/chunksOf.js"
import type { LogOptions } from "./log/LogFormat.js"
import { type LogCounts, LogReader } from "./log/LogReader.js"
import { RequestSample, type Sample, type SampleOptions } from "./log/RequestSample.js"

/** A log that was read. */
export interface ReadLog {
  /** As the user calls it. */
  readonly name: string
  /** In which form it is, in words. */
  readonly form: string
  readonly counts: LogCounts
  /** Whether it was packed, and ended before its end. */
  readonly isCut: boolean
  readonly sample: Sample
}

const nameOf = (path: string) => path === "-" ? "standard input" : path

const detailOf = (error: unknown, path: string): string => {
  if (error instanceof PackedLog) {
    return `it is packed with ${error.message}: unpack it, and pipe it in, with - in place of its name`
  }
  const code = error instanceof Error && "code" in error ? error.code : undefined
  if (code === "ENOENT") return "there is no such file"
  if (code === "EISDIR") return `it is a folder: cat ${path}/* | effect-aws-cache simulate -`
  return error instanceof Error ? error.message : String(error)
}

/**
 * Reads a log: a file, or the standard input for `-`, packed with gzip or not. Fails where nothing in it is a request.
 *
 * @param tell is called with the number of lines so far, now and then
 */
export const readLog = (
  path: string,
  options: LogOptions & SampleOptions,
  tell: (lines: number) => Effect.Effect<void>
): Effect.Effect<ReadLog, FileError> => {
  const name = nameOf(path)
  const fail = (detail: string) => new FileError({ file: name, detail })
  return Effect.gen(function*() {
    const sample = new RequestSample(options)
    const reader = new LogReader(options, sample)
    let isCut = false
    const chunks = chunksOf(path, () => (isCut = true))
    const next = Effect.tryPromise({ try: () => chunks.next(), catch: (error) => fail(detailOf(error, path)) })
    yield* Effect.ensuring(
      Effect.gen(function*() {
        for (;;) {
          const { done, value } = yield* next
          if (done === true) break
          reader.add(value)
          yield* tell(reader.counts.lines)
        }
      }),
      // What still reads ends with what it reads from.
      Effect.sync(() => void chunks.return(undefined).catch(() => {}))
    )
    reader.end()
    const { counts, form } = reader
    if (counts.lines === counts.empty) return yield* fail("it is empty")
    if (counts.requests === 0) {
      const first = counts.firstUnreadable
      return yield* fail(
        `none of its ${counts.lines} lines is a request that counts, read as ${form?.described ?? "nothing"}` +
          (first === undefined ? "" : `; line ${first.line} is ${JSON.stringify(first.text)}`)
      )
    }
    return { name, form: form?.described ?? "", counts, isCut, sample: sample.end() }
  })
}
