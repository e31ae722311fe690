/**
 * Together with the `@effect-aws` packages, without needing them: their services on clients of the `ClientCache`, and
 * their clients in the `ClientCache` and under the S3 level.
 *
 * @since 1.0.0
 */
import "../effect/needsEffect3.js"

export { CacheConfigError, CacheExistsError, CacheKeyError } from "../Cache/errors/CacheErrors.js"
export { ClientBuildError, type ClientBuildReason, ClientValueError } from "../ClientLayer/errors/ClientErrors.js"
export { ObjectStoreError, type ObjectStoreReason } from "../S3Store/objects/ObjectStoreErrors.js"
export { type ClientInstance, clientInstance, type ClientInstanceKey, S3ClientInstance } from "./ClientInstance.js"
export { layerBorrowed, layerS3FromInstance } from "./layerBorrowed.js"
export { layerInstance } from "./layerInstance.js"
