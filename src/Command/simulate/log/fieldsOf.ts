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

const [blank, tab, quote, bracket, closing, backslash] = [32, 9, 34, 91, 93, 92]

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

/**
 * Finds the fields of web servers: blanks between them, and quotes or brackets around those that have blanks, which are left
 * out. Answers whether every quote and bracket ends.
 */
export const splitQuoted = (fields: Fields, bytes: Buffer, from: number, to: number): boolean => {
  fields.count = 0
  for (let at = from; at < to && fields.count < fields.most;) {
    const first = bytes[at]
    if (first === blank) {
      at++
      continue
    }
    const end = first === quote ? quote : first === bracket ? closing : blank
    const start = end === blank ? at : at + 1
    at = start
    while (at < to && bytes[at] !== end) at += bytes[at] === backslash && end === quote ? 2 : 1
    if (end !== blank && at >= to) return false
    fields.add(start, Math.min(at, to))
    at++
  }
  return true
}
