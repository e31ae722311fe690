import type { Fiber, Scheduler } from "effect"

/** A scheduler that is given its tasks one by one, whatever their priority. */
export abstract class TaskScheduler implements Scheduler.Scheduler {
  readonly executionMode = "async"

  abstract scheduleTask(task: () => void): void

  shouldYield(fiber: Fiber.Fiber<unknown, unknown>): boolean {
    return fiber.currentOpCount > 2048
  }

  makeDispatcher(): Scheduler.SchedulerDispatcher {
    return { scheduleTask: (task) => this.scheduleTask(task), flush: () => {} }
  }
}
