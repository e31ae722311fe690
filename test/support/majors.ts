/**
 * What Effect's majors have in other forms, as tests need it. It has a twin for Effect 4 in `scripts/effect4/test`.
 */
import * as PlatformError from "@effect/platform/Error"
import type * as Cause from "effect/Cause"
import type * as Effect from "effect/Effect"
import * as HashMap from "effect/HashMap"
import type * as Logger from "effect/Logger"
import type * as LogLevel from "effect/LogLevel"
import * as Option from "effect/Option"
import type * as Schema from "effect/Schema"
import type * as Stream from "effect/Stream"

/** What a level is called in logs. */
export const labelOf = (level: LogLevel.LogLevel): string => level.label

/** What a log line is annotated with. */
export const annotationOf = ({ annotations }: Logger.Logger.Options<unknown>, name: string): unknown =>
  Option.getOrUndefined(HashMap.get(annotations, name))

/** Of which kind a cause is. */
export const kindOf = (cause: Cause.Cause<unknown>): string => cause._tag

/** Something there or not, as an effect. */
export const optionEffect = <A>(option: Option.Option<A>): Effect.Effect<A, unknown> => option

/** An error as a stream that fails with it. */
export const errorStream = <E>(error: Cause.YieldableError & E): Stream.Stream<never, E> => error as never

/** A schema with a message of its own. */
export const saying = <A, I>(schema: Schema.Schema<A, I>, message: (actual: unknown) => string): Schema.Schema<A, I> =>
  schema.annotations({ message: ({ actual }) => message(actual) })

/** What a file system fails with that says no more than this. */
export const fileError = (method: string, description: string): PlatformError.PlatformError =>
  new PlatformError.SystemError({ module: "FileSystem", method, reason: "Unknown", description })

/** How effects run whose requests are to be made together. */
export const inBatches = { batching: true } as const

/** How effects run beside others whose requests are not. */
export const oneByOne = { concurrency: 2 } as const

/** What is said of an effect that cannot be run synchronously. */
export const cannotBeSync = /cannot be resolved synchronously/

/** Whose values of fibers a computation sees. */
export const referencesOf = "store"

/** `Config` is to read the environment anew, where it would not by itself. */
export const forgetEnvironment = (): void => {}
