/**
 * Guards for the errors of a part of this library.
 *
 * @since 1.0.0
 */

/**
 * A guard for errors. Of what may also be something else it leaves the errors, and of errors those that there may be: so
 * `Effect.catchIf` takes just them away.
 *
 * @since 1.0.0
 * @category models
 */
export type ErrorGuard<Errors> = <E>(error: E) => error is E & Errors

/** A guard for the instances of classes. */
export const instanceOfAny =
  <Classes extends ReadonlyArray<abstract new(...args: never) => unknown>>(...classes: Classes): ErrorGuard<
    InstanceType<Classes[number]>
  > =>
  <E>(error: E): error is E & InstanceType<Classes[number]> => classes.some((each) => error instanceof each)
