/**
 * Families of entries, and their typed keys.
 *
 * @since 1.0.0
 */
import * as Data from "effect/Data"
import * as Either from "effect/Either"
import * as Equal from "effect/Equal"
import * as Hash from "effect/Hash"
import { type Inspectable, NodeInspectSymbol } from "effect/Inspectable"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { describeList, type OptionKinds } from "../../Cache/engine/options/optionKinds.js"
import { CacheConfigError, CacheKeyError } from "../../Cache/errors/CacheErrors.js"
import { configError } from "../../Cache/errors/configError.js"
import { availableMemory } from "../../Cache/memory/availableMemory.js"
import { checkByteLimit } from "../../Cache/memory/checkByteLimit.js"
import { checkOptions, checkValue } from "../../Cache/options/checkOptions.js"
import { type SchemaKeyFault, schemaKeyFault } from "../../Cache/options/schemaFieldFault.js"
import { schemaKind } from "../../Cache/options/schemaKind.js"
import { printKey } from "../../Cache/printing/printKey.js"
import { orThrow } from "../../effect/plainEither.js"
import {
  type AnySchema,
  decoder,
  encoder,
  forCodec,
  inJson,
  type SchemaIssue,
  validator
} from "../../effect/schemas.js"
import { classOf } from "../common/classOf.js"
import { saltedHash } from "../common/saltedHash.js"
import { told } from "../common/told.js"
import type { CodecName } from "../entry/Codec.js"
import { printEntryKey } from "../entry/printEntryKey.js"
import { longestTag, mostTags, tagsFault } from "../entry/tagLimits.js"
import { digestName } from "../objects/objectName.js"
import { ObjectStoreError } from "../objects/ObjectStoreErrors.js"
import { type EntryOptions, makeEntryPolicy } from "../options/EntryPolicy.js"
import { entryKinds, roomKinds } from "../options/optionKinds.js"
import type { RoomOptions } from "../options/RoomOptions.js"
import { versionKind } from "../options/versionKind.js"
import { formsOf } from "../versions/formsOf.js"
import { PreviousVersion, type PreviousVersionOptions } from "../versions/PreviousVersion.js"
import type { ValueForm } from "../versions/ValueForm.js"
import { canonicalJson, NotJson } from "./canonicalJson.js"

/**
 * What lookups that compute do when the second level cannot be asked: compute, or fail with the `ObjectStoreError`.
 *
 * @since 1.0.0
 * @category models
 */
export type OnStoreError = "fallThrough" | "fail"

/**
 * What a keyspace is made of. What it does not say of its entries, the `S3Cache` they are put in does.
 *
 * @since 1.0.0
 * @category models
 */
export interface KeyspaceOptions<
  in out K,
  in out KI,
  in out V,
  in out VI,
  in out F = never,
  in out FI = never,
  out S extends OnStoreError | undefined = OnStoreError | undefined
> extends EntryOptions, RoomOptions {
  /** The schema of the keys; it must encode to JSON. */
  readonly key: Schema.Schema<K, KI>
  /** The schema of the values; it must encode to what the codec takes: JSON, by default. */
  readonly value: Schema.Schema<V, VI>
  /**
   * The schema of the failures that are answers of the source, such as "there is none": they take the place of an old
   * value, and `failureTimeToLive` remembers them. It must encode to JSON. Failures that do not fit it are never kept.
   */
  readonly failure?: Schema.Schema<F, FI> | undefined
  /** How values become bytes, after their schema has encoded them. Default `"json"`. */
  readonly codec?: CodecName | undefined
  /** Change it when entries written before must no longer be read. Letters, digits, `.`, `_`, `-`. Default `"1"`. */
  readonly version?: string | undefined
  /**
   * Earlier versions whose entries are read, too, and perhaps written: the oldest last. All of them have the same objects,
   * so that programs of several versions share entries, tags and leases while one takes the place of the other. Default:
   * none.
   */
  readonly previous?: ReadonlyArray<PreviousVersion<NoInfer<V>>> | undefined
  /**
   * In which version's folder its objects lie, where that is not its own. Default: the oldest version in `previous`, or
   * else its own.
   */
  readonly folder?: string | undefined
  /**
   * The tags its entries carry, for `invalidateTag` and `expireTag`; a function decides for each. 64 at most, of 512
   * characters at most. Default: none.
   */
  readonly tags?: ReadonlyArray<string> | ((key: K, value: V) => ReadonlyArray<string>) | undefined
  /**
   * The tags that failures carry which are remembered, as `tags` says those of values. Default: `tags`, unless that is a
   * function; then none.
   */
  readonly failureTags?: ReadonlyArray<string> | ((key: K, error: F) => ReadonlyArray<string>) | undefined
  /**
   * What memoized functions and `getOrCompute` do when the second level cannot be asked: `"fallThrough"` (default), they
   * compute; or `"fail"`, with the `ObjectStoreError`, which becomes one of their errors.
   */
  readonly onStoreError?: S
}

