/**
 * Plays a directory bucket of S3 Express One Zone, as its documentation has it: sessions, host names of a zone, ETags that
 * are not of the content, lists in no order whose prefixes end in `/`. No emulator does.
 */
import { HttpRequest } from "@smithy/core/protocols"
import { NodeHttpHandler } from "@smithy/node-http-handler"
import * as Effect from "effect/Effect"
import { randomBytes } from "node:crypto"
import * as LocalHttp from "./LocalHttp.js"
import { denied, errorXml, xml } from "./SpoiledS3.js"

/** A request that arrived. */
interface ExpressRequest {
  readonly method: string
  readonly host: string
  readonly key: string
  /** What is asked for besides: `session`, `list-type`, `lifecycle`, ... */
  readonly asks: ReadonlyArray<string>
  readonly sessionToken: string | undefined
  /** By whose key it is signed, and for which service. */
  readonly signedBy: string
  readonly service: string
}

const zone = "use1-az4"

/** Its name. */
export const bucket = `cache--${zone}--x-s3`

/** Where its objects are, and where its set-up is. */
export const hosts = {
  zonal: `${bucket}.s3express-${zone}.us-east-1.amazonaws.com`,
  control: "s3express-control.us-east-1.amazonaws.com"
}

/** The credentials of the session. */
const session = { accessKeyId: "ASIASESSIONKEY", token: "token-of-the-session" }

