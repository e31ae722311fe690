/**
 * The session of the process, for programs that need no other.
 *
 * @since 1.0.0
 */
import "../effect/needsEffect3.js"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Scope from "effect/Scope"
import { makeDeferred, startAlone } from "../effect/fibers.js"
import { sharedByCopies } from "../effect/shared.js"
import type { ExceptionSource } from "./errors/RequestError.js"
import type { ClientSource } from "./key/ClientSource.js"
import type { SendError } from "./request/requestFailure.js"
import type { ResourceDefinition } from "./resource/ResourceDefinition.js"
import type { ClientClass, ClientOf, OptionalConfig } from "./sdk/AwsClient.js"
import type { AwsCommand, CommandFor } from "./sdk/AwsCommand.js"
import { makeSession } from "./session/makeSession.js"
import type {
  SessionClientArguments,
  SessionClientError,
  SessionClientOptions,
  SessionError,
  SessionOptions,
  SessionResourceArguments,
  SessionResourceError,
  SessionResourceOptionsArguments,
  SessionSendOptions
} from "./session/SessionOptions.js"
import type { SessionService } from "./session/SessionService.js"

interface Open {
  readonly session: SessionService
  readonly scope: Scope.CloseableScope
}

type Making = Deferred.Deferred<Open, SessionError>

// One for all copies of this module in the process.
const state = sharedByCopies("ClientLayer/DefaultSession", (): {
  current: Making | undefined
} => ({ current: undefined }))

/**
 * The session of the process. It is made when it is first needed, once for all who ask, as `Session.make()` makes it, and
 * lives until `close`. A failure is not remembered. It belongs to nobody: it has neither the context nor
 * the interruption of whoever needed it first. The SDK's own defaults are not touched.
 *
 * @since 1.0.0
 * @category default session
 */
export const session: Effect.Effect<SessionService, SessionError> = Effect.suspend(() =>
  opened(state.current ?? start({}).making)
)

/**
 * Makes a session that is the session of the process from now on. The one before, if there is one, is closed then: its
 * leases are waited for as long as its grace period, and its connections closed.
 *
 * When it fails, as `Session.make` does, the session before stays.
 *
 * @example
 * ```ts
 * import { S3Client } from "@aws-sdk/client-s3"
 * import { Effect } from "effect"
 * import { DefaultSession } from "effect-aws-cache/ClientLayer"
 * import * as assert from "node:assert/strict"
 *
 * const program = Effect.gen(function*() {
 *   yield* DefaultSession.setup({ region: "eu-west-1" })
 *   const s3 = yield* DefaultSession.client(S3Client)
 *   return yield* Effect.promise(() => s3.config.region())
 * })
 *
 * assert.equal(await Effect.runPromise(program), "eu-west-1")
 * ```
 *
 * @since 1.0.0
 * @category default session
 */
export const setup = (options: SessionOptions = {}): Effect.Effect<SessionService, SessionError> =>
  Effect.suspend(() => {
    const { fiber, making } = start(options)
    return Effect.zipRight(Fiber.await(fiber), opened(making))
  })

/**
 * Closes the session of the process, if there is one. Who needs one after that gets a new one.
 *
 * @since 1.0.0
 * @category default session
 */
export const close: Effect.Effect<void> = Effect.suspend(() => {
  const before = state.current
  state.current = undefined
  return before === undefined ? Effect.void : closeOne(before)
})

/**
 * The client of a class for a configuration, from the session of the process. See `Session.client`.
 *
 * @example
 * ```ts
 * import { S3Client } from "@aws-sdk/client-s3"
 * import { Effect } from "effect"
 * import { DefaultSession } from "effect-aws-cache/ClientLayer"
 * import * as assert from "node:assert/strict"
 *
 * const s3 = await Effect.runPromise(DefaultSession.client(S3Client, { region: "us-west-2" }))
 * const same = await Effect.runPromise(DefaultSession.client(S3Client, { region: "us-west-2" }))
 * assert.equal(s3, same)
 * ```
 *
 * @since 1.0.0
 * @category default session
 */
export const client = <Ctor extends ClientClass>(
  source: ClientSource<Ctor>,
  ...configuration: SessionClientArguments<Ctor>
): Effect.Effect<ClientOf<Ctor>, SessionClientError | SessionError> =>
  Effect.flatMap(session, (it) => it.client(source, ...configuration))

/**
 * The client as `client` gives it, leased until the scope closes. See `Session.lease`.
 *
 * @since 1.0.0
 * @category default session
 */
export const lease = <Ctor extends ClientClass>(
  source: ClientSource<Ctor>,
  ...configuration: SessionClientArguments<Ctor>
): Effect.Effect<ClientOf<Ctor>, SessionClientError | SessionError, Scope.Scope> =>
  Effect.flatMap(session, (it) => it.lease(source, ...configuration))

/**
 * Uses the client that `client` gives, leased as long as `f` runs. See `Session.withClient`.
 *
 * @since 1.0.0
 * @category default session
 */
export const withClient = <Ctor extends ClientClass, A, E, R>(
  source: ClientSource<Ctor>,
  config: OptionalConfig<Ctor>,
  f: (client: ClientOf<Ctor>) => Effect.Effect<A, E, R>,
  options?: SessionClientOptions<ClientOf<Ctor>> | undefined
): Effect.Effect<A, E | SessionClientError | SessionError, R> =>
  Effect.flatMap(session, (it) => it.withClient(source, config, f, options))