/** How a keyspace turns what it holds into what JSON represents, and back. */
type KeyspaceParts<K, V, F> = Omit<Keyspace<K, V, F>, "key" | "keyEither" | "keyOfId" | keyof Inspectable> & {
  readonly checkKey: (input: unknown) => Either.Either<K, SchemaKeyFault>
  readonly encodeKey: (key: K) => Either.Either<unknown, SchemaKeyFault>
  readonly decodeKey: (encoded: unknown) => Either.Either<K, string>
}

/**
 * A named family of entries whose keys and values have schemas. Two programs share entries when name, version and key
 * are the same. `F` is how lookups that compute may fail besides the computation: with the failures its `failure` schema
 * describes, and with `ObjectStoreError` where `onStoreError` is `"fail"`.
 *
 * @example
 * ```ts
 * import { Effect, Schema } from "effect"
 * import { Keyspace, S3Cache } from "effect-aws-cache/S3Store"
 * import * as assert from "node:assert/strict"
 *
 * const Users = Keyspace.make("directory/users", {
 *   key: Schema.Struct({ team: Schema.String }),
 *   value: Schema.Array(Schema.Struct({ name: Schema.String, since: Schema.DateFromString })),
 *   timeToLive: "1 hour",
 *   staleWhileRevalidate: "5 minutes",
 *   tags: ({ team }) => [`team:${team}`]
 * })
 *
 * const program = Effect.gen(function*() {
 *   const key = Users.key({ team: "core" })
 *   yield* S3Cache.set(key, [{ name: "Ada", since: new Date("1843-09-01") }])
 *   return yield* S3Cache.get(key)
 * }).pipe(Effect.provide(S3Cache.layerMemory()))
 *
 * const [ada] = await Effect.runPromise(program)
 * assert.equal(ada?.since.getFullYear(), 1843)
 * ```
 *
 * @since 1.0.0
 * @category constructors
 */
export class Keyspace<in out K, in out V, out F = never> {
  /** The name: the folder of its objects. */
  readonly name: string
  /** The version. */
  readonly version: string
  /** The folder below, in which its objects lie: its version, or an older one whose entries it has taken over. */
  readonly folder: string
  /**
   * What it says of its entries.
   *
   * @internal
   */
  readonly options: EntryOptions
  /**
   * How values become bytes.
   *
   * @internal
   */
  readonly codec: CodecName
  /**
   * What it asks for of the memory of caches for itself, if anything.
   *
   * @internal
   */
  readonly room: RoomOptions | undefined
  /**
   * In which form its values are written.
   *
   * @internal
   */
  readonly written: ValueForm<V>
  /**
   * In which form a version has written them; nothing for one that is not read.
   *
   * @internal
   */
  readonly formOf: (version: string) => ValueForm<V> | undefined
  /**
   * Which versions are read.
   *
   * @internal
   */
  readonly readVersions: ReadonlyArray<string>
  /**
   * From a failure that is worth remembering to what JSON represents; nothing for other failures.
   *
   * @internal
   */
  readonly encodeFailure: (failure: unknown) => Option.Option<Either.Either<unknown, string>>
  /**
   * From what JSON represented to a failure.
   *
   * @internal
   */
  readonly decodeFailure: (encoded: unknown) => Either.Either<F, string>
  /**
   * An error as one that lookups in this keyspace may fail with besides those of the computation, if it is one.
   *
   * @internal
   */
  readonly asFailure: (error: unknown) => Option.Option<F>
  /**
   * What lookups that compute fail with when the second level cannot be asked; nothing where they compute.
   *
   * @internal
   */
  readonly failureOf: (error: ObjectStoreError) => Option.Option<F>
  /**
   * The tags of an entry. What the keyspace's function throws, this throws.
   *
   * @internal
   */
  readonly tagsOf: (key: K, value: V) => ReadonlyArray<string>
  /**
   * The tags of a failure that is remembered. What the keyspace's function throws, this throws.
   *
   * @internal
   */
  readonly failureTagsOf: (key: K, error: unknown) => ReadonlyArray<string>
  private readonly checkKey: (input: unknown) => Either.Either<K, SchemaKeyFault>
  private readonly encodeKey: (key: K) => Either.Either<unknown, SchemaKeyFault>
  private readonly decodeKey: (encoded: unknown) => Either.Either<K, string>

