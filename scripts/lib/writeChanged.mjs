/**
 * Writing what has changed.
 */
import { readFile, writeFile } from "node:fs/promises"

/** Writes a file, unless it says that already: somebody may be reading it. */
export const writeChanged = async (path, text) => {
  if (await readFile(path, "utf8").catch(() => undefined) !== text) await writeFile(path, text)
}
