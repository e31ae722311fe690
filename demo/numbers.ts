/**
 * Numbers, and how they are written.
 */

/** The middle of some numbers, the upper one of two; 0 for none. */
export const median = (values: ReadonlyArray<number>): number =>
  values.toSorted((one, other) => one - other)[values.length >> 1] ?? 0

/** The largest of some numbers; 0 for none. */
export const largest = (values: ReadonlyArray<number>): number => values.reduce((one, other) => Math.max(one, other), 0)

/** A whole number, such as `32,768`. */
export const printCount = (value: number): string => value.toLocaleString("en-US")

/** A time, with a digit behind the point where that says something. */
export const printMillis = (millis: number): string =>
  `${millis < 9.95 ? millis.toFixed(1) : printCount(Math.round(millis))} ms`
