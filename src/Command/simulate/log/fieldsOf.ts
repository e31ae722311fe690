/**
 * The fields of a line.
 */

/** Where fields begin and end, in an object that is used again for the next line. */
export class Fields {
  readonly most: number
  readonly starts: Int32Array
  readonly ends: Int32Array
  /** How many there are. */
  count = 0

  /** @param most how many are looked at */
  constructor(most: number) {
    this.most = most
    this.starts = new Int32Array(most)
    this.ends = new Int32Array(most)
  }

  /** Adds one. */
  add(from: number, to: number): void {
    this.starts[this.count] = from
    this.ends[this.count] = to
    this.count++
  }
}

const [blank, tab, quote, bracket, closing, backslash, hyphen] = [32, 9, 34, 91, 93, 92, 45]

/** Finds fields with a byte between them. */
export const splitAt = (fields: Fields, separator: number, bytes: Buffer, from: number, to: number): void => {
  fields.count = 0
  let start = from
  for (let at = from; at < to && fields.count < fields.most - 1; at++) {
    if (bytes[at] !== separator) continue
    fields.add(start, at)
    start = at + 1
  }
  fields.add(start, to)
  if (fields.count < fields.most) return
  // The last one ends where the next would begin.
  const end = bytes.subarray(start, to).indexOf(separator)
  if (end !== -1) fields.ends[fields.count - 1] = start + end
}

/** Where the cell that begins here ends: at the separator, which may stand within quotes (RFC 4180). */
const endOfCell = (separator: number, bytes: Buffer, from: number, to: number): number => {
  let at = from
  while (at < to && bytes[at] === blank) at++
  if (bytes[at] === quote) {
    for (at++; at < to; at++) {
      if (bytes[at] !== quote) continue
      if (bytes[at + 1] === quote && at + 1 < to) {
        at++
        continue
      }
      let next = at + 1
      while (next < to && bytes[next] === blank) next++
      if (next === to || bytes[next] === separator) return next
      break
    }
  }
  // A quote that does not end is a character as others are.
  for (at = from; at < to; at++) if (bytes[at] === separator) return at
  return to
}

/** Finds cells with a byte between them, of which some may have quotes around them. */
export const splitCells = (fields: Fields, separator: number, bytes: Buffer, from: number, to: number): void => {
  fields.count = 0
  for (let start = from; fields.count < fields.most;) {
    const end = endOfCell(separator, bytes, start, to)
    fields.add(start, end)
    if (end >= to) return
    start = end + 1
  }
}

/** Leaves out blanks around a field, and quotes. */
export const trim = (fields: Fields, at: number, bytes: Buffer): void => {
  let start = fields.starts[at] as number
  let end = fields.ends[at] as number
  while (start < end && (bytes[start] === blank || bytes[start] === tab)) start++
  while (end > start && (bytes[end - 1] === blank || bytes[end - 1] === tab)) end--
  if (end - start > 1 && bytes[start] === quote && bytes[end - 1] === quote) {
    start++
    end--
  }
  fields.starts[at] = start
  fields.ends[at] = end
}

/** Finds fields with blanks or tabs between them. */
export const splitAtBlanks = (fields: Fields, bytes: Buffer, from: number, to: number): void => {
  fields.count = 0
  for (let at = from; at < to && fields.count < fields.most;) {
    while (at < to && (bytes[at] === blank || bytes[at] === tab)) at++
    const start = at
    while (at < to && bytes[at] !== blank && bytes[at] !== tab) at++
    if (at > start) fields.add(start, at)
  }
}

const isDigit = (byte: number | undefined): boolean => byte !== undefined && byte >= 48 && byte <= 57

/** Whether a quote is followed by a status, or by the `-` of none: then it ends the request, in which quotes may stand as they are. */
const isBeforeStatus = (bytes: Buffer, at: number, to: number): boolean => {
  if (bytes[at + 1] !== blank) return false
  const end = bytes[at + 2] === hyphen
    ? at + 3
    : isDigit(bytes[at + 2]) && isDigit(bytes[at + 3]) && isDigit(bytes[at + 4])
    ? at + 5
    : to + 1
  return end === to || (end < to && bytes[end] === blank)
}

/**
 * Finds the fields of web servers: blanks between them, and quotes or brackets around those that have blanks, which are left
 * out. What is quoted first is the request, which the status follows. Answers whether every quote and bracket ends.
 */
export const splitQuoted = (fields: Fields, bytes: Buffer, from: number, to: number): boolean => {
  fields.count = 0
  let isRequest = true
  for (let at = from; at < to && fields.count < fields.most;) {
    const first = bytes[at]
    if (first === blank) {
      at++
      continue
    }
    const end = first === quote ? quote : first === bracket ? closing : blank
    const start = end === blank ? at : at + 1
    at = start
    for (; at < to; at++) {
      if (bytes[at] === end && (end !== quote || !isRequest || isBeforeStatus(bytes, at, to))) break
      if (bytes[at] === backslash && end === quote) at++
    }
    if (end !== blank && at >= to) return false
    if (end === quote) isRequest = false
    fields.add(start, Math.min(at, to))
    at++
  }
  return true
}
