/**
 * `doctor`: what is wrong with a second level.
 */
import type { S3Client, S3ClientConfig } from "@aws-sdk/client-s3"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { nearestName } from "../../Cache/engine/options/nearestName.js"
import { orInstall } from "../../Cache/installed/orInstall.js"
import { ClientCache, ClientCacheLive } from "../../ClientLayer/ClientCache.js"
import { withPathStyle } from "../../S3Store/bucket/pathStyle.js"
import { flag, text, texts } from "../arguments/Option.js"
import { UsageError } from "../arguments/UsageError.js"
import { exitCodes, type Verb } from "../arguments/Verb.js"
import { diagnose } from "../doctor/diagnose.js"
import { diagnoseParts, diagnoseStore } from "../doctor/diagnoseStore.js"
import { bucketChecks, type CheckName, checks, tableChecks } from "../doctor/Finding.js"
import { reportLines } from "../doctor/reportLines.js"
import { diagnoseTable } from "../doctor/table/diagnoseTable.js"
import { loadTableSdk } from "../target/loadTableSdk.js"
import { listOfStoreOptions, openStore, readTarget, storeOptions, targetOperand } from "../target/openStore.js"
import { printable } from "../terminal/printable.js"
import { jsonOption } from "./common.js"

const ignoreOption = texts("ignore", "CHECKS", "what is found of these is told, but does not count: lifecycle,versions")

const notificationsOption = flag(
  "notifications",
  "looks, too, whether the bucket sends its notifications, as S3Notifications needs them"
)

const expiresAttributeOption = text(
  "expires-attribute",
  "NAME",
  "expiresAttribute of the programs, of a table; expires by default"
)

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

/** What is wrong with a second level. */
export const doctor: Verb = {
  name: "doctor",
  says: "what is wrong with a bucket or a table, its permissions and its rules, and what to do about it",
  about: [
    "Asks all that a cache will ask of the bucket or the table, with some 20 to 30 requests, and reads",
    "how it is set up as far as it may. Writes .probe/UUID under the prefix only, and removes it again.",
    "Ends with 1 when something is to be done.",
    "",
    "✓ good   ! worth knowing   ✗ to do   ? could not be looked at   - not tried",
    "",
    `Of a bucket it looks at ${bucketChecks.slice(0, 8).join(", ")},`,
    `${bucketChecks.slice(8, 15).join(", ")},`,
    `${bucketChecks.slice(15).join(", ")};`,
    `of a table at ${tableChecks.slice(0, 8).join(", ")},`,
    `${tableChecks.slice(8).join(", ")}.`
  ],
  operands: [targetOperand],
  options: [ignoreOption, notificationsOption, expiresAttributeOption, jsonOption, ...listOfStoreOptions(storeOptions)],
  examples: [
    ["doctor s3://my-bucket", "with the credentials and the region of the environment"],
    ["doctor s3://my-bucket/reports --profile app --ignore lifecycle", "where a job prunes, and no rule"],
    ["doctor s3://my-bucket --notifications", "where memory is to hear of changes"],
    ["doctor dynamodb://app-cache --large s3://app-cache", "both stores of one by size"]
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
      const hasNotifications = yield* given.option(notificationsOption)
      const expiresAttribute = yield* given.option(expiresAttributeOption)
      const partitions = yield* given.option(storeOptions.partitions)
      const { clientConfig, shown, target } = yield* readTarget(given)
      if (hasNotifications && target._tag !== "Bucket") {
        return yield* new UsageError({ detail: "--notifications is for a bucket" })
      }
      if (expiresAttribute !== undefined && target._tag !== "Table") {
        return yield* new UsageError({ detail: "--expires-attribute is for a table" })
      }
      const isSized = (yield* given.option(storeOptions.large)) !== undefined
      const first = yield* target._tag === "Folder"
        ? Effect.flatMap(openStore(given), ({ levels, store }) => diagnoseStore(shown, levels?.small ?? store))
        : target._tag === "Table"
        ? Effect.gen(function*() {
          const clients = yield* Layer.build(ClientCacheLive)
          const client = yield* Effect.provide(
            ClientCache.client(async () => (await loadTableSdk()).DynamoDBClient, { ...clientConfig, maxAttempts: 2 }),
            clients
          )
          return yield* diagnoseTable({
            ...{ client, partitions, table: target.table, keyPrefix: target.keyPrefix },
            expiresAttribute: expiresAttribute ?? "expires",
            sdk: yield* Effect.promise(loadTableSdk)
          })
        })
        : Effect.gen(function*() {
          const clients = yield* Layer.build(ClientCacheLive)
          // A request that is tried again would hide what was answered.
          const config = { ...clientConfig, maxAttempts: 2 }
          const { bucket, keyPrefix } = target
          const [client, plainClient] = yield* Effect.provide(
            Effect.all([clientOf(bucket, config), clientOf(bucket, { ...config, ...withoutChecksums })]),
            clients
          )
          return yield* diagnose({
            ...{ client, plainClient, bucket, keyPrefix, hasNotifications },
            sdk: yield* Effect.promise(loadSdk)
          })
        })
      const others = isSized ? yield* Effect.flatMap(openStore(given), ({ store }) => diagnoseParts(store)) : []
      const diagnosis = { ...first, findings: [...first.findings, ...others] }
      const isWell = diagnosis.findings.every(({ check, outcome }) => outcome !== "found" || ignored.has(check))
      yield* screen.print(
        isJson
          ? JSON.stringify({ ...diagnosis, isWell, ignored: [...ignored] })
          : reportLines(screen.paint, screen.columns, diagnosis, ignored)
      )
      return isWell ? exitCodes.done : exitCodes.found
    }))
}
