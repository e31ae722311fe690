/**
 * What a failure of the platform means.
 */
import { fileReason } from "../../effect/platform/files.js"
import { ObjectStoreError, type ObjectStoreReason } from "./ObjectStoreErrors.js"

/** A failure of a file system or a key-value store as an `ObjectStoreError`. */
export const fromPlatformError =
  (operation: string, target: string) => (cause: { readonly message: string }): ObjectStoreError =>
    new ObjectStoreError({ reason: reasonOf(cause), operation, target, detail: cause.message, cause })

/** Whether a failure says that there is already a file of this name. */
export const isAlreadyThere = (error: unknown): boolean => fileReason(error) === "AlreadyExists"

/** Whether a failure says that there is no file or folder of this name. */
export const isNotFound = (error: unknown): boolean => fileReason(error) === "NotFound"

const reasonOf = (error: unknown): ObjectStoreReason => {
  switch (fileReason(error)) {
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
