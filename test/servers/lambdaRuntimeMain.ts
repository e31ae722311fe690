/**
 * The process of a Lambda function for Node.js: loads a module with a `handler`, asks the Runtime API at
 * `AWS_LAMBDA_RUNTIME_API` for events, one after the other, and answers them. The argument is the URL of the module.
 *
 * A header of an event moves this process's wall clock ahead, as if it had been frozen for so long.
 */
import process from "node:process"
import { clockAheadHeader } from "./LambdaRuntimeApi.js"

const wallClock = Date.now
let ahead = 0
Date.now = () => wallClock() + ahead

const root = `http://${process.env["AWS_LAMBDA_RUNTIME_API"]}/2018-06-01/runtime`

const post = async (path: string, body: unknown): Promise<void> => {
  const response = await fetch(`${root}${path}`, { method: "POST", body: JSON.stringify(body ?? null) })
  await response.arrayBuffer()
}

const describe = (error: unknown) =>
  error instanceof Error
    ? { errorType: error.name, errorMessage: error.message }
    : { errorType: "unknown", errorMessage: String(error) }

/** What a handler is told of an invocation. */
interface Context {
  readonly getRemainingTimeInMillis: () => number
}

const load = async (): Promise<(event: unknown, context: Context) => Promise<unknown>> => {
  try {
    const { handler }: { readonly handler?: unknown } = await import(process.argv[2] ?? "")
    if (typeof handler !== "function") throw new TypeError("the module has no handler")
    return async (event, context) => handler(event, context)
  } catch (error) {
    await post("/init/error", describe(error))
    return process.exit(1)
  }
}

const handler = await load()
while (true) {
  const next = await fetch(`${root}/invocation/next`)
  const id = next.headers.get("lambda-runtime-aws-request-id")
  ahead = Number(next.headers.get(clockAheadHeader) ?? ahead)
  const deadline = Number(next.headers.get("lambda-runtime-deadline-ms"))
  const context = { getRemainingTimeInMillis: () => deadline - wallClock() }
  const event: unknown = await next.json()
  try {
    await post(`/invocation/${id}/response`, await handler(event, context))
  } catch (error) {
    await post(`/invocation/${id}/error`, describe(error))
  }
}
