import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Http from "node:http"

/** A request that got no whole answer, with the system's or parser's code, such as `ECONNRESET`. */
export class HttpGetError
  extends Data.TaggedError("HttpGetError")<{ readonly code: string; readonly cause: unknown }>
{}

export interface HttpAnswer {
  readonly status: number | undefined
  readonly body: Buffer
}

const codeOf = (cause: unknown): string =>
  typeof cause === "object" && cause !== null && "code" in cause ? String(cause.code) : String(cause)

/** One GET. Without an agent it gets a connection of its own; interruption destroys it. */
export const httpGet = (url: string, agent: Http.Agent | false = false): Effect.Effect<HttpAnswer, HttpGetError> =>
  Effect.async((resume) => {
    const fail = (cause: unknown) => resume(new HttpGetError({ code: codeOf(cause), cause }))
    const request = Http.get(url, { agent }, (response) => {
      const chunks: Array<Buffer> = []
      response.on("data", (chunk: Buffer) => chunks.push(chunk))
      response.on("error", fail)
      response.on("end", () => resume(Effect.succeed({ status: response.statusCode, body: Buffer.concat(chunks) })))
    })
    request.on("error", fail)
    return Effect.sync(() => request.destroy())
  })
