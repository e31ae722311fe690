/**
 * Which lines of a web server's log are counted, and by which key.
 */
import type { LogLine } from "./LogLine.js"

/** What a user may say about it. */
export interface RequestOptions {
  /** The methods that are counted. */
  readonly methods: ReadonlyArray<string>
  /** Whether addresses that differ in what stands after `?` are one key. */
  readonly ignoresQuery: boolean
}

const questionMark = 63

/** The rules of a user. */
export class RequestRules {
  private readonly methods: ReadonlyArray<Buffer>
  private readonly ignoresQuery: boolean

  constructor({ ignoresQuery, methods }: RequestOptions) {
    this.methods = methods.map((method) => Buffer.from(method))
    this.ignoresQuery = ignoresQuery
  }

  /**
   * Whether requests of a method are counted. `GET` and `HEAD` ask for the same, of which nothing is sent to `HEAD`; of the
   * others the method becomes a part of the key.
   */
  counts(bytes: Buffer, from: number, to: number, line: LogLine): boolean {
    for (const method of this.methods) {
      if (method.length !== to - from || method.compare(bytes, from, to) !== 0) continue
      line.isPart = bytes[from] === 72
      const isRead = bytes[from] === 71 || bytes[from] === 72
      if (!isRead) {
        line.key.add(bytes, from, to)
        line.key.addByte(0)
      }
      return true
    }
    return false
  }

  /** Adds an address to the key, with what stands after `?` or without. */
  addTarget(bytes: Buffer, from: number, to: number, line: LogLine): void {
    let end = to
    if (this.ignoresQuery) {
      end = from
      while (end < to && bytes[end] !== questionMark) end++
    }
    line.key.add(bytes, from, end)
  }

  /** Adds what stands after `?`, where it is told apart. */
  addQuery(bytes: Buffer, from: number, to: number, line: LogLine): void {
    const isNone = from === to || (to - from === 1 && bytes[from] === 45)
    if (this.ignoresQuery || isNone) return
    line.key.addByte(questionMark)
    line.key.add(bytes, from, to)
  }

  /** Whether an answer is one that a cache would keep, and notes whether it was all of what was asked for. */
  countsStatus(status: number, line: LogLine): boolean {
    if (!(status >= 200 && status < 400)) return false
    if (status === 206 || status === 304) line.isPart = true
    return true
  }
}
