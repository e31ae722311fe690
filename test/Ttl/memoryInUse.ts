import { setFlagsFromString } from "node:v8"
import { runInNewContext } from "node:vm"

const collectGarbage: unknown = (() => {
  setFlagsFromString("--expose-gc")
  return runInNewContext("gc")
})()

/** The bytes in use in the heap of this process and in its buffers, after collecting garbage. */
export const memoryInUse = (): number => {
  if (typeof collectGarbage !== "function") throw new Error("there is no gc to call")
  // Twice: the backing stores of buffers are let go in the second round.
  collectGarbage()
  collectGarbage()
  const { external, heapUsed } = process.memoryUsage()
  return heapUsed + external
}
