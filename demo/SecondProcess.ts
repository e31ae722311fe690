/**
 * A second operating-system process, which does jobs for this one.
 */
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Queue from "effect/Queue"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { spawn } from "node:child_process"
import { once } from "node:events"
import { createInterface } from "node:readline"
import { fileURLToPath } from "node:url"
import type { Bucket } from "./Bucket.js"
import { Job } from "./jobs/Job.js"

/**
 * The second process is gone, or its answer is none.
 *
 * @public the declarations of the demo name it
 */
export class SecondProcessError extends Data.TaggedError("SecondProcessError")<{
  readonly message: string
  readonly cause?: unknown
}> {}

/** The second process. */
export interface SecondProcess {
  readonly processId: number
  /** Has it do a job, and waits for the answer. Jobs are done one after the other. */
  readonly ask: <A, I>(job: Job, answer: Schema.Schema<A, I>) => Effect.Effect<A, SecondProcessError>
}

/** Starts it; it ends with the scope. */
export const start = ({ environment }: Bucket) =>
  Effect.gen(function*() {
    const child = yield* Effect.acquireRelease(
      Effect.sync(() =>
        spawn(process.execPath, [fileURLToPath(new URL("./worker.js", import.meta.url))], {
          env: { ...process.env, ...environment, NODE_NO_WARNINGS: "1" },
          stdio: ["pipe", "pipe", "inherit"]
        })
      ),
      (child) =>
        Effect.promise(async () => {
          if (child.exitCode !== null || child.signalCode !== null) return
          const ended = once(child, "close")
          child.kill()
          await ended
        })
    )
    const answers = yield* Queue.unbounded<string>()
    const failed = (cause: unknown) =>
      new SecondProcessError({ message: `the second process answered: ${cause}`, cause })
    const reading = yield* Stream.fromAsyncIterable(createInterface({ input: child.stdout }), failed).pipe(
      Stream.runForEach((line) => Queue.offer(answers, line)),
      Effect.forkScoped
    )
    const gone = Effect.zipRight(
      Fiber.await(reading),
      Effect.fail(new SecondProcessError({ message: "the second process has ended; what it said is above" }))
    )
    const oneByOne = yield* Effect.makeSemaphore(1)
    return {
      processId: child.pid ?? 0,
      ask: <A, I>(job: Job, answer: Schema.Schema<A, I>) =>
        Schema.encode(Schema.parseJson(Job))(job).pipe(
          Effect.map((line) => child.stdin.write(`${line}\n`)),
          Effect.zipRight(Effect.raceFirst(Queue.take(answers), gone)),
          Effect.flatMap((line) => Schema.decode(Schema.parseJson(answer))(line)),
          Effect.mapError((cause) => cause instanceof SecondProcessError ? cause : failed(cause)),
          oneByOne.withPermits(1)
        )
    } satisfies SecondProcess
  })
