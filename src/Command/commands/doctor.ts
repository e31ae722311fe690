/**
 * `doctor`: what is wrong with a bucket.
 */
import type { S3Client, S3ClientConfig } from "@aws-sdk/client-s3"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { nearestName } from "../../Cache/engine/options/nearestName.js"
import { orInstall } from "../../Cache/installed/orInstall.js"
import { ClientCache, ClientCacheLive } from "../../ClientLayer/ClientCache.js"
import { withPathStyle } from "../../S3Store/bucket/pathStyle.js"
import { texts } from "../arguments/Option.js"
import { UsageError } from "../arguments/UsageError.js"
import { exitCodes, type Verb } from "../arguments/Verb.js"
import { diagnose } from "../doctor/diagnose.js"
import { diagnoseStore } from "../doctor/diagnoseStore.js"
import { type CheckName, checks } from "../doctor/Finding.js"
import { reportLines } from "../doctor/reportLines.js"
import { listOfStoreOptions, openStore, readTarget, storeOptions, targetOperand } from "../target/openStore.js"
import { printable } from "../terminal/printable.js"
import { jsonOption } from "./common.js"

const ignoreOption = texts("ignore", "CHECKS", "what is found of these is told, but does not count: lifecycle,versions")

const isCheck = (name: string): name is CheckName => checks.some((check) => check === name)

const loadSdk = async () => {
  try {
    return await import("@aws-sdk/client-s3")
  } catch (cause) {
    return orInstall("@aws-sdk/client-s3")(cause)
  }
}

const clientOf = (bucket: string, config: S3ClientConfig) =>
  Effect.map(
    ClientCache.client(async () => (await loadSdk()).S3Client, config),
    (client): S3Client => withPathStyle(client, bucket)
  )

const withoutChecksums = {
  requestChecksumCalculation: "WHEN_REQUIRED",
  responseChecksumValidation: "WHEN_REQUIRED"
} as const

/** What is wrong with a bucket. */
export const doctor: Verb = {
  name: "doctor",
  says: "what is wrong with a bucket, its permissions and its rules, and what to do about it",
  about: [
    "Asks all that a cache will ask of the bucket, with some 20 requests, and reads how it is set up",
    "as far as it may. Writes .probe/UUID under the prefix only, and removes it again.",
    "Ends with 1 when something is to be done.",
    "",
    "✓ good   ! worth knowing   ✗ to do   ? could not be looked at   - not tried",
    "",
    `It looks at ${checks.slice(0, 9).join(", ")},`,
    `${checks.slice(9, 16).join(", ")},`,
    `${checks.slice(16).join(", ")}.`
  ],
  operands: [targetOperand],
  options: [ignoreOption, jsonOption, ...listOfStoreOptions(storeOptions)],
  examples: [
    ["doctor s3://my-bucket", "with the credentials and the region of the environment"],
    ["doctor s3://my-bucket/reports --profile app --ignore lifecycle", "where a job prunes, and no rule"]
  ],
  run: (given, screen) =>
    Effect.scoped(Effect.gen(function*() {
      const isJson = yield* given.option(jsonOption)
      const named = yield* given.option(ignoreOption)
      for (const name of named) {
        if (isCheck(name)) continue
        const meant = nearestName(name, [...checks])
        return yield* new UsageError({
          detail: `--ignore ${printable(name, 40)}: ${
            meant === undefined ? `one of ${checks.join(", ")}` : `did you mean ${meant}?`
          }`
        })
      }
      const ignored = new Set(named.filter(isCheck))
      const { clientConfig, shown, target } = yield* readTarget(given)
      const diagnosis = yield* target._tag !== "Bucket"
        ? Effect.flatMap(openStore(given), ({ store }) => diagnoseStore(shown, store))
        : Effect.gen(function*() {
          const clients = yield* Layer.build(ClientCacheLive)
          // A request that is tried again would hide what was answered.
          const config = { ...clientConfig, maxAttempts: 2 }
          const { bucket, keyPrefix } = target
          const [client, plainClient] = yield* Effect.provide(
            Effect.all([clientOf(bucket, config), clientOf(bucket, { ...config, ...withoutChecksums })]),
            clients
          )
          return yield* diagnose({ client, plainClient, bucket, keyPrefix, sdk: yield* Effect.promise(loadSdk) })
        })
      const isWell = diagnosis.findings.every(({ check, outcome }) => outcome !== "found" || ignored.has(check))
      yield* screen.print(
        isJson
          ? JSON.stringify({ ...diagnosis, isWell, ignored: [...ignored] })
          : reportLines(screen.paint, screen.columns, diagnosis, ignored)
      )
      return isWell ? exitCodes.done : exitCodes.found
    }))
}
