import { assert, describe, it } from "@effect/vitest"
import { terminations } from "../../src/Lambda/terminations.js"

/** Runs with no listeners of others, and tells what the process would have been sent. */
const alone = async (run: (sent: ReadonlyArray<unknown>) => Promise<void>): Promise<void> => {
  const { kill } = process
  const listeners = process.rawListeners("SIGTERM")
  const sent: Array<unknown> = []
  process.removeAllListeners("SIGTERM")
  process.kill = (_pid, signal) => {
    sent.push(signal)
    return true
  }
  try {
    await run(sent)
  } finally {
    process.kill = kill
    process.removeAllListeners("SIGTERM")
    for (const listener of listeners) process.on("SIGTERM", listener as () => void)
  }
}

const settled = () => new Promise((resolve) => setImmediate(resolve))

/** Something to close, which takes until it is let go. */
const slow = () => {
  let go = () => {}
  const closed = new Promise<void>((resolve) => {
    go = resolve
  })
  return { go, close: () => closed }
}

describe("the end of a process with several handlers", () => {
  it("comes when all of them have closed, not when the first one has", () =>
    alone(async (sent) => {
      const one = slow()
      const other = slow()
      terminations.add(one.close)
      terminations.add(other.close)
      assert.strictEqual(process.listenerCount("SIGTERM"), 1)
      process.emit("SIGTERM", "SIGTERM")
      one.go()
      await settled()
      assert.deepStrictEqual(sent, [])
      other.go()
      await settled()
      assert.deepStrictEqual(sent, ["SIGTERM"])
      assert.strictEqual(process.listenerCount("SIGTERM"), 0)
    }))

  it("is left to others who listen, even once", () =>
    alone(async (sent) => {
      let told = 0
      process.once("SIGTERM", () => told++)
      terminations.add(() => Promise.resolve())
      process.emit("SIGTERM", "SIGTERM")
      await settled()
      assert.deepStrictEqual([told, sent], [1, []])
    }))

  it("is as ever when nothing is open any more", () =>
    alone(async () => {
      const { close } = slow()
      terminations.add(close)
      terminations.delete(close)
      terminations.delete(close)
      assert.strictEqual(process.listenerCount("SIGTERM"), 0)
    }))
})
