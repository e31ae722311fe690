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

/** The time that is left, in milliseconds; for ever where nobody says, as in a test without one. */
export const remainingOf = (context: LambdaContext | undefined): number => {
  if (typeof context?.getRemainingTimeInMillis !== "function") return Number.POSITIVE_INFINITY
  const remaining: unknown = context.getRemainingTimeInMillis()
  return typeof remaining === "number" && !Number.isNaN(remaining) ? remaining : Number.POSITIVE_INFINITY
}

/**
 * Lets Lambda go on when the handler has resolved: after a streamed answer it waits until nothing at all is open in the
 * process otherwise, up to the end of the invocation's time, and ends the process then.
 */
export const endWithHandler = (context: object | undefined): void => {
  const name = "callbackWaitsForEmptyEventLoop"
  if (context !== undefined && name in context) Reflect.set(context, name, false)
}
