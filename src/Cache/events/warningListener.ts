/**
 * Listeners whose failures are told.
 */
import { handleRejection } from "../engine/handleRejection.js"
import type { RemovalReason } from "../engine/RemovalReason.js"
import { printKey } from "../printing/printKey.js"
import { FailureWarnings } from "./FailureWarnings.js"

/**
 * A removal listener that tells Node's warnings of what it throws, or its promise is rejected with, besides whoever calls
 * it.
 *
 * @param name of the store, for messages
 */
export const warningListener = <K, V>(
  name: string,
  onRemoval: Listener<K, V>
): Listener<K, V> => {
  const warnings = new FailureWarnings("StoreWarning")
  return (key, value, reason, weight) => {
    const failed = (error: unknown) =>
      warnings.failed(() => `${name}: onRemoval failed for ${printKey(key)} (${reason})`, error)
    try {
      const told = onRemoval(key, value, reason, weight)
      if (told !== undefined) handleRejection(told, failed)
      return told
    } catch (error) {
      failed(error)
      throw error
    }
  }
}

type Listener<K, V> = (key: K, value: V, reason: RemovalReason, weight: number) => unknown
