/**
 * A deliberately slow HTTP source of real data, which counts how often it was asked: what a cache is for.
 */
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as FiberSet from "effect/FiberSet"
import type * as Scope from "effect/Scope"
import { readFile } from "node:fs/promises"
import { createServer } from "node:http"
import { createRequire } from "node:module"
import { dirname, join } from "node:path"
import * as ScopedServer from "../test/servers/ScopedServer.js"
import type { Zone, ZoneTableError } from "./ZoneTable.js"
import { parseZone1970 } from "./ZoneTable.js"

/** The source could not be started: a delay that is no delay, no data file, no port. */
export class SlowSourceError extends Data.TaggedError("SlowSourceError")<{
  readonly message: string
  readonly cause?: unknown
}> {}

/**
 * A running source:
 *
 * - `GET /zones` answers the names of all zones, as a JSON array, at once;
 * - `GET /zones/<Area/City>` answers one {@link Zone} as JSON after the delay, or 404 for an unknown zone.
 */
export interface SlowSource {
  /** Such as `http://127.0.0.1:41233`, without a trailing slash. */
  readonly url: string
  /** The names of all zones, in the order of the table. */
  readonly zones: ReadonlyArray<string>
  /**
   * How often records were asked for: those of one zone or, without one, all. Requests count when they arrive, so one
   * whose client went away before the answer counts too, as do unknown zones.
   */
  readonly calls: (zone?: string) => number
}

/** Reads the table of zones that comes with the demo. */
export const loadZones: Effect.Effect<ReadonlyArray<Zone>, SlowSourceError | ZoneTableError> = Effect.flatMap(
  Effect.tryPromise({
    // Found from the package's root: this module runs from demo/ and from build/demo/.
    try: () => {
      const root = dirname(createRequire(import.meta.url).resolve("effect-aws-cache/package.json"))
      return readFile(join(root, "demo/data/zone1970.tab"), "utf8")
    },
    catch: (cause) => new SlowSourceError({ message: "cannot read demo/data/zone1970.tab of this package", cause })
  }),
  (table) => Either.match(parseZone1970(table), { onLeft: Effect.fail, onRight: Effect.succeed })
)

/**
 * Starts a source on a free port of 127.0.0.1; it and its connections are gone when the scope is closed.
 *
 * @param options.delayMillis how long the answer to each request for a record takes, in milliseconds of the `Clock`.
 */
export const make = (options: {
  readonly delayMillis: number
}): Effect.Effect<SlowSource, SlowSourceError | ZoneTableError, Scope.Scope> =>
  Effect.gen(function*() {
    const { delayMillis } = options
    if (!Number.isFinite(delayMillis) || delayMillis < 0) {
      return yield* new SlowSourceError({
        message: `delayMillis is ${delayMillis}: expected a finite number of milliseconds from 0 on`
      })
    }
    const table = new Map((yield* loadZones).map((zone) => [zone.zone, zone]))
    const counts = new Map<string, number>()
    let total = 0

    const answer = (path: string): Effect.Effect<readonly [status: number, json: unknown]> => {
      if (path === "/zones") return Effect.succeed([200, [...table.keys()]])
      if (!path.startsWith("/zones/")) return Effect.succeed([404, { error: `there is nothing at ${path}` }])
      return Effect.suspend(() => {
        const name = decodeURIComponent(path.slice("/zones/".length))
        total++
        counts.set(name, (counts.get(name) ?? 0) + 1)
        const found = table.get(name)
        return Effect.delay(
          Effect.succeed(found === undefined ? [404, { error: `there is no zone ${name}` }] : [200, found]),
          delayMillis
        )
      })
    }

    const run = yield* FiberSet.makeRuntime<never>()
    const { port } = yield* Effect.mapError(
      ScopedServer.make(() =>
        // A connection that the server closes for being idle is one that a client may be about to use.
        createServer({ keepAliveTimeout: 0 }, ({ url = "" }, response) => {
          const answered = Effect.catchAllCause(answer(url), () => Effect.succeed([400, {}] as const))
          run(
            Effect.map(
              answered,
              ([status, json]) =>
                response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(json))
            )
          )
        })
      ),
      (cause) => new SlowSourceError({ message: "the slow source cannot listen on 127.0.0.1", cause })
    )

    return {
      url: `http://127.0.0.1:${port}`,
      zones: [...table.keys()],
      calls: (zone) => (zone === undefined ? total : counts.get(zone) ?? 0)
    }
  })
