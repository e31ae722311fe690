/**
 * Families of entries, and their typed keys.
 *
 * @since 0.1.0
 */
import * as Data from "effect/Data"
import * as Duration from "effect/Duration"
import * as Either from "effect/Either"
import * as Schema from "effect/Schema"
import { createHash } from "node:crypto"
import { CacheConfigError, CacheKeyError } from "../Cache/CacheErrors.js"
import { printKey } from "../Cache/printKey.js"
import { canonicalJson, NotJson } from "./canonicalJson.js"

/**
 * What a keyspace is made of.
 *
 * @since 0.1.0
 * @category models
 */
export interface KeyspaceOptions<K, KI, V, VI> {
  /** The schema of the keys; it must encode to JSON. */
  readonly key: Schema.Schema<K, KI>
  /** The schema of the values; it must encode to JSON. */
  readonly value: Schema.Schema<V, VI>
  /** Change it when entries written before must no longer be read. Letters, digits, `.`, `_`, `-`. Default `"1"`. */
  readonly version?: string | undefined
  /** How long entries live. Default: the time to live of the `S3Cache` they are put in. */
  readonly timeToLive?: Duration.DurationInput | undefined
}

/**
 * A named family of entries whose keys and values have schemas. Two programs share entries when name, version and key
 * are the same.
 *
 * @example
 * ```ts
 * import * as Schema from "effect/Schema"
 * import { Keyspace } from "effect-aws-cache/S3Store"
 *
 * const Users = Keyspace.make("directory/users", {
 *   key: Schema.Struct({ team: Schema.String }),
 *   value: Schema.Array(Schema.Struct({ name: Schema.String, since: Schema.DateFromString })),
 *   timeToLive: "1 hour"
 * })
 *
 * const key = Users.key({ team: "core" })
 * ```
 *
 * @since 0.1.0
 * @category constructors
 */
export class Keyspace<in out K, in out V> {
  /** The name: the folder of its objects. */
  readonly name: string
  /** The version: the folder below. */
  readonly version: string
  /** How long entries live, if the keyspace says so. */
  readonly timeToLive: Duration.Duration | undefined
  /** From a value to what JSON represents. */
  readonly encodeValue: (value: V) => Either.Either<unknown, string>
  /** From what JSON represented to a value. */
  readonly decodeValue: (encoded: unknown) => Either.Either<V, string>
  private readonly encodeKey: (key: K) => Either.Either<unknown, string>

  private constructor(
    name: string,
    version: string,
    timeToLive: Duration.Duration | undefined,
    encodeKey: (key: K) => Either.Either<unknown, string>,
    encodeValue: (value: V) => Either.Either<unknown, string>,
    decodeValue: (encoded: unknown) => Either.Either<V, string>
  ) {
    this.name = name
    this.version = version
    this.timeToLive = timeToLive
    this.encodeKey = encodeKey
    this.encodeValue = encodeValue
    this.decodeValue = decodeValue
  }

  /**
   * Makes a keyspace; meant for the top level of a module.
   *
   * Throws `CacheConfigError` for a name or version it cannot accept.
   *
   * @param name segments of letters, digits, `.`, `_` and `-`, separated by `/`; at most 200 characters
   * @since 0.1.0
   */
  static readonly make = <K, KI, V, VI>(name: string, options: KeyspaceOptions<K, KI, V, VI>): Keyspace<K, V> => {
    if (!keyspaceName.test(name) || name.length > 200) {
      throw new CacheConfigError({
        cache: "Keyspace",
        option: "name",
        value: printKey(name),
        accepted: "segments of letters, digits, \".\", \"_\" and \"-\", separated by \"/\", 200 characters at most"
      })
    }
    const version = options.version ?? "1"
    if (!segment.test(version) || version.length > 50) {
      throw new CacheConfigError({
        cache: `Keyspace ${name}`,
        option: "version",
        value: printKey(version),
        accepted: "letters, digits, \".\", \"_\" and \"-\", 50 characters at most"
      })
    }
    const encodeKey = Schema.encodeEither(options.key)
    const encodeValue = Schema.encodeEither(options.value)
    const decodeValue = Schema.decodeUnknownEither(options.value)
    return new Keyspace<K, V>(
      name,
      version,
      options.timeToLive === undefined ? undefined : Duration.decode(options.timeToLive),
      (key) => Either.mapLeft(encodeKey(key), (error) => error.message),
      (value) => Either.mapLeft(encodeValue(value), (error) => error.message),
      (encoded) => {
        // What a stranger stored may throw: a value nested too deeply for the stack, or a transformation that expects
        // another.
        try {
          return Either.mapLeft(decodeValue(encoded), (error) => error.message)
        } catch (cause) {
          return Either.left(`it cannot be decoded: ${String(cause)}`)
        }
      }
    )
  }

