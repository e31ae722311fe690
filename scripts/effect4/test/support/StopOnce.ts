import * as Scheduler from "effect/Scheduler"

/** A scheduler that lets a fiber stop once, after so many operations. */
export class StopOnce extends Scheduler.MixedScheduler {
  private readonly at: number
  private operations = 0

  constructor(at: number) {
    super()
    this.at = at
  }

  get hasStopped(): boolean {
    return this.operations > this.at
  }

  override shouldYield(): boolean {
    return this.operations++ === this.at
  }
}
