import { assert, describe, it } from "@effect/vitest"
import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as Scope from "effect/Scope"
import * as TestClock from "effect/TestClock"
import * as SlowSource from "../../demo/SlowSource.js"
import { Zone } from "../../demo/ZoneTable.js"
import { turns } from "../support/until.js"
import { httpGet } from "../tools/httpGet.js"

const get = (source: SlowSource.SlowSource, path: string) =>
  Effect.map(httpGet(`${source.url}${path}`), ({ body, status }) => ({ status, json: body.toString() }))

const decode = Schema.decodeUnknown(Schema.parseJson(Zone))

describe("SlowSource", () => {
  it.scoped("serves the records of the table", () =>
    Effect.gen(function*() {
      const source = yield* SlowSource.make({ delayMillis: 0 })
      const names = yield* get(source, "/zones")
      assert.deepStrictEqual(JSON.parse(names.json), source.zones)
      assert.strictEqual(source.zones.length, 312)
      const table = yield* SlowSource.loadZones
      for (const name of ["Europe/Andorra", "America/Argentina/Buenos_Aires", "Asia/Dubai"]) {
        const expected = table.find(({ zone }) => zone === name)
        assert.isDefined(expected)
        for (const path of [name, encodeURIComponent(name)]) {
          const { json, status } = yield* get(source, `/zones/${path}`)
          assert.strictEqual(status, 200)
          assert.deepStrictEqual(yield* decode(json), expected)
        }
      }
    }))

  it.scoped("answers 404 to unknown zones and paths", () =>
    Effect.gen(function*() {
      const source = yield* SlowSource.make({ delayMillis: 0 })
      for (const path of ["/zones/Europe/Nowhere", "/zones/constructor", "/", "/other"]) {
        assert.strictEqual((yield* get(source, path)).status, 404, path)
      }
      assert.isAbove((yield* httpGet(`${source.url}/zones/%E0%A4`)).status ?? 0, 399)
    }))

  it.scoped("counts who asked for records", () =>
    Effect.gen(function*() {
      const source = yield* SlowSource.make({ delayMillis: 0 })
      assert.strictEqual(source.calls(), 0)
      yield* get(source, "/zones")
      yield* Effect.all([
        get(source, "/zones/Europe/Andorra"),
        get(source, "/zones/Europe/Andorra"),
        get(source, "/zones/Asia%2FDubai"),
        get(source, "/zones/Europe/Nowhere")
      ], { concurrency: "unbounded" })
      assert.deepStrictEqual(
        [
          source.calls(),
          source.calls("Europe/Andorra"),
          source.calls("Asia/Dubai"),
          source.calls("Europe/Nowhere"),
          source.calls("Europe/Zurich")
        ],
        [4, 2, 1, 1, 0]
      )
    }))

  it.scoped("is as slow as it was told, for each record", () =>
    Effect.gen(function*() {
      const source = yield* SlowSource.make({ delayMillis: 40 })
      const two = yield* Effect.fork(
        Effect.all([get(source, "/zones/Asia/Dubai"), get(source, "/zones/Asia/Tokyo")], { concurrency: 2 })
      )
      let sleeps = 0
      while (sleeps < 2) {
        yield* turns(1)
        sleeps = Chunk.size(yield* TestClock.sleeps())
      }
      assert.strictEqual(source.calls(), 2)
      yield* TestClock.adjust(39)
      yield* get(source, "/zones")
      assert.isTrue(Option.isNone(yield* Fiber.poll(two)))
      yield* TestClock.adjust(1)
      assert.deepStrictEqual((yield* Fiber.join(two)).map(({ status }) => status), [200, 200])
    }))

  it.effect("is gone when its scope is closed, answers under way included", () =>
    Effect.gen(function*() {
      const scope = yield* Scope.make()
      const source = yield* Scope.extend(SlowSource.make({ delayMillis: 1000 }), scope)
      const waiting = yield* Effect.fork(Effect.flip(get(source, "/zones/Asia/Dubai")))
      let sleeps = 0
      while (sleeps === 0) {
        yield* turns(1)
        sleeps = Chunk.size(yield* TestClock.sleeps())
      }
      yield* Scope.close(scope, Exit.void)
      assert.strictEqual((yield* Fiber.join(waiting)).code, "ECONNRESET")
      assert.strictEqual((yield* Effect.flip(get(source, "/zones"))).code, "ECONNREFUSED")
      assert.strictEqual(source.calls("Asia/Dubai"), 1)
    }))

  it.effect("refuses a delay that is none", () =>
    Effect.gen(function*() {
      for (const delayMillis of [-1, Number.NaN, Infinity]) {
        const error = yield* Effect.flip(Effect.scoped(SlowSource.make({ delayMillis })))
        assert.strictEqual(error._tag, "SlowSourceError")
        assert.include(error.message, `${delayMillis}`)
      }
    }))
})
