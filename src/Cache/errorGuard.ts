/**
 * Guards for the errors of a part of this library.
 *
 * @since 0.1.0
 */

/**
 * A guard for the instances of classes.
 *
 * @since 0.1.0
 * @category guards
 */
export const instanceOfAny =
  <Classes extends ReadonlyArray<abstract new(...args: never) => unknown>>(...classes: Classes) =>
  (u: unknown): u is InstanceType<Classes[number]> => classes.some((each) => u instanceof each)
