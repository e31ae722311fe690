/**
 * Hit ratios that are the same in every run: what a policy remembers by hashes depends on them, and they are another
 * secret in every process.
 */
import { repository } from "./repository.js"

/** Takes hashes of keys that are the same in every process. Maps that hold entries already no longer find them. */
export const fixHashes = async (): Promise<void> => {
  const path = new URL("dist/Cache/engine/structures/keyHash.js", repository)
  const hashes: typeof import("../../src/Cache/engine/structures/keyHash.js") = await import(path.href)
  hashes.fixHashes()
}
