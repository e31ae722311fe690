/**
 * Requests of shared computations, made together.
 */
import * as Effect from "effect/Effect"
import type * as Tracer from "effect/Tracer"
import { type AnyFiber, start, type Surroundings, surroundingsWith } from "../../effect/fibers.js"
import { handingOn, makeRequests, type Requests } from "../../effect/requests.js"
import { enclosing, WaitNode } from "./WaitNode.js"

/** Requests (`Effect.request`) that a computation waits for. */
export interface PendingRequests {
  /** They; nothing once they are made, or of no use any more. */
  requests: Requests | undefined
  readonly node: WaitNode
  /** Of the computation. */
  readonly span: Tracer.AnySpan | undefined
  /** Told that they are made. */
  readonly made: () => void
}

/**
 * Makes the requests of computations when those who wait for these say so, with a request of their own: so those who wait
 * in one batch (`Effect.forEach` with `batching: true`) make the requests of their computations as one batch, as if the
 * computations were theirs. They are made where the computations run, and do not end with those who waited.
 */
export class RequestPool {
  /** Makes them, with those of others that wait in the same batch. */
  readonly due: (pending: PendingRequests) => Effect.Effect<void>
  private readonly surroundings: Surroundings<never>

  /** @param surroundings where computations run */
  constructor(surroundings: Surroundings<never>) {
    this.surroundings = surroundings
    this.due = handingOn((all, fiber) => this.make(all, fiber))
  }

  /** Makes them now. */
  make(all: ReadonlyArray<PendingRequests>, caller: AnyFiber): void {
    const node = new WaitNode()
    const makes = all.flatMap((pending) => {
      const { requests } = pending
      if (requests === undefined) return []
      pending.requests = undefined
      pending.made()
      return [{ requests, pending }]
    })
    const [first, ...more] = makes
    if (first === undefined) return
    const { span } = first.pending
    const made = makeRequests([first.requests, ...more.map(({ requests }) => requests)])
    for (const { pending } of makes) pending.node.begin(node)
    start(
      surroundingsWith(this.surroundings, enclosing, node),
      Effect.ensuring(
        span === undefined ? made : Effect.withParentSpan(made, span),
        Effect.sync(() => {
          node.ended = true
          for (const { pending } of makes) pending.node.end(node)
        })
      ),
      caller
    )
  }
}