  private constructor(parts: KeyspaceParts<K, V, F>) {
    this.name = parts.name
    this.version = parts.version
    this.folder = parts.folder
    this.options = parts.options
    this.codec = parts.codec
    this.room = parts.room
    this.checkKey = parts.checkKey
    this.encodeKey = parts.encodeKey
    this.decodeKey = parts.decodeKey
    this.written = parts.written
    this.formOf = parts.formOf
    this.readVersions = parts.readVersions
    this.encodeFailure = parts.encodeFailure
    this.decodeFailure = parts.decodeFailure
    this.asFailure = parts.asFailure
    this.failureOf = parts.failureOf
    this.tagsOf = parts.tagsOf
    this.failureTagsOf = parts.failureTagsOf
  }

  /**
   * Makes a keyspace; meant for the top level of a module.
   *
   * Throws `CacheConfigError` for a name, version or option it cannot accept.
   *
   * @example
   * ```ts
   * import { Schema } from "effect"
   * import { Keyspace } from "effect-aws-cache/S3Store"
   * import * as assert from "node:assert/strict"
   *
   * const Squares = Keyspace.make("squares", { key: Schema.Number, value: Schema.Number, timeToLive: "1 hour" })
   *
   * // Entries are named by a key.
   * assert.equal(Squares.key(12).id, "12")
   * ```
   *
   * @param name segments of letters, digits, `.`, `_` and `-`, separated by `/`; at most 200 characters
   * @since 1.0.0
   */
  static make<K, KI, V, VI, F = never, FI = never, S extends OnStoreError | undefined = "fallThrough">(
    name: string,
    options: KeyspaceOptions<K, KI, V, VI, F, FI, S>
  ): Keyspace<K, V, F | ("fail" extends S ? ObjectStoreError : never)>
  static make<K, KI, V, VI, F = never, FI = never>(
    name: string,
    options: KeyspaceOptions<K, KI, V, VI, F, FI>
  ): Keyspace<K, V, F | ObjectStoreError> {
    if (typeof name !== "string" || !keyspaceName.test(name) || name.length > 200) {
      const accepted = "segments of letters, digits, \".\", \"_\" and \"-\", separated by \"/\", 200 characters at most"
      throw configError("Keyspace", "name", name, accepted)
    }
    const cache = `Keyspace ${name}`
    orThrow(checkOptions(cache, options, keyspaceKinds))
    orThrow(checkValue(cache, "key", options.key, schemaKind))
    orThrow(checkValue(cache, "value", options.value, schemaKind))
    const version = options.version ?? "1"
    const previous = checkPrevious(cache, version, options.previous)
    const folder = options.folder ?? previous.at(-1)?.version ?? version
    const { failureTimeToLive } = orThrow(makeEntryPolicy(cache, options))
    if (failureTimeToLive > 0 && options.failure === undefined) {
      const accepted = "left out where there is no schema for failures (the option failure): none could be remembered"
      throw configError(cache, "failureTimeToLive", options.failureTimeToLive, accepted)
    }
    const { codec = "json", failure, onStoreError = "fallThrough", tags = [] } = options
    if (options.failureTags !== undefined && failure === undefined) {
      const accepted = "left out where there is no schema for failures (the option failure): none could be remembered"
      throw configError(cache, "failureTags", "given", accepted)
    }
    const failureTags = options.failureTags ?? (typeof tags === "function" ? [] : tags)
    for (const [option, given] of [["tags", tags], ["failureTags", failureTags]] as const) {
      const fault = typeof given === "function" ? undefined : tagsFault(given)
      if (fault === undefined) continue
      const accepted = `${mostTags} tags at most, of ${longestTag} characters at most`
      throw new CacheConfigError({ cache, option, value: fault, accepted })
    }
    const room = roomOf(cache, options)
    const isFailure = failure === undefined ? Schema.is(Schema.Never) : Schema.is(failure)
    const failsWithStore = onStoreError === "fail"
    const encoderOf = <A, I>(schema: Schema.Schema<A, I>): (value: unknown) => Either.Either<unknown, SchemaIssue> =>
      encoder(forCodec(codec, schema))
    const decoderOf = <A, I>(schema: Schema.Schema<A, I>) => decoder(forCodec(codec, schema))
    const own: ValueForm<V> = {
      version,
      codec,
      encode: told("encoded", encoderOf(options.value)),
      decode: told("decoded", decoderOf(options.value))
    }
    const forms = formsOf(own, told("decoded", validator(options.value)), previous)
    return new Keyspace<K, V, F | ObjectStoreError>({
      name,
      version,
      folder,
      options,
      codec,
      room,
      checkKey: toldOfKey(options.key, "read", validator(options.key)),
      encodeKey: toldOfKey(options.key, "encoded", encoder(inJson(options.key))),
      decodeKey: told("decoded", decoder(inJson(options.key))),
      written: forms.written,
      formOf: forms.of,
      readVersions: forms.versions,
      encodeFailure: failure === undefined
        ? () => Option.none()
        : (error) => isFailure(error) ? Option.some(told("encoded", encoderOf(failure))(error)) : Option.none(),
      decodeFailure: failure === undefined
        ? () => Either.left("it is a failure, but the keyspace has no schema for failures")
        : told("decoded", decoderOf(failure)),
      asFailure: (error): Option.Option<F | ObjectStoreError> => {
        if (isFailure(error)) return Option.some(error)
        return failsWithStore && error instanceof ObjectStoreError ? Option.some(error) : Option.none()
      },
      failureOf: failsWithStore ? Option.some : () => Option.none(),
      tagsOf: typeof tags === "function" ? tags : () => tags,
      failureTagsOf: (key, error) => {
        if (typeof failureTags !== "function") return failureTags
        return isFailure(error) ? failureTags(key, error) : []
      }
    })
  }

