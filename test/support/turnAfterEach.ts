/**
 * A turn of the event loop after each test: a worker that tests one thing after the other without one is thought to hang,
 * on a slow machine.
 */
import { afterEach } from "@effect/vitest"

afterEach(() => new Promise<void>((resolve) => void setImmediate(resolve)))
