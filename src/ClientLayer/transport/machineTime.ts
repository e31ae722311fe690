/**
 * The clocks and the event loop of the machine, for connections: these are real whatever `Clock` a program has.
 */
import { performance } from "node:perf_hooks"
import * as Timers from "node:timers"

// As it is now: tests of programs put others in its place that never call back.
const inNextTurn = Timers.setImmediate

/** Milliseconds since the epoch: goes on while a virtual machine is frozen, and can be set. */
export const wallTime = (): number => Date.now()

/** Milliseconds of a clock that nobody sets. */
export const steadyTime = (): number => performance.now()

/**
 * Calls back when the event loop has turned.
 *
 * @param turns how often, 1 or more
 */
export const afterTurns = (turns: number, callback: () => void): void => {
  inNextTurn(() => {
    if (turns <= 1) callback()
    else afterTurns(turns - 1, callback)
  })
}
