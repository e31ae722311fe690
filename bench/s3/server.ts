/**
 * The embedded S3 server, in a process of its own, so that it does not take the time of what is measured.
 */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { spawn } from "node:child_process"
import { once } from "node:events"
import { createInterface } from "node:readline"
import { fileURLToPath } from "node:url"
import { repository } from "../lib/repository.js"

/** A server with a bucket, which is ended with the scope. */
export const withServer = (
  bucket: string
): Effect.Effect<
  { readonly endpoint: string; readonly credentials: { accessKeyId: string; secretAccessKey: string } },
  unknown,
  Scope.Scope
> =>
  Effect.map(
    Effect.acquireRelease(
      Effect.tryPromise(async () => {
        const program = fileURLToPath(new URL("build/test/servers/embeddedS3Main.js", repository))
        const child = spawn(process.execPath, ["--no-warnings", program, bucket], {
          stdio: ["ignore", "pipe", "inherit"]
        })
        const [line] = await once(createInterface({ input: child.stdout }), "line")
        return { child, endpoint: String(line).replace("endpoint=", "") }
      }),
      ({ child }) =>
        Effect.promise(async () => {
          child.kill("SIGTERM")
          await once(child, "close")
        })
    ),
    ({ endpoint }) => ({ endpoint, credentials: { accessKeyId: "embedded", secretAccessKey: "embedded-s3" } })
  )
