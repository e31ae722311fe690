/**
 * A RAM-bounded dictionary with a time to live, for functions-as-a-service.
 *
 * @since 0.1.0
 */
export {
  CacheConfigError,
  CacheExistsError,
  CacheKeyError,
  CacheNotFoundError,
  EntryTooLargeError
} from "../Cache/CacheErrors.js"
export * from "./CacheValueError.js"
export type {
  Dict,
  Limits as DictLimits,
  Options as DictOptions,
  Stats as DictStats,
  WriteOptions as DictWriteOptions
} from "./Dict.js"
export type {
  Accessors as DictAccessors,
  SchemaErrors as DictSchemaErrors,
  ServiceClass as DictServiceClass,
  ServiceOptions as DictServiceOptions
} from "./DictService.js"
export { estimateBytes } from "./estimateBytes.js"
export * from "./TtlDict.js"
export { entryOverhead, type Weigher, type WeigherInput } from "./Weigher.js"

/** @since 0.1.0 */
export * as ByteSize from "./ByteSize.js"
