/**
 * File systems that hang.
 */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import { interruptLater } from "../../effect/fibers.js"
import { UnusableFile } from "./framedFile.js"

const defaultTimeout = Duration.minutes(1)

/** Removing a file that was not finished takes no longer, where file systems do not hang. */
const graceForCleanup = Duration.seconds(1)

// The file system may hang in the middle of what cannot be interrupted. It goes on by itself then, and nobody waits for it
// longer than cleaning up usually takes.
const interruptibly = <A, E, R>(self: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  Effect.uninterruptibleMask((restore) =>
    Effect.flatMap(
      Effect.forkDaemon(restore(self)),
      (fiber) =>
        Effect.onInterrupt(restore(Fiber.join(fiber)), () =>
          Effect.zipRight(
            Effect.sync(() => interruptLater(fiber)),
            Effect.ignore(Effect.timeout(Effect.interruptible(Fiber.await(fiber)), graceForCleanup))
          ))
    )
  )

/** What is done with a file, if it takes no longer than so long, whatever the file system does. Default one minute. */
export const withinTime = <A, E, R>(self: Effect.Effect<A, E, R>, timeout: Duration.DurationInput | undefined) => {
  const duration = Duration.decode(timeout ?? defaultTimeout)
  return Effect.timeoutFail(interruptibly(self), {
    duration,
    onTimeout: () => new UnusableFile({ reason: "Timeout", detail: `it took longer than ${Duration.format(duration)}` })
  })
}
