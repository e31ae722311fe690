import { Console, Effect } from "effect"
import { Store } from "effect-aws-cache/Cache"

// At most two entries, each for five minutes; the least recently used one makes room.
const program = Effect.gen(function*() {
  const store = yield* Store.make<string, number>({
    maxSize: 2,
    timeToLive: "5 minutes",
    onRemoval: (key, _, reason) => removed.push(`${reason}: ${key}`)
  })

  // All who ask for a key at the same time share one computation.
  const answer = store.getOrCompute("answer", Effect.as(Console.log("computing 42"), 42))
  const answers = yield* Effect.all([answer, answer], { concurrency: "unbounded" })
  for (const answer of answers) yield* Console.log(answer)

  yield* store.set("one", 1)
  yield* store.get("answer")
  yield* store.set("two", 2) // evicts "one": it was used less recently than "answer"
  yield* Console.log(removed.join("\n"))
}).pipe(Effect.scoped)

const removed: Array<string> = []

Effect.runPromise(program)
