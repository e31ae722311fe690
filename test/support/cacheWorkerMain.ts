/**
 * Runs the worker of `cacheWorker.ts` as a process.
 */
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import { work } from "./cacheWorker.js"

NodeRuntime.runMain(work)
