/**
 * Operations on S3 beside those of the bare client: all in one process, over one server.
 */
import { S3Client } from "@aws-sdk/client-s3"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Scope from "effect/Scope"
import type { Comparison } from "../../s3/compare.js"
import { comparisons } from "../../s3/comparisons.js"
import { withServer } from "../../s3/server.js"
import type { Open } from "../Ratio.js"

const bucket = "bench"

/** How many operations of small values a round has, and of large ones. */
const operations = 20
const slowOperations = 4
const isLarge = ({ bytes, operation }: Comparison): boolean => bytes > 100_000 || operation.includes("list")

const scope = Effect.runSync(Scope.make())
let made: Promise<ReadonlyArray<Comparison>> | undefined

const make = () =>
  Effect.runPromise(Scope.extend(
    Effect.gen(function*() {
      const { credentials, endpoint } = yield* withServer(bucket)
      const client = new S3Client({ endpoint, region: "us-east-1", forcePathStyle: true, credentials })
      return yield* comparisons(client, bucket, 1)
    }),
    scope
  ))

/** Opens an operation: its name, the bytes of its value, and whose it is: `ours` or `bare`. */
export const open: Open = async ([name, bytes, whose]) => {
  const comparison = (await (made ??= make())).find((each) => each.operation === name && String(each.bytes) === bytes)
  if (comparison === undefined) throw new Error(`there is no operation ${name} of ${bytes} bytes`)
  const effect = whose === "ours" ? comparison.ours : comparison.bare
  const count = isLarge(comparison) ? slowOperations : operations
  const loop = Effect.gen(function*() {
    for (let at = 0; at < count; at++) yield* effect
  })
  return {
    round: async () => {
      const start = performance.now()
      await Effect.runPromise(loop)
      return ((performance.now() - start) * 1e6) / count
    },
    close: () => Effect.runPromise(Scope.close(scope, Exit.void))
  }
}
