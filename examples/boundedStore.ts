import { Console, Effect } from "effect"
import { Store } from "effect-aws-cache/Cache"

// At most two entries, each for five minutes; the least recently used one makes room.
const program = Effect.gen(function*() {
  const store = yield* Store.make<string, number>({
    maxSize: 2,
    timeToLive: "5 minutes",
    onRemoval: (key, _, reason) => console.log(`${reason}: ${key}`)
  })

  // All who ask for a key at the same time share one computation.
  const answer = store.getOrCompute("answer", Effect.as(Console.log("computing 42"), 42)).pipe(Effect.tap(Console.log))
  yield* Effect.all([answer, answer], { concurrency: "unbounded" })

  yield* store.set("one", 1)
  yield* store.get("answer")
  yield* store.set("two", 2) // evicts "one": it was used less recently than "answer"
}).pipe(Effect.scoped)

Effect.runPromise(program)
