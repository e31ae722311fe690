/**
 * Typed columns that grow.
 *
 * @since 0.1.0
 */

/**
 * A column of integers of at least the given length: the same one when it is long enough, else a copy, zeros at its
 * end.
 *
 * @since 0.1.0
 * @category constructors
 */
export const extendedInts = (column: Int32Array<ArrayBuffer>, length: number): Int32Array<ArrayBuffer> => {
  if (length <= column.length) return column
  const copy = new Int32Array(length)
  copy.set(column)
  return copy
}

/**
 * A column of bytes of at least the given length: the same one when it is long enough, else a copy, zeros at its end.
 *
 * @since 0.1.0
 * @category constructors
 */
export const extendedBytes = (column: Uint8Array<ArrayBuffer>, length: number): Uint8Array<ArrayBuffer> => {
  if (length <= column.length) return column
  const copy = new Uint8Array(length)
  copy.set(column)
  return copy
}

/**
 * A column of floating-point numbers of at least the given length: the same one when it is long enough, else a copy,
 * filled up at its end.
 *
 * @since 0.1.0
 * @category constructors
 */
export const extendedFloats = (
  column: Float64Array<ArrayBuffer>,
  length: number,
  fill: number
): Float64Array<ArrayBuffer> => {
  if (length <= column.length) return column
  const copy = new Float64Array(length)
  copy.set(column)
  copy.fill(fill, column.length)
  return copy
}
