/**
 * A second operating-system process, which does jobs for this one.
 */
import * as Command from "@effect/platform/Command"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Queue from "effect/Queue"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
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
    const jobs = yield* Queue.unbounded<string>()
    const answers = yield* Queue.unbounded<string>()
    const command = Command.make(process.execPath, fileURLToPath(new URL("./worker.js", import.meta.url))).pipe(
      Command.env({ ...environment, NODE_NO_WARNINGS: "1" }),
      Command.stderr("inherit"),
      Command.stdin(Stream.encodeText(Stream.fromQueue(jobs)))
    )
    const child = yield* Command.start(command)
    const reading = yield* child.stdout.pipe(
      Stream.decodeText(),
      Stream.splitLines,
      Stream.runForEach((line) => Queue.offer(answers, line)),
      Effect.forkScoped
    )
    const gone = Effect.zipRight(
      Fiber.await(reading),
      Effect.fail(new SecondProcessError({ message: "the second process has ended; what it said is above" }))
    )
    const oneByOne = yield* Effect.makeSemaphore(1)
    const failed = (cause: unknown) =>
      new SecondProcessError({ message: `the second process answered: ${cause}`, cause })
    return {
      processId: child.pid,
      ask: <A, I>(job: Job, answer: Schema.Schema<A, I>) =>
        Schema.encode(Schema.parseJson(Job))(job).pipe(
          Effect.flatMap((line) => Queue.offer(jobs, `${line}\n`)),
          Effect.zipRight(Effect.raceFirst(Queue.take(answers), gone)),
          Effect.flatMap(Schema.decode(Schema.parseJson(answer))),
          Effect.catchTag("ParseError", (cause) => failed(cause)),
          oneByOne.withPermits(1)
        )
    } satisfies SecondProcess
  })
