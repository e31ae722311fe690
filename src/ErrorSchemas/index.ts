/**
 * Schemas of all errors, for `HttpApi`, `@effect/rpc` and whatever else takes a `Schema`: an error arrives as an instance of
 * its class, with its message and its fields, but without its `cause`.
 *
 * @example
 * ```ts
 * import { HttpApiEndpoint, HttpApiSchema } from "@effect/platform"
 * import { Schema } from "effect"
 * import { CacheNotFoundError } from "effect-aws-cache/Cache"
 * import * as ErrorSchemas from "effect-aws-cache/ErrorSchemas"
 * import * as assert from "node:assert/strict"
 *
 * const report = HttpApiEndpoint.get("report")`/reports/${HttpApiSchema.param("id", Schema.String)}`
 *   .addSuccess(Schema.String)
 *   .addError(ErrorSchemas.CacheNotFoundError) // 404
 *   .addError(ErrorSchemas.ObjectStoreError) // 503
 *
 * const sent = Schema.encodeSync(ErrorSchemas.CacheNotFoundError)(new CacheNotFoundError({ cache: "reports", key: "7" }))
 *
 * assert.deepEqual(sent, { _tag: "CacheNotFoundError", cache: "reports", key: "7" })
 * assert.ok(Schema.decodeSync(ErrorSchemas.CacheNotFoundError)(sent) instanceof CacheNotFoundError)
 * assert.equal(report.path, "/reports/:id")
 * ```
 *
 * @since 1.0.0
 */
import "../effect/needsEffect3.js"

export type { Encoded } from "../effect/platform/errorSchema.js"
export * from "./CacheErrorSchemas.js"
export * from "./ClientErrorSchemas.js"
export * from "./DictErrorSchemas.js"
export * from "./S3ErrorSchemas.js"