  /**
   * An earlier version, for the option `previous` of the keyspace that takes its place.
   *
   * Throws `CacheConfigError` for an option it cannot accept.
   *
   * @example
   * ```ts
   * import { Effect, Schema } from "effect"
   * import { Keyspace, S3Cache } from "effect-aws-cache/S3Store"
   * import * as assert from "node:assert/strict"
   *
   * const OldUsers = Keyspace.make("users", { key: Schema.Number, value: Schema.String })
   * const Users = Keyspace.make("users", {
   *   key: Schema.Number,
   *   value: Schema.Struct({ name: Schema.String }),
   *   version: "2",
   *   previous: [
   *     Keyspace.previous({
   *       version: "1",
   *       value: Schema.String,
   *       migrate: (name) => ({ name }),
   *       revert: ({ name }) => name
   *     })
   *   ]
   * })
   *
   * const program = Effect.gen(function*() {
   *   yield* S3Cache.set(OldUsers.key(1), "Ada")
   *   const ada = yield* S3Cache.get(Users.key(1))
   *   yield* S3Cache.set(Users.key(2), { name: "Grace" })
   *   return [ada.name, yield* S3Cache.get(OldUsers.key(2))]
   * }).pipe(Effect.provide(S3Cache.layerMemory()))
   *
   * assert.deepEqual(await Effect.runPromise(program), ["Ada", "Grace"])
   * ```
   *
   * @since 1.0.0
   */
  static previous<V, Old, OldI>(options: PreviousVersionOptions<V, Old, OldI>): PreviousVersion<V> {
    return PreviousVersion.make(options)
  }

  /**
   * A key of this keyspace, which carries the type of its value.
   *
   * Throws `CacheKeyError` for a key that does not fit the schema, as the constructors of schema classes do: the types
   * rule out most of it, so the rest is a mistake in the program. For what comes from outside there is `keyEither`.
   *
   * @since 1.0.0
   */
  readonly key = (key: K): CacheKey<K, V, F> => orThrow(this.encodedKey(key))

  /**
   * A key of this keyspace of what comes from outside, or what is wrong with it. It is checked as it is, the decoded side
   * of the schema: what came as JSON is decoded by the schema first (`Schema.decodeUnknown`).
   *
   * @since 1.0.0
   */
  readonly keyEither = (input: unknown): Either.Either<CacheKey<K, V, F>, CacheKeyError> =>
    Either.flatMap(
      Either.mapLeft(this.checkKey(input), (fault) => this.badKey(fault)),
      (key) => this.encodedKey(key)
    )

