import { Cause, Effect, Exit, Option, Random } from "effect"
import { TaskScheduler } from "./TaskScheduler.js"

/**
 * The time of a simulated world, which stands while anybody has something to do. Fibers run on a scheduler of its own, in
 * one synchronous go: a second costs nothing, and the same program runs the same way every time.
 */
export class VirtualTime extends TaskScheduler {
  /** Milliseconds since the epoch. */
  now = 1_000_000_000_000
  private readonly seed: number
  private readonly events: Array<{ readonly at: number; readonly run: () => void }> = []
  private tasks: Array<() => void> = []
  private readonly outside = new Set<object>()
  private readonly listeners = new Set<object>()

  constructor(seed: number) {
    super()
    this.seed = seed
  }

  scheduleTask(task: () => void): void {
    this.tasks.push(task)
  }

  /** Has something done later, in whole milliseconds; what is planned for the same one is done in the order of the plans. */
  after(millis: number, run: () => void): () => void {
    const event = { at: this.now + Math.max(0, Math.ceil(millis)), run }
    let low = 0
    let high = this.events.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((this.events[middle]?.at ?? 0) <= event.at) low = middle + 1
      else high = middle
    }
    this.events.splice(low, 0, event)
    return () => {
      const index = this.events.indexOf(event)
      if (index >= 0) this.events.splice(index, 1)
    }
  }

  /**
   * Runs a program to its end. Fails when it has not ended after some time (milliseconds), or waits for what never comes.
   */
  run<A, E>(program: Effect.Effect<A, E>, longest: number): A {
    const turn = this.turns(program, longest).next()
    if (turn.done === true) return turn.value
    throw new Error("the program waits for what is outside of its world")
  }

  /** The same for a program that at times waits for what is outside of its world, where time stands meanwhile. */
  async runWithOutside<A, E>(program: Effect.Effect<A, E>, longest: number): Promise<A> {
    const turns = this.turns(program, longest)
    for (;;) {
      const turn = turns.next()
      if (turn.done === true) return turn.value
      await new Promise((resume) => setImmediate(resume))
    }
  }

  /** Something is waited for that is outside: time stands. Gives what ends that. */
  readonly goOutside = (): () => void => added(this.outside)

  /** Something is waited for that may end by what is outside: time goes slowly. Gives what ends that. */
  readonly listenOutside = (): () => void => added(this.listeners)

  private *turns<A, E>(program: Effect.Effect<A, E>, longest: number): Generator<void, A> {
    const end = this.now + longest
    const fiber = Effect.runFork(Effect.withRandom(program, Random.make(this.seed)), { scheduler: this })
    for (let turns = 0;;) {
      this.settle()
      const ended = Option.fromNullable(fiber.unsafePoll())
      if (Option.isSome(ended)) {
        const exit = ended.value
        if (Exit.isSuccess(exit)) return exit.value
        throw Option.getOrElse(
          Option.filter(Cause.dieOption(exit.cause), (defect) => defect instanceof Error),
          () => new Error(Cause.pretty(exit.cause, { renderErrorCause: true }))
        )
      }
      const isSlow = this.listeners.size > 0 && (this.events.length === 0 || turns < turnsOfListeners)
      if (this.outside.size > 0 || isSlow) {
        turns++
        yield
        continue
      }
      turns = 0
      const event = this.events.shift()
      if (event === undefined) throw new Error("the program waits for what never comes")
      if (event.at > end) throw new Error(`the program has not ended after ${longest} ms`)
      this.now = event.at
      event.run()
    }
  }

  private settle(): void {
    for (let rounds = 0; this.tasks.length > 0; rounds++) {
      if (rounds > 100_000) throw new Error("the program runs without an end while the time stands")
      const { tasks } = this
      this.tasks = []
      for (const task of tasks) task()
    }
  }
}

/** How often the event loop turns between two moments for those who listen. */
const turnsOfListeners = 3

const added = (to: Set<object>): () => void => {
  const visit = {}
  to.add(visit)
  return () => void to.delete(visit)
}
