/**
 * For tests: faults between a cache and its second level, an S3 server inside the process, and what every object store has to
 * do.
 *
 * @since 1.0.0
 */
import "../effect/needsEffect3.js"

export { CacheConfigError } from "../Cache/errors/CacheErrors.js"
export { ObjectStoreError, type ObjectStoreReason } from "../S3Store/objects/ObjectStoreErrors.js"
export { ConformanceFailure, type ConformanceFault } from "./conformance/ConformanceFailure.js"
export {
  EmbeddedS3,
  type EmbeddedS3ClientConfig,
  type EmbeddedS3Credentials,
  EmbeddedS3Error,
  type EmbeddedS3Fault,
  type EmbeddedS3Options,
  type EmbeddedS3Tag
} from "./EmbeddedS3.js"
export { Faults, type FaultsTag } from "./Faults.js"
export { Fault } from "./faults/Fault.js"
export type { FaultRule, FaultsOptions, FaultSource, Latency } from "./faults/FaultsOptions.js"
export type { FaultsService } from "./faults/FaultsService.js"
export type {
  LoggedRequest,
  RequestCounts,
  RequestOutcome,
  StoreOperation,
  StoreRequest
} from "./faults/StoreRequest.js"
export {
  objectStoreConformance,
  type ObjectStoreConformanceOptions,
  type ObjectStoreTest
} from "./objectStoreConformance.js"
export type { EmbeddedS3Change } from "./server/EmbeddedS3Change.js"
export type { AnsweredRequest } from "./server/httpServer.js"
