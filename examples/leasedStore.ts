import { Console, Effect } from "effect"
import { LeasedStore } from "effect-aws-cache/Cache"

// One connection for each tenant, at most two at a time. None is closed while somebody uses it.
const program = Effect.gen(function*() {
  const connections = yield* LeasedStore.make({
    maxSize: 2,
    acquire: (tenant: string) => Effect.as(Console.log(`open ${tenant}`), { tenant }),
    release: (_, { tenant }, reason) => Console.log(`close ${tenant}: ${reason}`)
  })

  yield* connections.use("acme", ({ tenant }) =>
    connections.use("globex", () => Effect.void).pipe(
      Effect.zipRight(connections.use("initech", () => Effect.void)), // evicts "acme", which is still used here
      Effect.zipRight(Console.log(`${tenant} is still open`))
    ))
}).pipe(Effect.scoped)

Effect.runPromise(program)
