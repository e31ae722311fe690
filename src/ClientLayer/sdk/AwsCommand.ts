/**
 * What this library takes a command of the AWS SDK v3 to be. No SDK code is needed for it.
 *
 * @since 1.0.0
 */

/**
 * The part of a command that tells what it answers. Every `GetObjectCommand`, `PutItemCommand`, ... has it.
 *
 * @since 1.0.0
 * @category models
 */
export interface AwsCommand<out Output> {
  /** What is asked. */
  readonly input: object
  /** What a request passes on its way. */
  readonly middlewareStack: object
  /** How a client runs it. */
  resolveMiddleware(...args: never): (args: never) => Promise<{ readonly output: Output }>
}

/**
 * Says in the compiler's message what is wrong with a command.
 *
 * @since 1.0.0
 * @category models
 */
export interface CommandOfAnotherService<out Client> {
  /** The client that was given. */
  readonly "this command is not one of the client's service": Client
}

/**
 * A command if a client takes it, and nothing that could be given if it is another service's: `send` of the client
 * itself decides.
 *
 * @since 1.0.0
 * @category models
 */
export type CommandFor<Client, Command> = Client extends { readonly send: (command: Command) => Promise<unknown> }
  ? Command
  : CommandOfAnotherService<Client>

/**
 * What a client takes besides a command, such as `requestTimeout`: the options of its request handler.
 *
 * @since 1.0.0
 * @category models
 */
export type HandlerOptions<Client> = Client extends {
  readonly send: (command: never, options: infer Options, callback: never) => unknown
} ? Omit<Options, "abortSignal">
  : {}

/** What sends a command. */
export interface CommandSender<in Command, out Output> {
  send(command: Command, options: object): Promise<Output>
}

/**
 * Whether a client sends commands. That it answers them with what they say they answer is what its own types promise.
 */
export const isSender = <Command, Output>(client: object): client is CommandSender<Command, Output> =>
  "send" in client && typeof client.send === "function"
