/**
 * Typed columns that grow a few cells at a time.
 */

const fewestCells = 16
// A column begins to grow while a quarter of it is left. So it has been copied long before that is used up.
const copiedPerCell = 8
// The columns of a map begin one after the other: V8 may collect garbage for some milliseconds wherever an array is made.
const phases = 8
let columns = 0

/**
 * A column of numbers, `0` where none was put. It is read in `cells`, looked up anew each time, and written by `put`.
 *
 * It doubles in steps: when three quarters of it are used there is another array, twice as long, and with each cell that
 * is added eight are copied; until all are, what is put goes to both. So a reader looks at one array, and no step copies
 * more the more cells there are. Only a column that becomes much longer all at once is copied all at once.
 *
 * Invariant: the first `copied` cells are the same in both arrays.
 */
abstract class Column<
  A extends Int32Array<ArrayBuffer> | Float64Array<ArrayBuffer> | Uint16Array<ArrayBuffer> | Uint8Array<ArrayBuffer>
> {
  /** The cells. */
  cells: A
  /** How many of them the next array has, `0` where there is none. */
  copied = 0
  protected next: A
  private used = 0
  private readonly phase = columns++ % phases

  constructor(empty: A) {
    this.cells = empty
    this.next = empty
  }

  /**
   * Makes room for so many cells. It is to be told of each one as it is added.
   *
   * @param most how many there will ever be, where that is known: there is room for no more
   */
  grow(length: number, most = Number.POSITIVE_INFINITY): void {
    if (length <= this.used) return
    const room = this.cells.length
    const isGrowing = this.copied > 0 || (room < most && length > room - (room >>> 2) + (room >>> 6) * this.phase)
    if (isGrowing) {
      if (this.copied === 0) this.next = this.longer(length, most)
      this.copy(copiedPerCell * (length - this.used))
    }
    this.used = length
    // It was told of many at once, or there are more than there would ever be.
    while (length > this.cells.length) {
      if (this.copied === 0) this.next = this.longer(length, most)
      this.copy(this.cells.length)
    }
  }

  protected abstract make(length: number): A

  private longer(length: number, most: number): A {
    const wanted = Math.max(fewestCells, 2 * this.cells.length, length + (length >>> 1))
    return this.make(Math.min(wanted, Math.max(length, most)))
  }

  private copy(count: number): void {
    const { cells, copied, next } = this
    const to = Math.min(cells.length, copied + count)
    for (let at = copied; at < to; at++) next[at] = cells[at] as number
    this.copied = to < cells.length ? to : 0
    if (to === cells.length) this.cells = next
  }
}

// Each kind writes by a function of its own: one for all would be compiled for arrays of any kind, and be slower.

/** A column of 32-bit integers. */
export class Ints extends Column<Int32Array<ArrayBuffer>> {
  constructor() {
    super(new Int32Array(0))
  }

  /** Puts a number into a cell. */
  put(at: number, value: number): void {
    this.cells[at] = value
    if (at < this.copied) this.next[at] = value
  }

  protected make(length: number): Int32Array<ArrayBuffer> {
    return new Int32Array(length)
  }
}

/** A column of floating-point numbers. */
export class Floats extends Column<Float64Array<ArrayBuffer>> {
  constructor() {
    super(new Float64Array(0))
  }

  /** Puts a number into a cell. */
  put(at: number, value: number): void {
    this.cells[at] = value
    if (at < this.copied) this.next[at] = value
  }

  protected make(length: number): Float64Array<ArrayBuffer> {
    return new Float64Array(length)
  }
}

/** A column of whole numbers of 16 bits, 0 or more. */
export class Shorts extends Column<Uint16Array<ArrayBuffer>> {
  constructor() {
    super(new Uint16Array(0))
  }

  /** Puts a number into a cell. */
  put(at: number, value: number): void {
    this.cells[at] = value
    if (at < this.copied) this.next[at] = value
  }

  /** The same column once more, sharing nothing with this one. */
  clone(): Shorts {
    const clone = new Shorts()
    clone.grow(this.cells.length)
    clone.cells.set(this.cells)
    return clone
  }

  protected make(length: number): Uint16Array<ArrayBuffer> {
    return new Uint16Array(length)
  }
}

/** A column of bytes. */
export class Bytes extends Column<Uint8Array<ArrayBuffer>> {
  constructor() {
    super(new Uint8Array(0))
  }

  /** Puts a number into a cell. */
  put(at: number, value: number): void {
    this.cells[at] = value
    if (at < this.copied) this.next[at] = value
  }

  /** The same column once more, sharing nothing with this one. */
  clone(): Bytes {
    const clone = new Bytes()
    clone.grow(this.cells.length)
    clone.cells.set(this.cells)
    return clone
  }

  protected make(length: number): Uint8Array<ArrayBuffer> {
    return new Uint8Array(length)
  }
}
