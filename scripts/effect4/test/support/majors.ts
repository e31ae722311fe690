/**
 * What Effect's majors have in other forms, as tests need it.
 */
import type * as Cause from "effect/Cause"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Effect from "effect/Effect"
import type * as Logger from "effect/Logger"
import type * as LogLevel from "effect/LogLevel"
import type * as Option from "effect/Option"
import * as PlatformError from "effect/PlatformError"
import * as References from "effect/References"
import type * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"

export const labelOf = (level: LogLevel.LogLevel): string => level.toUpperCase()

export const annotationOf = ({ fiber }: Logger.Options<unknown>, name: string): unknown =>
  fiber.getRef(References.CurrentLogAnnotations)[name]

export const kindOf = ({ reasons: [first, ...others] }: Cause.Cause<unknown>): string =>
  first === undefined ? "Empty" : others.length === 0 ? first._tag : "Sequential"

export const optionEffect = <A>(option: Option.Option<A>): Effect.Effect<A, unknown> => Effect.fromOption(option)

export const errorStream = <E>(error: Cause.YieldableError & E): Stream.Stream<never, E> =>
  Stream.fromEffect(error) as Stream.Stream<never, E>

export const saying = <A, I>(schema: Schema.Codec<A, I>, message: (actual: unknown) => string): Schema.Codec<A, I> =>
  schema.annotate({ message: message("") })

export const fileError = (method: string, description: string): PlatformError.PlatformError =>
  PlatformError.systemError({ _tag: "Unknown", module: "FileSystem", method, description })

export const inBatches = { concurrency: "unbounded" } as const

export const oneByOne = { concurrency: 1 } as const

export const cannotBeSync = /was executed with Effect.runSync/

export const referencesOf = "caller"

export const forgetEnvironment = (): void => {
  Reflect.deleteProperty(ConfigProvider.ConfigProvider, "~effect/Context/defaultValue")
}
