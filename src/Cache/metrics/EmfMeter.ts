/**
 * Metrics as lines of the log, for CloudWatch.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { lastInBackground } from "../background/Background.js"
import { unrefSleep } from "../common/unrefSleep.js"
import { EmfDocument } from "./EmfDocument.js"
import type { Meter } from "./Meter.js"

/** How often a line is written at most, but for a `settle`, in milliseconds. */
const writeEvery = 60_000

/** The meter of all caches of one name. */
class SharedMeter implements Meter {
  readonly series: Meter["series"]
  private readonly document: EmfDocument
  private readonly readers = new Set<() => void>()
  users = 0
  private writtenAt = Number.NEGATIVE_INFINITY

  constructor(cache: string) {
    this.document = new EmfDocument(cache, process.env["AWS_LAMBDA_FUNCTION_NAME"])
    this.series = (metric, labels) => this.document.series(metric, labels)
  }

  observe(read: () => void): Effect.Effect<void, never, Scope.Scope> {
    return Effect.acquireRelease(
      Effect.sync(() => {
        read()
        this.readers.add(read)
      }),
      () => Effect.sync(() => this.readers.delete(read))
    )
  }

  readonly flush: Effect.Effect<void> = Effect.map(Clock.currentTimeMillis, (now) => this.write(now))

  /** The same, but for what has just written. */
  readonly flushWhenDue: Effect.Effect<void> = Effect.map(Clock.currentTimeMillis, (now) => {
    if (now - this.writtenAt >= writeEvery) this.write(now)
  })

  // What wraps the console in Lambda would wrap the line.
  private write(now: number): void {
    for (const read of this.readers) read()
    const line = this.document.take(now)
    if (line === undefined) return
    this.writtenAt = now
    process.stdout.write(`${line}\n`)
  }
}

const shared = new Map<string, SharedMeter>()

/**
 * The meter that writes lines in CloudWatch's embedded metric format to the standard output: at most one a minute while there
 * is something to say, one at each `flush`, and the last one when the scope closes.
 */
export const emfMeter = (cache: string): Effect.Effect<Meter, never, Scope.Scope> =>
  Effect.tap(
    Effect.acquireRelease(
      Effect.sync(() => {
        const meter = shared.get(cache) ?? new SharedMeter(cache)
        shared.set(cache, meter)
        meter.users++
        return meter
      }),
      (meter) =>
        Effect.suspend(() => {
          if (--meter.users === 0) shared.delete(cache)
          return meter.flush
        })
    ),
    (meter) =>
      Effect.zipRight(
        lastInBackground(meter.flush),
        Effect.forkScoped(
          Effect.interruptible(Effect.forever(Effect.zipRight(unrefSleep(writeEvery), meter.flushWhenDue)))
        )
      )
  )