  /**
   * A key of this keyspace, which carries the type of its value.
   *
   * Throws `CacheKeyError` for a key that does not fit the schema, as the constructors of schema classes do: the types
   * rule out most of it, so the rest is a mistake in the program. `keyEither` returns the error instead.
   *
   * @since 0.1.0
   */
  readonly key = (key: K): CacheKey<K, V> => Either.getOrThrowWith(this.keyEither(key), (error) => error)

  /**
   * A key of this keyspace, or what is wrong with it.
   *
   * @since 0.1.0
   */
  readonly keyEither = (key: K): Either.Either<CacheKey<K, V>, CacheKeyError> =>
    Either.flatMap(
      Either.mapLeft(
        this.encodeKey(key),
        (detail) => this.badKey(key, `what the schema of the keys accepts: ${detail}`)
      ),
      (encoded) => {
        try {
          return Either.right(new CacheKey<K, V>(this, canonicalJson(encoded)))
        } catch (cause) {
          if (!(cause instanceof NotJson)) throw cause
          return Either.left(this.badKey(key, `encoded to JSON by its schema, but ${cause.message}`))
        }
      }
    )

  private badKey(key: K, accepted: string): CacheKeyError {
    return new CacheKeyError({ cache: `Keyspace ${this.name}`, field: "key", value: printKey(key), accepted })
  }
}

/**
 * A key of a keyspace, with the type of its value. Structurally equal: by the keyspace's name and version and by the
 * canonical JSON of the key.
 *
 * @since 0.1.0
 * @category models
 */
export class CacheKey<in out K, in out V> extends Data.Class<{
  /** The name of the keyspace. */
  readonly keyspace: string
  /** The version of the keyspace. */
  readonly version: string
  /** The key, encoded by its schema, as canonical JSON. */
  readonly id: string
}> {
  readonly #space: Keyspace<K, V>
  #objectName: string | undefined

  /** Keyspaces make keys: see `Keyspace.key`. */
  constructor(space: Keyspace<K, V>, id: string) {
    super({ keyspace: space.name, version: space.version, id })
    this.#space = space
  }

  /**
   * The keyspace.
   *
   * @since 0.1.0
   */
  get space(): Keyspace<K, V> {
    return this.#space
  }

  /**
   * The name of the object that holds the entry, without the cache's prefix: keyspace, version, and the SHA-256 of the
   * canonical key in hexadecimal.
   *
   * @since 0.1.0
   */
  get objectName(): string {
    return this.#objectName ??= `${this.keyspace}/${this.version}/${createHash("sha256").update(this.id).digest("hex")}`
  }

  /**
   * The keyspace and the canonical key.
   *
   * @since 0.1.0
   */
  override toString(): string {
    return `${this.keyspace}(${this.id})`
  }
}

const segment = /^(?!\.{1,2}$)[A-Za-z0-9._-]+$/
const keyspaceName = /^(?!\.{1,2}(?:\/|$))[A-Za-z0-9._-]+(?:\/(?!\.{1,2}(?:\/|$))[A-Za-z0-9._-]+)*$/
