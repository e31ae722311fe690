/**
 * What every test file is set up with, so that it can share its worker with others (`--no-isolate`).
 */
import { afterEach, effect, flakyTest, it, layer, prop, scoped } from "@effect/vitest"

// `layer` gives its services to whoever uses `it` from then on, in files that come later too.
Object.assign(it, { effect, flakyTest, layer, prop, scoped })

// A worker that tests one thing after the other without a turn of the event loop is thought to hang, on a slow machine.
afterEach(() => new Promise<void>((resolve) => void setImmediate(resolve)))
