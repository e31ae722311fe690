/**
 * The keys that entries are encrypted with. They never stand on the command line, which others can see.
 */
import { FileSystem } from "@effect/platform/FileSystem"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import type { EncryptionKey, EncryptionOptions } from "../../S3Store/entry/encryption.js"
import type { Given } from "../arguments/Given.js"
import { type Option, text } from "../arguments/Option.js"
import { UsageError } from "../arguments/UsageError.js"
import { printable } from "../terminal/printable.js"

const keyEnv = text(
  "key-env",
  "NAME",
  "the environment variable with the keys of encryption: id:Base64, one after the other"
)
const keyFile = text("key-file", "PATH", "the file with them, one in each line")

/** Where the keys are. */
export const keyOptions: ReadonlyArray<Option<unknown>> = [keyEnv, keyFile]

/** The keys that were given, if any. No message shows one. */
export const readKeys = (given: Given): Effect.Effect<EncryptionOptions | undefined, UsageError, FileSystem> =>
  Effect.gen(function*() {
    const name = yield* given.option(keyEnv)
    const path = yield* given.option(keyFile)
    if (name !== undefined && path !== undefined) {
      return yield* new UsageError({ detail: "--key-env and --key-file are one too many: the keys are in one place" })
    }
    if (name !== undefined) {
      const value = process.env[name]
      if (value === undefined) {
        return yield* new UsageError({ detail: `--key-env ${printable(name, 80)}: there is no such variable` })
      }
      return yield* parseKeys("--key-env", value)
    }
    if (path === undefined) return undefined
    const fs = yield* FileSystem
    const content = yield* Effect.mapError(
      fs.readFileString(path),
      () => new UsageError({ detail: `--key-file ${printable(path, 80)}: it cannot be read` })
    )
    return yield* parseKeys("--key-file", content)
  })

const parseKeys = (option: string, content: string): Effect.Effect<EncryptionOptions, UsageError> => {
  const keys = content.split(/[\s,]+/).filter((each) => each !== "").map((each): EncryptionKey | undefined => {
    const [, id, key] = /^([A-Za-z0-9._-]{1,64}):([A-Za-z0-9+/]{43}=)$/.exec(each) ?? []
    return id === undefined || key === undefined ? undefined : { id, key: Redacted.make(key) }
  })
  const [first, ...others] = keys.filter((key) => key !== undefined)
  return first === undefined || others.length + 1 < keys.length
    ? Effect.fail(new UsageError({ detail: `${option}: a key is its id, a colon, and the Base64 of its 32 bytes` }))
    : Effect.succeed({ keys: [first, ...others] })
}
