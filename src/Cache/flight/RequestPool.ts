/**
 * Requests of shared computations, made together.
 */
import * as Effect from "effect/Effect"
import type * as Fiber from "effect/Fiber"
import * as Request from "effect/Request"
import * as RequestBlock from "effect/RequestBlock"
import * as RequestResolver from "effect/RequestResolver"
import * as Runtime from "effect/Runtime"
import * as Scheduler from "effect/Scheduler"
import type * as Tracer from "effect/Tracer"
import { enclosing, WaitNode } from "./WaitNode.js"

/** Requests (`Effect.request`) that a computation waits for. */
export interface PendingRequests {
  /** They; nothing once they are made, or of no use any more. */
  block: RequestBlock.RequestBlock | undefined
  readonly node: WaitNode
  /** Of the computation. */
  readonly span: Tracer.AnySpan | undefined
  /** Told that they are made. */
  readonly made: () => void
}

/** Whoever makes this request makes those of the computation. */
class Due extends Request.Class<void, never, { readonly pending: PendingRequests }> {}

/**
 * Makes the requests of computations when those who wait for these say so, with a request of their own: so those who wait
 * in one batch (`Effect.forEach` with `batching: true`) make the requests of their computations as one batch, as if the
 * computations were theirs. They are made where the computations run, and do not end with those who waited.
 */
export class RequestPool {
  private readonly runtime: Runtime.Runtime<never>
  private readonly resolver: RequestResolver.RequestResolver<Due>

  /** @param runtime where computations run */
  constructor(runtime: Runtime.Runtime<never>) {
    this.runtime = runtime
    this.resolver = RequestResolver.makeBatched<Due, never>((dues) =>
      Effect.withFiberRuntime<void>((fiber) => {
        this.make(dues.map(({ pending }) => pending), fiber)
        return Effect.forEach(dues, (due) => Request.succeed(due, undefined), { discard: true })
      })
    )
  }

  /** Makes them, with those of others that wait in the same batch. */
  due(pending: PendingRequests): Effect.Effect<void> {
    return Effect.request(new Due({ pending }), this.resolver)
  }

  /** Makes them now. */
  make(all: ReadonlyArray<PendingRequests>, caller: Fiber.RuntimeFiber<unknown, unknown>): void {
    const node = new WaitNode()
    const makes = all.flatMap((pending) => {
      const { block } = pending
      if (block === undefined) return []
      pending.block = undefined
      pending.made()
      return [{ block, pending }]
    })
    const first = makes[0]
    if (first === undefined) return
    const { span } = first.pending
    const blocks = Effect.runRequestBlock(makes.map(({ block }) => block).reduce(RequestBlock.parallel))
    for (const { pending } of makes) pending.node.begin(node)
    Runtime.runFork(
      Runtime.setFiberRef(this.runtime, enclosing, node),
      Effect.ensuring(
        span === undefined ? blocks : Effect.withParentSpan(blocks, span),
        Effect.sync(() => {
          node.ended = true
          for (const { pending } of makes) pending.node.end(node)
        })
      ),
      { immediate: false, ...besides(caller) }
    )
  }
}

/** Where a caller that runs synchronously (`Effect.runSync`) goes on, as options of a fork; nothing for others. */
export const besides = (
  { currentScheduler }: Fiber.RuntimeFiber<unknown, unknown>
): { readonly scheduler: Scheduler.Scheduler } | undefined =>
  currentScheduler instanceof Scheduler.SyncScheduler ? { scheduler: currentScheduler } : undefined
