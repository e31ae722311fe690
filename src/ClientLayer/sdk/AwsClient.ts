/**
 * What this library takes an AWS SDK v3 client and its class to be. No SDK code is needed for it.
 *
 * @since 1.0.0
 */
import type * as Redacted from "effect/Redacted"

/**
 * The part of an AWS SDK v3 client that this library uses. Every `S3Client`, `DynamoDBClient`, … has it.
 *
 * @since 1.0.0
 * @category models
 */
export interface AwsClient {
  /** The resolved configuration. It can hold secrets: it is never logged, printed or kept. */
  readonly config: object
  /** What a request passes on its way. */
  readonly middlewareStack: object
  /** Sends a command. */
  send(...args: never): unknown
  /** Closes what the client opened. */
  destroy(): void
}

/**
 * A class of clients, such as `S3Client`.
 *
 * @since 1.0.0
 * @category models
 */
export type ClientClass = new(...args: never) => AwsClient

/**
 * The instances of a client class: `ClientOf<typeof S3Client>` is `S3Client`.
 *
 * @since 1.0.0
 * @category models
 */
export type ClientOf<Ctor extends ClientClass> = Ctor extends { new(...args: never): infer C extends AwsClient } ? C
  : never

/**
 * Static credentials of which some parts, or all of them together, are `Redacted`.
 *
 * @since 1.0.0
 * @category models
 */
export interface RedactedCredentials {
  /** The name of the key; no secret, and shown in no message either. */
  readonly accessKeyId: string | Redacted.Redacted
  /** The secret itself. */
  readonly secretAccessKey: string | Redacted.Redacted
  /** What temporary credentials have besides. */
  readonly sessionToken?: string | Redacted.Redacted | undefined
  /** The region the credentials are limited to. */
  readonly credentialScope?: string | undefined
  /** The account they belong to: twelve digits. */
  readonly accountId?: string | undefined
  /** When they end. */
  readonly expiration?: Date | undefined
}

/**
 * What the constructor of a client class takes, with static `credentials` and `token` also accepted as `Redacted`, and
 * `undefined` for any field that may be absent. `never` for a class whose constructor needs more than a configuration:
 * a cache gives it nothing else.
 *
 * @since 1.0.0
 * @category models
 */
export type ClientConfig<Ctor extends ClientClass> = WithRedacted<ConstructorConfig<Ctor>>

/**
 * What the constructor of a client class takes, or `undefined` where the class does not need it.
 *
 * @since 1.0.0
 * @category models
 */
export type OptionalConfig<Ctor extends ClientClass> = {} extends ConstructorConfig<Ctor> ?
  ClientConfig<Ctor> | undefined
  : ClientConfig<Ctor>

type ConstructorConfig<Ctor extends ClientClass> = Ctor extends new(...args: infer Arguments) => AwsClient
  ? FirstOf<Arguments>
  : never

// SDK constructors take `[] | [Config]`, hand-written ones `[config?: Config]`. One that needs more than a configuration
// cannot be given it: no configuration is right for such a class. Of `ClientClass` itself nothing is known.
type FirstOf<Arguments> = [Arguments] extends [never] ? object
  : Arguments extends readonly [] ? never
  : Arguments extends readonly [(infer Config)?, ...infer More] ? [] extends More ? NonNullable<Config> : never
  : never

type WithRedacted<Config> = {
  [Field in keyof Config]: Accepted<Config, Field> | ({} extends Pick<Config, Field> ? undefined : never)
}

type Accepted<Config, Field extends keyof Config> = Field extends "credentials"
  ? Config[Field] | RedactedCredentials | Redacted.Redacted<RedactedCredentials>
  : Field extends "token" ? Config[Field] | Redacted.Redacted<NonNullable<Config[Field]>>
  : Config[Field]

/**
 * Whether a value looks like an AWS SDK v3 client: it has `send` and `destroy` functions, a `config` and a
 * `middlewareStack`. Two copies of the SDK make two `S3Client` classes, so this does not ask `instanceof`.
 */
export const isAwsClient = (u: unknown): u is AwsClient =>
  typeof u === "object" && u !== null
  && "send" in u && typeof u.send === "function"
  && "destroy" in u && typeof u.destroy === "function"
  && "config" in u && typeof u.config === "object" && u.config !== null
  && "middlewareStack" in u && typeof u.middlewareStack === "object" && u.middlewareStack !== null

/**
 * Whether a value is a class of clients: a constructor that has `send` on its prototype, as every SDK client class
 * has, or that is written with `class` (so that a class which sets `send` on its instances counts too).
 */
export const isClientClass = (u: unknown): u is ClientClass => {
  if (typeof u !== "function" || !isConstructor(u)) return false
  const prototype: unknown = u.prototype
  return (typeof prototype === "object" && prototype !== null && "send" in prototype
    && typeof prototype.send === "function") || /^class\b/.test(Function.prototype.toString.call(u))
}

/**
 * Whether a function is one that `new` accepts. It is not run: it serves as the `newTarget` of another
 * construction, which is refused for arrow functions, methods and async functions.
 */
export const isConstructor = (u: Function): boolean => {
  try {
    Reflect.construct(Object, [], u)
    return true
  } catch {
    return false
  }
}
