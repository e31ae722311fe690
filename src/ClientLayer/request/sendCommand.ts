/**
 * Sends commands.
 *
 * @since 1.0.0
 */
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import { describeList, type OptionKind, type OptionKinds } from "../../Cache/engine/options/optionKinds.js"
import type { CacheConfigError } from "../../Cache/errors/CacheErrors.js"
import { checkValue, unlessWrong } from "../../Cache/options/checkOptions.js"
import { wrongOptions } from "../../Cache/options/wrongOptions.js"
import type { ExceptionSource } from "../errors/RequestError.js"
import { type AwsCommand, type CommandFor, type HandlerOptions, isSender } from "../sdk/AwsCommand.js"
import { HiddenTexts } from "../secrets/hiddenTexts.js"
import { joinedSignal } from "./joinedSignal.js"
import { nameOfClass, requestFailure, type RequestOrigin, type SendError } from "./requestFailure.js"
import { giveUp, whenBroken } from "./watchBodies.js"

/**
 * What a single request may decide for itself: the options of the client's request handler, such as `requestTimeout`,
 * and
 *
 * - `errors`: the exceptions that get a tag of their own, by name or by class (see `RequestError`);
 * - `abortSignal`: aborts the request, as the interruption of the fiber does.
 *
 * Names that are not known here are the request handler's, but for one that is nearly a known one: `CacheConfigError`.
 *
 * @since 1.0.0
 * @category models
 */
export type RequestOptions<Client, Source extends ExceptionSource = never> = HandlerOptions<Client> & {
  /** Aborts the request, as the interruption of the fiber does. */
  readonly abortSignal?: AbortSignal | undefined
  /** The exceptions that get a tag of their own, by name or by class: see `RequestError`. */
  readonly errors?: ReadonlyArray<Source> | undefined
}

/**
 * Sends a command with a client: one that is leased, a document client, or a client of your own. Interruption aborts the
 * request. What the service answers with an exception is a `RequestError`, whose tag is the name of the exception where
 * that is one of the `errors`.
 *
 * It knows nothing of leases; `ClientCache.send` and `Session.send` lease the client as well.
 *
 * @example
 * ```ts
 * import { GetCommand } from "@aws-sdk/lib-dynamodb"
 * import { Effect } from "effect"
 * import {
 *   DynamoDBDocumentClientResource,
 *   ResourceCache,
 *   ResourceCacheLive,
 *   sendCommand
 * } from "effect-aws-cache/ClientLayer"
 * import * as assert from "node:assert/strict"
 *
 * const program = ResourceCache.withResource(DynamoDBDocumentClientResource, { region: "us-west-2" }, (documents) =>
 *   sendCommand(documents, new GetCommand({ TableName: "users", Key: { id: "ada" } }), {
 *     errors: ["ResourceNotFoundException"]
 *   })).pipe(
 *     Effect.map(({ Item }) => Item),
 *     Effect.catchTag("ResourceNotFoundException", () => Effect.succeed(undefined)),
 *     Effect.provide(ResourceCacheLive)
 *   )
 *
 * assert.deepEqual(await Effect.runPromise(program), { id: "ada", name: "Ada" })
 * ```
 *
 * @param client what has the `send` of an AWS SDK v3 client
 * @param command a command of the client's service
 * @since 1.0.0
 * @category combinators
 */
export const sendCommand = <
  Client extends object,
  Command extends AwsCommand<Output>,
  Output,
  Source extends ExceptionSource = never
>(
  client: Client,
  command: Command & AwsCommand<Output> & CommandFor<Client, Command>,
  options?: RequestOptions<Client, Source>
): Effect.Effect<Output, SendError<Source>> =>
  unlessWrong(
    Either.flatMap(
      checkValue("sendCommand", "client", client, clientKind),
      () => checkRequest("sendCommand", command, options, requestKinds)
    ),
    Effect.suspend(() =>
      sendFrom<Output, Source>(client, command, options, () => ({
        client: nameOfClass(client) || "a client",
        hidden: new HiddenTexts()
      }))
    )
  )

/**
 * Sends a command as `sendCommand` does, for a cache that has checked its type and its options.
 *
 * @param origin what the request was, asked for when it fails
 */
export const sendFrom = <Output, Source extends ExceptionSource = never>(
  client: object,
  command: AwsCommand<Output>,
  options: RequestControls<Source> | undefined,
  origin: () => RequestOrigin
): Effect.Effect<Output, SendError<Source>> => {
  const { abortSignal, errors, handler } = split(options)
  return Effect.tryPromise({
    try: async (interruption) => {
      if (!isSender<AwsCommand<Output>, Output>(client)) throw new TypeError("it is no client: it has no send method")
      const request = new AbortController()
      const abort = () => request.abort()
      interruption.addEventListener("abort", abort, { once: true })
      const output = await client.send(command, { ...handler, abortSignal: joinedSignal(request.signal, abortSignal) })
      whenBroken(output, abort)
      // Nobody will get it.
      if (interruption.aborted) giveUp(output)
      return output
    },
    catch: (thrown) => requestFailure(thrown, command, origin(), errors)
  })
}

/** What matters of the options of a request here. Others are of the request handler, or were of the cache. */
export interface RequestControls<out Source> {
  /** Aborts the request, as the interruption of the fiber does. */
  readonly abortSignal?: AbortSignal | undefined
  /** The exceptions that get a tag of their own, by name or by class: see `RequestError`. */
  readonly errors?: ReadonlyArray<Source> | undefined
}

/**
 * Checks a command and the options of its request. What no option is called here, nor nearly so, is the request handler's.
 *
 * @param cache for messages
 * @param kinds `requestKinds`, and those of the options that are not of the request
 */
export const checkRequest = (
  cache: string,
  command: unknown,
  options: unknown,
  kinds: Readonly<Record<string, OptionKind>>
): Either.Either<unknown, CacheConfigError> => {
  const checked = checkValue(cache, "command", command, commandKind)
  if (options === undefined || Either.isLeft(checked)) return checked
  const wrong = wrongOptions(cache, options, kinds, true)
  return wrong === undefined ? checked : Either.left(wrong)
}

const clientKind = {
  accepted: "an AWS SDK v3 client, or something else with its send method",
  accepts: (client: unknown) =>
    (typeof client === "object" || typeof client === "function") && client !== null && isSender(client)
}

const commandKind = {
  accepted: "a command of the client's service, such as new GetObjectCommand({ ... })",
  accepts: (command: unknown) => typeof command === "object" && command !== null && "resolveMiddleware" in command
}

const isSource = (source: unknown): boolean => typeof source === "string" || typeof source === "function"

/** Which options a request has. */
export const requestKinds: OptionKinds<RequestControls<never> & { readonly requestTimeout: number }> = {
  abortSignal: {
    accepted: "an AbortSignal",
    accepts: (signal) => typeof signal === "object" && (signal === null || "aborted" in signal)
  },
  errors: {
    accepted: "an array of names of exceptions, or of their classes: [\"NoSuchKey\"], [NoSuchKey]",
    accepts: (errors) => Array.isArray(errors) && errors.every(isSource),
    describe: describeList
  },
  requestTimeout: "millis"
}

const ofTheCache = new Set(["customize", "variant", "evictionPolicy", "maxSize"])

const split = <Source>(options: RequestControls<Source> = {}) => {
  const { abortSignal, errors, ...rest } = options
  const handler = Object.fromEntries(Object.entries(rest).filter(([field]) => !ofTheCache.has(field)))
  return { abortSignal, errors, handler }
}
