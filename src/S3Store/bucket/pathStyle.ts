/**
 * Buckets in the path of URLs, for servers under whose name no other names are.
 */
import type { S3Client } from "@aws-sdk/client-s3"
import * as Predicate from "effect/Predicate"

/**
 * A client that names a bucket in the path: what it would send to `bucket.localhost:9000` goes to `localhost:9000/bucket`.
 * So it is with every host that has a port, that is `localhost`, or that has no dot; with addresses the SDK does it by
 * itself. The client that is given stays as it is, for whoever else has it.
 */
export const withPathStyle = (client: S3Client, bucket: string): S3Client => {
  const send = (command: Command, ...rest: ReadonlyArray<unknown>): unknown => {
    command.middlewareStack.add(
      (next, context) => (args) => {
        moveBucket(args.request, bucket, pathOf(context))
        return next(args)
      },
      // When there is a request, and before it says its host and is signed.
      { step: "build", priority: "high", name: "effect-aws-cache.pathStyle", override: true }
    )
    return Reflect.apply(client.send, client, [command, ...rest])
  }
  return Object.create(client, { send: { value: send } })
}

/** What is used of a command. */
interface Command {
  readonly middlewareStack: {
    readonly add: (middleware: (next: Handler, context: unknown) => Handler, options: object) => void
  }
}

type Handler = (args: { readonly request?: unknown }) => Promise<unknown>

/** @param endpointPath the path that the endpoint has by itself, such as `/s3` of `http://localhost:9000/s3` */
const moveBucket = (request: unknown, bucket: string, endpointPath: string): void => {
  const basePath = endpointPath.replace(/\/$/, "")
  // The SDK has named it in the path already, and the host begins with the same word by chance.
  if (basePath.endsWith(`/${bucket}`)) return
  if (!Predicate.hasProperty(request, "hostname") || !Predicate.hasProperty(request, "path")) return
  const { hostname, path } = request
  if (!Predicate.isString(hostname) || !Predicate.isString(path) || !hostname.startsWith(`${bucket}.`)) return
  const host = hostname.slice(bucket.length + 1)
  const hasPort = Predicate.hasProperty(request, "port") && request.port !== undefined
  if (!hasPort && host.includes(".") && !host.endsWith(".localhost")) return
  request.hostname = host
  const base = path.startsWith(basePath) ? basePath : ""
  const rest = path.slice(base.length)
  // To a path that ends in a slash the SDK adds another one.
  const isDoubled = base !== "" && endpointPath.endsWith("/") && rest.startsWith("//")
  request.path = `${base}/${bucket}${isDoubled ? rest.slice(1) : rest}`
}

const pathOf = (context: unknown): string => {
  const endpoint = Predicate.hasProperty(context, "endpointV2") ? context.endpointV2 : undefined
  const url = Predicate.hasProperty(endpoint, "url") ? endpoint.url : undefined
  return url instanceof URL ? url.pathname : ""
}