/** Starts one. Its client goes to it whatever the host is called, and says the host it means. */
export const make = (options: { readonly mayCreateSession?: boolean } = {}) =>
  Effect.gen(function*() {
    const objects = new Map<string, { readonly body: Uint8Array; readonly etag: string; readonly modified: Date }>()
    const requests: Array<ExpressRequest> = []
    const server = yield* LocalHttp.make((request, response, body) => {
      const answer = ({ body = "", headers = {}, status = 200 }: LocalHttp.Answer) =>
        response.writeHead(status, { "content-length": Buffer.byteLength(body), ...headers }).end(body)
      const { headers, method = "GET", url = "/" } = request
      const [path = "", text = ""] = url.split("?")
      const query = new URLSearchParams(text)
      const host = String(headers["x-host-meant"] ?? headers.host)
      const isControl = host.startsWith("s3express-control.")
      // At an endpoint that is an address, the SDK puts two slashes after the bucket.
      const key = decodeURIComponent(path).replace(isControl || !host.startsWith(bucket) ? `/${bucket}` : "", "")
        .replace(/^\/+/, "")
      const [, signedBy = "", service = ""] =
        /Credential=([^/]+)\/\d+\/us-east-1\/([^/]+)\/aws4_request/.exec(headers.authorization ?? "") ?? []
      const token = headers["x-amz-s3session-token"]
      requests.push({
        method,
        host,
        key,
        asks: [...query.keys()].filter((name) => name !== "x-id"),
        sessionToken: token?.toString(),
        signedBy,
        service
      })
      if (query.has("session")) {
        return answer(
          options.mayCreateSession === false
            ? denied("s3express:CreateSession", `arn:aws:s3express:us-east-1:111122223333:bucket/${bucket}`)
            : xml(
              "CreateSessionResult",
              `<Credentials><AccessKeyId>${session.accessKeyId}</AccessKeyId><SecretAccessKey>secret</SecretAccessKey>` +
                `<SessionToken>${session.token}</SessionToken>` +
                `<Expiration>${new Date(Date.now() + 300_000).toISOString()}</Expiration></Credentials>`
            )
        )
      }
      if (isControl) {
        return answer(
          query.has("lifecycle")
            ? xml(
              "LifecycleConfiguration",
              "<Rule><ID>all</ID><Filter><Prefix>cache/</Prefix></Filter><Status>Enabled</Status>" +
                "<Expiration><Days>7</Days></Expiration></Rule>"
            )
            : xml(
              "ServerSideEncryptionConfiguration",
              "<Rule><ApplyServerSideEncryptionByDefault><SSEAlgorithm>AES256</SSEAlgorithm>" +
                "</ApplyServerSideEncryptionByDefault><BucketKeyEnabled>true</BucketKeyEnabled></Rule>"
            )
        )
      }
      if (token !== session.token || signedBy !== session.accessKeyId) {
        return answer(errorXml(403, "AccessDenied", "Access Denied"))
      }
      // What directory buckets do not know.
      for (const name of ["content-md5", "x-amz-tagging", "x-amz-request-payer"]) {
        if (headers[name] !== undefined) return answer(errorXml(501, "NotImplemented", `${name} is not implemented`))
      }
      if (query.has("list-type")) {
        const prefix = query.get("prefix") ?? ""
        if (query.has("start-after")) return answer(errorXml(501, "NotImplemented", "start-after"))
        if (prefix !== "" && !prefix.endsWith("/")) {
          return answer(errorXml(
            400,
            "InvalidRequest",
            "This bucket does not support a prefix that does not end in a delimiter. Specify a prefix path ending with a delimiter and try again."
          ))
        }
        const listed = [...objects].filter(([name]) => name.startsWith(prefix)).reverse()
        return answer(xml(
          "ListBucketResult",
          listed.map(([name, { body, etag, modified }]) =>
            `<Contents><Key>${name}</Key><LastModified>${modified.toISOString()}</LastModified>` +
            `<ETag>&quot;${etag.slice(1, -1)}&quot;</ETag><Size>${body.length}</Size>` +
            "<StorageClass>EXPRESS_ONEZONE</StorageClass></Contents>"
          ).join("") + "<IsTruncated>false</IsTruncated>"
        ))
      }
      if (query.has("delete")) {
        for (const [, name = ""] of body.toString().matchAll(/<Key>(.*?)<\/Key>/g)) objects.delete(name)
        return answer(xml("DeleteResult", ""))
      }
      const there = objects.get(key)
      const ifMatch = headers["if-match"]
      const ifNoneMatch = headers["if-none-match"]
      if (method !== "GET" && ifMatch !== undefined && ifMatch !== there?.etag) {
        return answer(
          there === undefined
            ? errorXml(404, "NoSuchKey", "The specified key does not exist.")
            : errorXml(412, "PreconditionFailed", "At least one of the pre-conditions you specified did not hold")
        )
      }
      switch (method) {
        case "PUT": {
          if (ifNoneMatch === "*" && there !== undefined) {
            return answer(
              errorXml(412, "PreconditionFailed", "At least one of the pre-conditions you specified did not hold")
            )
          }
          const etag = `"${randomBytes(12).toString("hex")}"`
          objects.set(key, { body, etag, modified: new Date() })
          return answer({ headers: { etag } })
        }
        case "DELETE":
          objects.delete(key)
          return response.writeHead(204).end()
        default: {
          if (there === undefined) return answer(errorXml(404, "NoSuchKey", "The specified key does not exist."))
          const told = { etag: there.etag, "last-modified": there.modified.toUTCString() }
          if (ifNoneMatch === there.etag) return response.writeHead(304, told).end()
          const last = /^bytes=0-(\d+)$/.exec(headers.range ?? "")?.[1]
          return answer(
            last === undefined
              ? { headers: told, body: there.body }
              : {
                status: 206,
                headers: { ...told, "content-range": `bytes 0-${last}/${there.body.length}` },
                body: there.body.subarray(0, Number(last) + 1)
              }
          )
        }
      }
    })
    const inner = yield* Effect.acquireRelease(
      Effect.sync(() => new NodeHttpHandler()),
      (handler) => Effect.sync(() => handler.destroy())
    )
    /** Signed for the host that is meant, and sent here. */
    const requestHandler = {
      metadata: { handlerProtocol: "http/1.1" },
      handle: (request: HttpRequest, options: object) => {
        const sent = HttpRequest.clone(request)
        sent.headers["x-host-meant"] = request.hostname
        sent.protocol = "http:"
        sent.hostname = "127.0.0.1"
        sent.port = server.port
        return inner.handle(sent, options)
      }
    }
    return {
      url: server.url,
      requests: () => [...requests],
      names: () => [...objects.keys()],
      clientConfig: {
        region: "us-east-1",
        credentials: { accessKeyId: "AKIAOWNKEY", secretAccessKey: "own-secret" },
        requestHandler
      }
    }
  })
