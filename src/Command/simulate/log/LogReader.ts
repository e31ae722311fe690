/**
 * A log, from its bytes to its requests.
 */
import { formOf, type LogForm, type LogOptions } from "./LogFormat.js"
import { LogLine } from "./LogLine.js"
import type { RequestSample } from "./RequestSample.js"

/** What was found in a log. */
export interface LogCounts {
  lines: number
  requests: number
  /** Lines with nothing in them. */
  empty: number
  /** What is not counted: other methods, errors, comments. */
  others: number
  unreadable: number
  /** Lines that are longer than what is read. */
  tooLong: number
  /** The first line that could not be read: its number from 1 on, and how it begins. */
  firstUnreadable: { readonly line: number; readonly text: string } | undefined
}

const [newline, carriageReturn, blank, tab] = [10, 13, 32, 9]

const byteOrderMark = Buffer.from([0xef, 0xbb, 0xbf])

/** A line of more bytes than these is not read. */
const longestLine = 65_536

// So many lines tell in which form a log is, or as many as are so many bytes.
const linesLookedAt = 100
const bytesLookedAt = 1_000_000

const shownOfLine = 80

/** Reads one log, as its bytes come, and adds its requests to a sample. */
export class LogReader {
  readonly counts: LogCounts = {
    lines: 0,
    requests: 0,
    empty: 0,
    others: 0,
    unreadable: 0,
    tooLong: 0,
    firstUnreadable: undefined
  }
  private readonly options: LogOptions
  private readonly sample: RequestSample
  private readonly line = new LogLine()
  private foundForm: LogForm | undefined
  // Lines that are not read yet, since it is not known how.
  private held: Array<Buffer> = []
  private heldBytes = 0
  // The start of a line of which the end has not come.
  private rest: Array<Buffer> = []
  private restBytes = 0

  constructor(options: LogOptions, sample: RequestSample) {
    this.options = options
    this.sample = sample
  }

  /** How it is read, once that is known. */
  get form(): LogForm | undefined {
    return this.foundForm
  }

  /** The next bytes of it. */
  add(chunk: Buffer): void {
    let start = 0
    let end = chunk.indexOf(newline)
    if (this.restBytes > 0 && end !== -1) {
      this.endRest(chunk.subarray(0, end))
      start = end + 1
      end = chunk.indexOf(newline, start)
    }
    while (end !== -1) {
      this.take(chunk, start, end)
      start = end + 1
      end = chunk.indexOf(newline, start)
    }
    if (start < chunk.length) this.addRest(chunk.subarray(start))
  }

  /** There are no more. */
  end(): void {
    if (this.restBytes > 0) this.endRest(Buffer.alloc(0))
    this.settle()
  }

  private addRest(bytes: Buffer): void {
    this.restBytes += bytes.length
    // A copy: what comes next may be written over it. Of what is too long nothing more is kept.
    if (this.restBytes <= longestLine + 1) this.rest.push(Buffer.from(bytes))
  }

  private endRest(bytes: Buffer): void {
    const isTooLong = this.restBytes > longestLine + 1
    const line = isTooLong ? undefined : Buffer.concat([...this.rest, bytes])
    this.rest = []
    this.restBytes = 0
    if (line !== undefined) return this.take(line, 0, line.length)
    this.counts.lines++
    this.countTooLong()
  }

  private countTooLong(): void {
    this.counts.tooLong++
    this.holdEmpty()
  }

  // What is held has a place for each line.
  private holdEmpty(): void {
    if (this.foundForm === undefined) this.held.push(empty)
  }

  private take(bytes: Buffer, from: number, to: number): void {
    const isFirst = this.counts.lines++ === 0
    let start = from
    let end = to
    if (isFirst && byteOrderMark.compare(bytes, start, Math.min(end, start + 3)) === 0) start += 3
    if (end > start && bytes[end - 1] === carriageReturn) end--
    if (end - start > longestLine) return this.countTooLong()
    while (start < end && bytes[start] === blank) start++
    while (end > start && (bytes[end - 1] === blank || bytes[end - 1] === tab)) end--
    if (start === end) {
      this.counts.empty++
      return this.holdEmpty()
    }
    if (this.foundForm !== undefined) return this.read(this.foundForm, bytes, start, end, this.counts.lines)
    this.held.push(Buffer.from(bytes.subarray(start, end)))
    this.heldBytes += end - start
    if (this.held.length >= linesLookedAt || this.heldBytes >= bytesLookedAt) this.settle()
  }

  private settle(): void {
    if (this.foundForm !== undefined) return
    const { held } = this
    this.held = []
    const texts = held.flatMap((line) => line === empty ? [] : [line.toString("latin1")])
    this.foundForm = formOf(texts, this.options)
    const first = this.counts.lines - held.length + 1
    for (const [at, line] of held.entries()) {
      if (line !== empty) this.read(this.foundForm, line, 0, line.length, first + at)
    }
  }

  private read(form: LogForm, bytes: Buffer, from: number, to: number, number: number): void {
    const { counts, line } = this
    line.start()
    switch (form.read(bytes, from, to, line)) {
      case "request":
        counts.requests++
        line.key.end()
        this.sample.add(line)
        return
      case "other":
        counts.others++
        return
      case "unreadable":
        counts.unreadable++
        counts.firstUnreadable ??= {
          line: number,
          text: bytes.toString("utf8", from, Math.min(to, from + shownOfLine))
        }
    }
  }
}

const empty = Buffer.alloc(0)
