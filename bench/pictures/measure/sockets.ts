/**
 * Measures connections while clients leave a cache, each way of letting them go in a process of its own.
 */
import { runChild } from "../../lib/childProcess.js"
import { environment } from "../../lib/environment.js"
import type { SocketsData } from "../sockets.js"
import type { SocketsTask } from "./socketsChild.js"

type Variant = SocketsData["variants"][number]

const settings = { workers: 32, pause: 60, configurations: 8, calledUntil: 10, closedAt: 13, lasted: 16 }

/** Measures all ways, one after the other. */
export const measure = async (): Promise<SocketsData> => {
  const variants: Array<Variant> = []
  for (const leaving of ["destroy", "drop", "drain"] as const) {
    const task: SocketsTask = { ...settings, leaving }
    const { reports } = await runChild<Variant>("pictures/measure/socketsChild.js", task, 120_000)
    variants.push(...reports)
  }
  if (variants.length < 3) throw new Error("not all ways of letting clients go were measured")
  return {
    environment: environment(["@aws-sdk/client-s3", "@smithy/node-http-handler"]),
    ...settings,
    capacity: 4,
    variants
  }
}
