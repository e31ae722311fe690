import type { Fiber, Scheduler } from "effect"

/** A scheduler that is given its tasks one by one, whatever their priority. It has a twin for Effect 4. */
export abstract class TaskScheduler implements Scheduler.Scheduler {
  abstract scheduleTask(task: () => void): void

  shouldYield(fiber: Fiber.RuntimeFiber<unknown, unknown>): number | false {
    return fiber.currentOpCount > 2048 ? 0 : false
  }
}
