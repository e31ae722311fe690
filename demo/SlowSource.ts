/**
 * A deliberately slow HTTP source of real data, which counts how often it was asked: what a cache is for.
 */
import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import * as HttpRouter from "@effect/platform/HttpRouter"
import * as HttpServer from "@effect/platform/HttpServer"
import * as HttpServerResponse from "@effect/platform/HttpServerResponse"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { readFile } from "node:fs/promises"
import { createServer } from "node:http"
import { createRequire } from "node:module"
import { dirname, join } from "node:path"
import { trackSockets } from "../test/servers/ScopedServer.js"
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
  parseZone1970
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

    const router = HttpRouter.empty.pipe(
      HttpRouter.get("/zones", HttpServerResponse.unsafeJson([...table.keys()])),
      HttpRouter.get(
        "/zones/*",
        Effect.gen(function*() {
          const params = yield* HttpRouter.params
          const name = params["*"] ?? ""
          total++
          counts.set(name, (counts.get(name) ?? 0) + 1)
          yield* Effect.sleep(delayMillis)
          const found = table.get(name)
          return found === undefined
            ? HttpServerResponse.unsafeJson({ error: `there is no zone ${name}` }, { status: 404 })
            : HttpServerResponse.unsafeJson(found)
        })
      )
    )

    // A connection that the server closes for being idle is one that a client may be about to use.
    const node = createServer({ keepAliveTimeout: 0 })
    const sockets = trackSockets(node)
    const server = yield* Effect.mapError(
      NodeHttpServer.make(() => node, { host: "127.0.0.1", port: 0 }),
      (cause) => new SlowSourceError({ message: "the slow source cannot listen on 127.0.0.1", cause })
    )
    // The server's own finalizer waits for open connections, and clients keep theirs: end them first.
    yield* Effect.addFinalizer(() => Effect.sync(sockets.destroyAll))
    yield* Effect.provideService(HttpServer.serveEffect(router), HttpServer.HttpServer, server)

    return {
      url: HttpServer.formatAddress(server.address),
      zones: [...table.keys()],
      calls: (zone) => (zone === undefined ? total : counts.get(zone) ?? 0)
    }
  })