  private readonly encodedKey = (key: K): Either.Either<CacheKey<K, V, F>, CacheKeyError> =>
    Either.flatMap(
      Either.mapLeft(this.encodeKey(key), (fault) => this.badKey(fault)),
      (encoded) => {
        try {
          return Either.right(CacheKey.make<K, V, F>(this, canonicalJson(encoded), key))
        } catch (cause) {
          // Besides what JSON cannot represent, there is what is nested too deeply for the stack.
          const detail = cause instanceof NotJson ? cause.message : `that threw ${classOf(cause)}`
          return Either.left(
            this.badKey({
              field: "key",
              value: printKey(key),
              accepted: `encoded to JSON by its schema, but ${detail}`
            })
          )
        }
      }
    )

  /**
   * The key with this canonical JSON, as entries carry it, or what is wrong with it.
   *
   * @internal
   */
  readonly keyOfId = (id: string): Either.Either<CacheKey<K, V, F>, string> =>
    Either.flatMap(
      Either.try({ try: (): unknown => JSON.parse(id), catch: () => "its key is no JSON" }),
      (encoded) =>
        Either.flatMap(this.decodeKey(encoded), (key) =>
          Either.filterOrLeft(
            Either.mapLeft(this.encodedKey(key), (error) => error.message),
            (key) => key.id === id,
            () => "its key is not in canonical form"
          ))
    )

  /**
   * What it is called, its version and how its values become bytes.
   *
   * @since 1.0.0
   */
  toJSON(): unknown {
    return { _id: "Keyspace", name: this.name, version: this.version, codec: this.codec }
  }

  /**
   * What it is called, and its version.
   *
   * @since 1.0.0
   */
  toString(): string {
    return `Keyspace(${this.name}, version ${this.version})`
  }

  /**
   * How `console.log` shows it.
   *
   * @since 1.0.0
   */
  [NodeInspectSymbol](): unknown {
    return this.toString()
  }

  private badKey(fault: SchemaKeyFault): CacheKeyError {
    return new CacheKeyError({ cache: `Keyspace ${this.name}`, ...fault })
  }
}

/**
 * Types of keyspaces, and of their parts.
 *
 * @since 1.0.0
 * @category models
 */
export declare namespace Keyspace {
  /**
   * Any keyspace, for functions that take several.
   *
   * @since 1.0.0
   * @category models
   */
  // Its parameters are invariant: nothing else than `any` stands for all of them.
  // oxlint-disable-next-line typescript/no-explicit-any
  type Any = Keyspace<any, any, any>

  /**
   * What a keyspace makes its keys of.
   *
   * @since 1.0.0
   * @category models
   */
  type Key<Space extends Any> = Space extends Keyspace<infer K, infer _V, infer _F> ? K : never

  /**
   * What a keyspace has under its keys.
   *
   * @since 1.0.0
   * @category models
   */
  type Value<Space extends Any> = Space extends Keyspace<infer _K, infer V, infer _F> ? V : never

  /**
   * How lookups that compute may fail in a keyspace, besides the computation.
   *
   * @since 1.0.0
   * @category models
   */
  type Failure<Space extends Any> = Space extends Keyspace<infer _K, infer _V, infer F> ? F : never
}

const keyspaceKinds: OptionKinds<KeyspaceOptions<never, never, never, never>> = {
  key: schemaKind,
  value: schemaKind,
  failure: schemaKind,
  codec: ["json", "msgpack", "raw"],
  version: versionKind,
  previous: "any",
  folder: versionKind,
  tags: "textsOrFunction",
  failureTags: "textsOrFunction",
  onStoreError: ["fallThrough", "fail"],
  ...roomKinds,
  ...entryKinds
}

/** What it asks for of the memory of caches, if anything. */
const roomOf = (cache: string, { evictionPolicy, maxBytes, maxSize }: RoomOptions): RoomOptions | undefined => {
  if (maxBytes !== undefined) orThrow(checkByteLimit(cache, "maxBytes", maxBytes, availableMemory()))
  if (maxSize !== undefined || maxBytes !== undefined) return { evictionPolicy, maxBytes, maxSize }
  if (evictionPolicy === undefined) return undefined
  const accepted = "left out where there is no maxSize or maxBytes: its entries share memory with others"
  throw configError(cache, "evictionPolicy", evictionPolicy, accepted)
}

/** The versions before one, each of which is named once. */
const checkPrevious = <V>(
  cache: string,
  version: string,
  given: ReadonlyArray<PreviousVersion<V>> = []
): ReadonlyArray<PreviousVersion<V>> => {
  if (!Array.isArray(given) || !given.every((each) => each instanceof PreviousVersion)) {
    throw configError(cache, "previous", describeList(given), "an array of what Keyspace.previous returns")
  }
  const versions = [version, ...given.map((each) => each.version)]
  const twice = versions.find((each, at) => versions.indexOf(each) < at)
  if (twice === undefined) return given
  throw configError(cache, "previous", twice, "other versions than its own, each of them once")
}

