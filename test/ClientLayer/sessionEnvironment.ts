import { Effect } from "effect"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { execPath } from "node:process"
import { forgetEnvironment } from "../support/majors.js"

/**
 * An environment in which the SDK finds nothing but what the test puts there: no variable but these, the shared files in
 * a temporary folder, and no instance metadata. Everything is as it was when the scope closes.
 */
export const sessionEnvironment = (given: {
  readonly config?: string | undefined
  readonly credentials?: string | undefined
  readonly variables?: Readonly<Record<string, string>> | undefined
} = {}) =>
  Effect.acquireRelease(
    Effect.sync(() => {
      const folder = mkdtempSync(join(tmpdir(), "effect-aws-cache-session-"))
      const before = { ...process.env }
      for (const name of Object.keys(process.env)) {
        if (name.startsWith("AWS_")) Reflect.deleteProperty(process.env, name)
      }
      const paths = { config: join(folder, "config"), credentials: join(folder, "credentials") }
      const write = (file: "config" | "credentials", text: string) => writeFileSync(paths[file], text)
      write("config", given.config ?? "")
      write("credentials", given.credentials ?? "")
      Object.assign(process.env, {
        AWS_CONFIG_FILE: paths.config,
        AWS_SHARED_CREDENTIALS_FILE: paths.credentials,
        AWS_EC2_METADATA_DISABLED: "true",
        ...given.variables
      })
      forgetEnvironment()
      return {
        before,
        folder,
        write: (file: "config" | "credentials", text: string) => Effect.sync(() => write(file, text))
      }
    }),
    ({ before, folder }) =>
      Effect.sync(() => {
        for (const name of Object.keys(process.env)) if (!(name in before)) Reflect.deleteProperty(process.env, name)
        Object.assign(process.env, before)
        forgetEnvironment()
        rmSync(folder, { recursive: true, force: true })
      })
  )

/** Changes a variable, or removes it, until the next change or the end of the environment. */
export const setVariable = (name: string, value: string | undefined) =>
  Effect.sync(() => {
    if (value === undefined) Reflect.deleteProperty(process.env, name)
    else process.env[name] = value
    forgetEnvironment()
  })

/** A profile whose credentials come from a process that counts its runs in a file. */
export const credentialProcess = (folder: string, script: string) => {
  const path = join(folder, "credentials.mjs")
  writeFileSync(path, script)
  return `credential_process = ${execPath} ${path}`
}