/**
 * Sends a command with the client that `client` gives, leased until the response and its body have been read. See
 * `Session.send`.
 *
 * @example
 * ```ts
 * import { ListBucketsCommand, S3Client } from "@aws-sdk/client-s3"
 * import { Effect } from "effect"
 * import { DefaultSession } from "effect-aws-cache/ClientLayer"
 * import * as assert from "node:assert/strict"
 *
 * const { Buckets = [] } = await Effect.runPromise(DefaultSession.send(S3Client, {}, new ListBucketsCommand({})))
 * assert.deepEqual(Buckets.map(({ Name }) => Name), ["my-bucket", "reports"])
 * ```
 *
 * @since 1.0.0
 * @category default session
 */
export const send = <
  Ctor extends ClientClass,
  Command extends AwsCommand<Output>,
  Output,
  Source extends ExceptionSource = never
>(
  source: ClientSource<Ctor>,
  config: OptionalConfig<Ctor>,
  command: Command & AwsCommand<Output> & CommandFor<ClientOf<Ctor>, Command>,
  options?: SessionSendOptions<ClientOf<Ctor>, Source> | undefined
): Effect.Effect<Output, SendError<Source> | SessionClientError | SessionError> =>
  Effect.flatMap(
    session,
    (it) => it.send<Ctor, Command, Output, Source>(source, config, command, options)
  )

/**
 * The resource of a definition, over a client of the session of the process. See `Session.resource`.
 *
 * @example
 * ```ts
 * import { Effect } from "effect"
 * import { DefaultSession, DynamoDBDocumentResource } from "effect-aws-cache/ClientLayer"
 * import * as assert from "node:assert/strict"
 *
 * const documents = await Effect.runPromise(DefaultSession.resource(DynamoDBDocumentResource, { region: "us-west-2" }))
 * const { Item } = await documents.get({ TableName: "users", Key: { id: "ada" } })
 * assert.deepEqual(Item, { id: "ada", name: "Ada" })
 * ```
 *
 * @since 1.0.0
 * @category default session
 */
export const resource = <Ctor extends ClientClass, Options, R>(
  definition: ResourceDefinition<Ctor, Options, R>,
  ...args: SessionResourceArguments<Ctor, Options>
): Effect.Effect<R, SessionResourceError | SessionError> =>
  Effect.flatMap(session, (it) => it.resource(definition, ...args))

/**
 * The resource as `resource` gives it, leased until the scope closes. See `Session.leaseResource`.
 *
 * @since 1.0.0
 * @category default session
 */
export const leaseResource = <Ctor extends ClientClass, Options, R>(
  definition: ResourceDefinition<Ctor, Options, R>,
  ...args: SessionResourceArguments<Ctor, Options>
): Effect.Effect<R, SessionResourceError | SessionError, Scope.Scope> =>
  Effect.flatMap(session, (it) => it.leaseResource(definition, ...args))

/**
 * Uses the resource that `resource` gives, leased as long as `f` runs. See `Session.withResource`.
 *
 * @since 1.0.0
 * @category default session
 */
export const withResource = <Ctor extends ClientClass, Options, R, A, E, R2>(
  definition: ResourceDefinition<Ctor, Options, R>,
  config: OptionalConfig<Ctor>,
  f: (resource: R) => Effect.Effect<A, E, R2>,
  ...args: SessionResourceOptionsArguments<Options>
): Effect.Effect<A, E | SessionResourceError | SessionError, R2> =>
  Effect.flatMap(session, (it) => it.withResource(definition, config, f, ...args))

const opened = (making: Making): Effect.Effect<SessionService, SessionError> =>
  Effect.map(Deferred.await(making), (open) => open.session)

// In a fiber of its own, with nothing of the caller's.
const start = (options: SessionOptions) => {
  const making: Making = makeDeferred()
  // With none before, all who ask meanwhile wait for this one.
  const isFirst = state.current === undefined
  if (isFirst) state.current = making
  const fiber = startAlone(
    Effect.flatMap(Effect.exit(open(options)), (exit) => {
      const before = state.current
      const takesOver = !isFirst && Exit.isSuccess(exit)
      if (takesOver) state.current = making
      else if (Exit.isFailure(exit) && before === making) state.current = undefined
      // Last: whoever waits may go on within it.
      Deferred.unsafeDone(making, exit)
      return takesOver && before !== undefined ? closeOne(before) : Effect.void
    })
  )
  return { fiber, making }
}

const open = (options: SessionOptions): Effect.Effect<Open, SessionError> =>
  Effect.flatMap(Scope.make(), (scope) =>
    Scope.extend(makeSession(options), scope).pipe(
      Effect.onError((cause) => Scope.close(scope, Exit.failCause(cause))),
      Effect.map((session) => ({ session, scope }))
    ))

const closeOne = (making: Making): Effect.Effect<void> =>
  Effect.uninterruptible(
    Effect.flatMap(
      Effect.exit(Deferred.await(making)),
      (exit) => Exit.isSuccess(exit) ? Scope.close(exit.value.scope, Exit.void) : Effect.void
    )
  )
