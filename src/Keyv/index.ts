/**
 * Storage adapters for Keyv, and so for what is built on it, such as cacheable and cache-manager.
 *
 * @since 1.0.0
 */
import "../effect/needsEffect3.js"

export { CacheConfigError, CacheKeyError, EntryTooLargeError } from "../Cache/errors/CacheErrors.js"
export { CacheEncodeError, ObjectStoreError, type ObjectStoreReason } from "../S3Store/objects/ObjectStoreErrors.js"
export { dictStorage } from "./dictStorage.js"
export { KeyvStorage, type KeyvStorageEntries } from "./KeyvStorage.js"
export { KeyvStorageClosedError } from "./KeyvStorageClosedError.js"
export { s3CacheStorage, type S3CacheStorageOptions } from "./s3CacheStorage.js"
