import type * as Fiber from "effect/Fiber"
import * as Scheduler from "effect/Scheduler"

/** A scheduler that lets a fiber stop once, after so many operations. */
export class StopOnce implements Scheduler.Scheduler {
  private readonly at: number
  private operations = 0

  constructor(at: number) {
    this.at = at
  }

  get hasStopped(): boolean {
    return this.operations > this.at
  }

  shouldYield(): number | false {
    return this.operations++ === this.at ? 0 : false
  }

  scheduleTask(task: Scheduler.Task, priority: number, fiber?: Fiber.RuntimeFiber<unknown, unknown>): void {
    Scheduler.defaultScheduler.scheduleTask(task, priority, fiber)
  }
}
