/**
 * What AWS Lambda tells of an invocation.
 *
 * @since 1.0.0
 */

/**
 * The part of the context of an invocation that handlers read. Whoever wants more of it names its type, such as `Context` of
 * `@types/aws-lambda`.
 *
 * @since 1.0.0
 * @category models
 */
export interface LambdaContext {
  /** How many milliseconds are left until Lambda ends the invocation, and the process with it. */
  readonly getRemainingTimeInMillis: () => number
}

/** The time that is left, in milliseconds; for ever where nobody says, as in a test without a context. */
export const remainingOf = (context: LambdaContext | undefined): number =>
  typeof context?.getRemainingTimeInMillis === "function"
    ? context.getRemainingTimeInMillis()
    : Number.POSITIVE_INFINITY
