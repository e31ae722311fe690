/**
 * A process that uses an object store in a folder, together with others: `node folderWorker.js FOLDER WORK COUNT`. It
 * prints `ready` when it can begin, and what it found as a line of JSON when it is done.
 *
 * - `add`: adds the objects `0` to `COUNT - 1`, each with its process id, and prints which it wrote;
 * - `count`: replaces the object `counter` by the number after it, COUNT times, and prints how many times more it may
 *   have done so without being told;
 * - `write`: writes objects of all sizes until it is killed; each begins with the SHA-256 of its rest. It
 *   removes some again, but never the first ten.
 */
import * as NodeContext from "@effect/platform-node/NodeContext"
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import { ObjectStore } from "effect-aws-cache/S3Store"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { Buffer } from "node:buffer"
import { createHash, randomBytes, randomInt, randomUUID } from "node:crypto"
import process from "node:process"

const [directory = "", work = "", count = "1"] = process.argv.slice(2)
const times = Number(count)

const add = Effect.gen(function*() {
  const store = yield* ObjectStore
  const written: Array<string> = []
  yield* Effect.forEach(
    Array.from({ length: times }, (_, at) => String(at)),
    (name) =>
      Effect.map(store.add(name, Buffer.from(String(process.pid))), ({ _tag }) => {
        if (_tag === "Written") written.push(name)
      }),
    { concurrency: 4 }
  )
  return written
})

let doubts = 0

const increment: Effect.Effect<void, unknown, ObjectStore> = Effect.gen(function*() {
  const store = yield* ObjectStore
  const object = yield* store.load("counter")
  if (object._tag !== "Found") return yield* Effect.fail(`the counter is ${object._tag}`)
  const [number = "0"] = Buffer.from(object.body).toString().split(" ")
  const mine = `${Number(number) + 1} ${randomUUID()}`
  const { _tag } = yield* store.replace("counter", Buffer.from(mine), object.etag)
  if (_tag === "Written") return
  // What became of an unknown one is told by what is there.
  const after = _tag === "Unknown" ? yield* store.load("counter") : undefined
  if (after?._tag === "Found" && Buffer.from(after.body).toString() === mine) return
  // It may have counted and be over already.
  if (_tag === "Unknown") doubts++
  yield* increment
})

const counted = Effect.map(Effect.repeatN(increment, times - 1), () => doubts)

const write = Effect.gen(function*() {
  const store = yield* ObjectStore
  const one = Effect.suspend(() => {
    const rest = randomBytes(randomInt(1, 300_000))
    const body = Buffer.concat([createHash("sha256").update(rest).digest(), rest])
    const at = randomInt(0, 20)
    const name = `space/1/${at}`
    return at >= 10 && randomInt(0, 3) === 0 ? store.remove(name) : store.save(name, body)
  })
  yield* Effect.forEach(Array.from({ length: 8 }), () => Effect.forever(one), { concurrency: "unbounded" })
})

const program = Effect.gen(function*() {
  yield* Console.log("ready")
  const result = work === "add"
    ? yield* add
    : work === "count"
    ? yield* counted
    : yield* write
  yield* Console.log(JSON.stringify(result))
})

program.pipe(
  Effect.provide(Layer.provide(ObjectStore.layerFileSystem({ directory }), NodeContext.layer)),
  NodeRuntime.runMain()
)
