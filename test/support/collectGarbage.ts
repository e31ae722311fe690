import { setFlagsFromString } from "node:v8"
import { runInNewContext } from "node:vm"

setFlagsFromString("--expose-gc")

// Made once: a context of its own for each collection would be garbage itself.
const collect: unknown = runInNewContext("gc")

/** Collects the garbage of this process. */
export const collectGarbage = (): void => {
  if (typeof collect !== "function") throw new Error("there is no gc to call")
  collect()
}
