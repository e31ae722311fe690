/**
 * Runs the worker of `cacheWorker.ts` as a process.
 *
 * @since 0.1.0
 */
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import { work } from "./cacheWorker.js"

NodeRuntime.runMain(work)
