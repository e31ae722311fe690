/**
 * What is to be closed before the process ends.
 */
import process from "node:process"
import { sharedByCopies } from "../effect/shared.js"

/** Closes what is open when the process is told to end (`SIGTERM`), all of it at once, and ends the process then. */
class Terminations {
  private readonly open = new Set<() => Promise<void>>()

  add(close: () => Promise<void>): void {
    // Before those who listen once: whether they are there is to be seen.
    if (this.open.size === 0) process.prependListener("SIGTERM", this.terminated)
    this.open.add(close)
  }

  delete(close: () => Promise<void>): void {
    if (this.open.delete(close) && this.open.size === 0) process.off("SIGTERM", this.terminated)
  }

  private readonly terminated = (): void => {
    process.off("SIGTERM", this.terminated)
    const closing = [...this.open]
    this.open.clear()
    const others = process.listenerCount("SIGTERM")
    void Promise.all(closing.map((close) => close())).then(() => {
      // As it would have ended without this, unless somebody else sees to it.
      if (others + process.listenerCount("SIGTERM") === 0) process.kill(process.pid, "SIGTERM")
    })
  }
}

/** Those of the process. */
export const terminations = sharedByCopies("Lambda/terminations", () => new Terminations())
