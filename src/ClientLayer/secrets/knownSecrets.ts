/**
 * The secrets of the environment and of the shared files, so that no message shows them.
 */
import * as Effect from "effect/Effect"
import { readFile } from "node:fs/promises"
import { rethrow } from "../../Cache/installed/rethrow.js"
import { rememberSecrets } from "./hiddenTexts.js"

/**
 * The values in the environment and in the shared config and credentials files that are secrets by their names:
 * access keys, secrets, tokens and what is in the files that hold one, commands that print credentials (their arguments may
 * be passwords), external ids of roles, and passwords in URLs, those of proxies among them. Empty for the files when
 * there is nothing to read them with.
 */
export const knownSecrets: Effect.Effect<ReadonlySet<string>> = Effect.suspend(() => {
  const secrets = new Set<string>()
  const tokenFiles = new Set<string>()
  const remember = (name: string, value: string | undefined) => {
    if (/token_file$/i.test(name)) {
      if (value !== undefined && value !== "" && tokenFiles.size < mostTokenFiles) tokenFiles.add(value)
    } else if (/secret|token|access_key|external_id|credential_process/i.test(name) && !/_file$/i.test(name)) {
      rememberSecrets(value, secrets)
    } else {
      rememberUser(value, secrets)
    }
  }
  for (const [name, value] of Object.entries(process.env)) {
    if (name.startsWith("AWS_") || /^(?:https?|all)_proxy$/i.test(name)) remember(name, value)
  }
  // As they were read last, which a session does before it asks a source that reads them.
  return Effect.tryPromise(async () => {
    try {
      return await (await import("@smithy/core/config")).loadSharedConfigFiles()
    } catch (cause) {
      return rethrow(cause)
    }
  })
    .pipe(
      Effect.map(({ configFile, credentialsFile }) => {
        for (const section of [...Object.values(configFile), ...Object.values(credentialsFile)]) {
          for (const [name, value] of Object.entries(section)) remember(name, value)
        }
      }),
      Effect.ignore,
      Effect.zipRight(
        Effect.suspend(() =>
          Effect.forEach(tokenFiles, (file) =>
            Effect.ignore(Effect.map(
              Effect.tryPromise(() => readFile(file, "utf8")),
              (token) => {
                rememberSecrets(token.trim(), secrets)
              }
            )), { discard: true })
        )
      ),
      Effect.as(secrets)
    )
})

const decoded = (text: string): string => {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

const mostTokenFiles = 20

/** A password in a URL, of an endpoint or a proxy, as it is written there and as it is. */
const rememberUser = (value: string | undefined, secrets: Set<string>): void => {
  const { password = "" } = value !== undefined && URL.canParse(value) ? new URL(value) : {}
  for (const part of [password, decoded(password)]) {
    rememberSecrets(part, secrets)
  }
}
