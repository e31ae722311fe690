/**
 * An earlier version of a keyspace, whose entries a later one reads.
 *
 * @since 1.0.0
 */
import * as Either from "effect/Either"
import * as Predicate from "effect/Predicate"
import type * as Schema from "effect/Schema"
import { handleRejection } from "../../Cache/engine/handleRejection.js"
import type { OptionKinds } from "../../Cache/engine/options/optionKinds.js"
import { checkOptions, checkValue } from "../../Cache/options/checkOptions.js"
import { schemaKind } from "../../Cache/options/schemaKind.js"
import { orThrow } from "../../effect/plainEither.js"
import { decoder, encoder, forCodec } from "../../effect/schemas.js"
import { classOf } from "../common/classOf.js"
import { told } from "../common/told.js"
import type { CodecName } from "../entry/Codec.js"
import { versionKind } from "../options/versionKind.js"
import type { ValueForm } from "./ValueForm.js"

/**
 * What an earlier version of a keyspace was, and how its values become those of the version that names it.
 *
 * @since 1.0.0
 * @category models
 */
export interface PreviousVersionOptions<in out V, in out Old, in out OldI> {
  /** Which version it was. */
  readonly version: string
  /** The schema of its values. */
  readonly value: Schema.Schema<Old, OldI>
  /**
   * A value of it as one of the keyspace that names it. What this throws at is an entry that cannot be read: a miss, as
   * `onUnreadable` says.
   */
  readonly migrate: (old: Old) => V
  /**
   * A value as one of that version. While it is given, values are written as that version wrote them, and programs of
   * both versions read all of them. What this throws at cannot be written: `set` fails with `CacheEncodeError`, and what
   * was computed is kept in memory only.
   */
  readonly revert?: ((value: V) => Old) | undefined
  /** How its values became bytes. Default: as those of the keyspace that names it. */
  readonly codec?: CodecName | undefined
}

/**
 * An earlier version of a keyspace with values of type `V`. `Keyspace.previous` makes it.
 *
 * @since 1.0.0
 * @category models
 */
export class PreviousVersion<in out V> {
  /** Which version it was. */
  readonly version: string
  /**
   * Whether values are written as it wrote them, if no version before it is.
   *
   * @internal
   */
  readonly isWritten: boolean
  /**
   * The form of its values.
   *
   * @internal
   * @param codec how they became bytes, unless that was said
   * @param check checks what should be a value of the keyspace that names it
   */
  readonly formFor: (codec: CodecName, check: (value: unknown) => Either.Either<V, string>) => ValueForm<V>

  private constructor(parts: Pick<PreviousVersion<V>, "version" | "isWritten" | "formFor">) {
    this.version = parts.version
    this.isWritten = parts.isWritten
    this.formFor = parts.formFor
  }

  /**
   * See `Keyspace.previous`.
   *
   * @internal
   */
  static make<V, Old, OldI>(options: PreviousVersionOptions<V, Old, OldI>): PreviousVersion<V> {
    const cache = "Keyspace.previous"
    orThrow(checkOptions(cache, options, previousKinds))
    orThrow(checkValue(cache, "version", options.version, versionKind))
    orThrow(checkValue(cache, "value", options.value, schemaKind))
    orThrow(checkValue(cache, "migrate", options.migrate, "function"))
    const { migrate, revert, value, version } = options
    return new PreviousVersion<V>({
      version,
      isWritten: revert !== undefined,
      formFor: (given, check) => {
        const codec = options.codec ?? given
        const encodeOld: (old: Old) => Either.Either<unknown, string> = told("encoded", encoder(forCodec(codec, value)))
        const decodeOld = told("decoded", decoder(forCodec(codec, value)))
        const toOld = converted(`revert to version ${version}`, revert ?? migratesOnly)
        const toNew = converted(`migrate from version ${version}`, migrate)
        return {
          version,
          codec,
          encode: (value) => Either.flatMap(check(value), (value) => Either.flatMap(toOld(value), encodeOld)),
          decode: (encoded) => Either.flatMap(decodeOld(encoded), (old) => Either.flatMap(toNew(old), check))
        }
      }
    })
  }
}

const migratesOnly = (): never => {
  throw new TypeError("there is no revert")
}

/** What a function of the program makes of a value. Its error may show the value: its class alone is told. */
const converted = <A, B>(what: string, convert: (value: A) => B) => (value: A): Either.Either<B, string> => {
  try {
    const made = convert(value)
    return isPromise(made)
      ? Either.left(`its ${what} returned a promise, which is no value: it must convert at once`)
      : Either.right(made)
  } catch (cause) {
    return Either.left(`its ${what} threw ${classOf(cause)}`)
  }
}

/** Whether it is a promise, or another thenable. What a promise is rejected with is of no use to anybody. */
const isPromise = (made: unknown): boolean =>
  handleRejection(made, () => {}) || (Predicate.hasProperty(made, "then") && typeof made.then === "function")

const previousKinds: OptionKinds<PreviousVersionOptions<never, never, never>> = {
  version: versionKind,
  value: schemaKind,
  migrate: "function",
  revert: "function",
  codec: ["json", "msgpack", "raw"]
}
