/**
 * What a failure of the platform means.
 */
import type { PlatformError } from "@effect/platform/Error"
import { S3StoreError, type S3StoreReason } from "./S3StoreErrors.js"

/** A failure of a file system or a key-value store as an `S3StoreError`. */
export const fromPlatformError = (operation: string, target: string) => (cause: PlatformError): S3StoreError =>
  new S3StoreError({ reason: reasonOf(cause), operation, target, detail: cause.message, cause })

/** Whether a failure says that there is already a file of this name. */
export const isAlreadyThere = (error: PlatformError): boolean =>
  error._tag === "SystemError" && error.reason === "AlreadyExists"

/** Whether a failure says that there is no file or folder of this name. */
export const isNotFound = (error: PlatformError): boolean => error._tag === "SystemError" && error.reason === "NotFound"

const reasonOf = (error: PlatformError): S3StoreReason => {
  if (error._tag !== "SystemError") return "Unknown"
  switch (error.reason) {
    case "PermissionDenied":
      return "AccessDenied"
    case "TimedOut":
      return "Timeout"
    case "Busy":
    case "WouldBlock":
    case "WriteZero":
      return "Unavailable"
    default:
      return "Unknown"
  }
}