/** What a schema makes of a key, or what is wrong in the words that the keys of all caches have. */
const toldOfKey = <A, B>(
  schema: AnySchema,
  done: "read" | "encoded",
  code: (input: A) => Either.Either<B, SchemaIssue>
) =>
(input: A): Either.Either<B, SchemaKeyFault> => {
  try {
    return Either.mapLeft(code(input), (issue) => schemaKeyFault(schema, input, issue))
  } catch (cause) {
    const accepted = `a key that its schema accepts, but it cannot be ${done}: its schema threw ${classOf(cause)}`
    return Either.left({ field: "key", value: printKey(input), accepted })
  }
}

/**
 * A key of a keyspace, with the type of its value. Structurally equal: by the keyspace's name and version and by the
 * canonical JSON of the key.
 *
 * @since 1.0.0
 * @category models
 */
export class CacheKey<in out K, in out V, out F = never> extends Data.Class<{
  /** The name of the keyspace. */
  readonly keyspace: string
  /** The version of the keyspace: the one in whose folder its objects lie. */
  readonly version: string
  /** The key, encoded by its schema, as canonical JSON. */
  readonly id: string
}> {
  readonly #space: Keyspace<K, V, F>
  readonly #input: K
  #objectName: string | undefined
  #hash: number | undefined

  private constructor(space: Keyspace<K, V, F>, id: string, input: K) {
    super({ keyspace: space.name, version: space.folder, id })
    this.#space = space
    this.#input = input
  }

  /**
   * Keyspaces make keys: see `Keyspace.key`.
   *
   * @internal
   */
  static make<K, V, F>(space: Keyspace<K, V, F>, id: string, input: K): CacheKey<K, V, F> {
    return new CacheKey(space, id, input)
  }

  /**
   * Whether another key is of a keyspace of the same name and version, and has the same canonical JSON.
   *
   * @since 1.0.0
   */
  [Equal.symbol](that: Equal.Equal): boolean {
    return that instanceof CacheKey && this.id === that.id && this.keyspace === that.keyspace &&
      this.version === that.version
  }

  /**
   * Equal keys have equal hashes: that of the canonical JSON will do, as few keyspaces have keys in common. It is salted,
   * so that who chooses keys cannot choose some that all have the same hash.
   *
   * @since 1.0.0
   */
  [Hash.symbol](): number {
    return this.#hash ??= saltedHash(this.id)
  }

  /**
   * The keyspace.
   *
   * @internal
   */
  get space(): Keyspace<K, V, F> {
    return this.#space
  }

  /**
   * What it was made of; a copy of it as it was, where the object has been changed since.
   *
   * @since 1.0.0
   */
  get input(): K {
    if (this.isUnchanged) return this.#input
    return Either.match(this.#space.keyOfId(this.id), { onLeft: () => this.#input, onRight: (key) => key.#input })
  }

  /**
   * Whether the object it was made of still is this key.
   *
   * @since 1.0.0
   */
  get isUnchanged(): boolean {
    if ((typeof this.#input !== "object" && typeof this.#input !== "function") || this.#input === null) return true
    const key = this.#space.keyEither(this.#input)
    return Either.isRight(key) && key.right.id === this.id
  }

  /**
   * The name of the object that holds the entry, without the cache's prefix: keyspace, version, and the SHA-256 of the
   * canonical key in hexadecimal.
   *
   * @since 1.0.0
   */
  get objectName(): string {
    return this.#objectName ??= `${this.keyspace}/${this.version}/${digestName(this.id)}`
  }

  /**
   * The keyspace and the canonical key, of which 200 characters at most are shown.
   *
   * @since 1.0.0
   */
  override toString(): string {
    return printEntryKey(this.keyspace, this.id)
  }
}

/**
 * A key without its types: what the memory level is keyed by, and what events tell.
 *
 * @since 1.0.0
 * @category models
 */
export type AnyKey = Pick<CacheKey<never, never>, "keyspace" | "version" | "id" | "objectName" | "toString">

const keyspaceName = /^(?!\.{1,2}(?:\/|$))[A-Za-z0-9._-]+(?:\/(?!\.{1,2}(?:\/|$))[A-Za-z0-9._-]+)*$/
