/**
 * How the stream of an answer ends.
 */
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import { later, makeDeferred } from "../effect/fibers.js"
import type { ResponseStream } from "./ResponseStream.js"

/** What streams fail with when whoever reads them has gone away. */
const goneCodes: ReadonlySet<unknown> = new Set([
  "ECONNABORTED",
  "ECONNRESET",
  "EPIPE",
  "ERR_STREAM_DESTROYED",
  "ERR_STREAM_PREMATURE_CLOSE"
])

const isGone = (error: unknown): boolean =>
  typeof error === "object" && error !== null && "code" in error && goneCodes.has(error.code)

/**
 * Listens to a stream until it is closed, however much later than the answer: an `error` that nobody listens to ends the
 * process.
 */
export class StreamEnd {
  private readonly out: ResponseStream
  private readonly told = makeDeferred<void, unknown>()

  constructor(out: ResponseStream) {
    this.out = out
    out.once("finish", this.ended)
    out.once("close", this.closed)
    out.once("error", this.failed)
    // It may have told already.
    if (out.destroyed === true) this.ended()
  }

  /**
   * Waits until all that was written has left the stream, or nobody reads any more. Fails with what the stream failed with
   * otherwise.
   */
  get await(): Effect.Effect<void, unknown> {
    return Deferred.await(this.told)
  }

  private readonly ended = (): void => this.tell(Effect.void)

  private readonly closed = (): void => {
    this.out.off("finish", this.ended)
    this.out.off("error", this.failed)
    this.ended()
  }

  private readonly failed = (error?: unknown): void => {
    this.out.once("error", this.failed)
    this.tell(isGone(error) ? Effect.void : Effect.fail(error))
  }

  private tell(end: Effect.Effect<void, unknown>): void {
    Deferred.unsafeDone(this.told, later(end))
  }
}
