/**
 * Logs from texts.
 */
import type { LogOptions } from "../../../src/Command/simulate/log/LogFormat.js"
import { LogReader } from "../../../src/Command/simulate/log/LogReader.js"
import { RequestSample, type SampleOptions } from "../../../src/Command/simulate/log/RequestSample.js"

/** What is read of a text, in pieces of so many bytes. */
export const readText = (
  text: string | Buffer,
  { piece = 1 << 16, ...options }: Partial<LogOptions & SampleOptions> & { readonly piece?: number } = {}
) => {
  const sample = new RequestSample({ rate: 1, most: 1e6, mostSized: 1e6, ...options })
  const reader = new LogReader({ methods: ["GET"], ignoresQuery: false, ...options }, sample)
  const bytes = Buffer.from(text)
  for (let at = 0; at < bytes.length; at += piece) reader.add(bytes.subarray(at, at + piece))
  reader.end()
  const read = sample.end()
  const { costs, keys, sizes, times, unique } = read.requests
  const list = (column: ArrayLike<number> | undefined) => column === undefined ? undefined : Array.from(column)
  return {
    form: reader.form?.described,
    counts: reader.counts,
    sample: read,
    keys: Array.from(keys),
    unique,
    sizes: list(sizes),
    times: list(times),
    costs: list(costs)
  }
}
