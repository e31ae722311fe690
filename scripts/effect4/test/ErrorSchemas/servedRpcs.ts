/**
 * Remote calls over HTTP.
 */
import { NodeHttpServer } from "@effect/platform-node"
import * as Effect from "effect/Effect"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import * as HttpRouter from "effect/http/HttpRouter"
import * as HttpServer from "effect/http/HttpServer"
import * as Layer from "effect/Layer"
import * as RpcClient from "effect/rpc/RpcClient"
import * as RpcSerialization from "effect/rpc/RpcSerialization"
import * as RpcServer from "effect/rpc/RpcServer"

export const serializations = [
  ["JSON", RpcSerialization.layerNdjson],
  ["binary form", RpcSerialization.layerSchemaBinary()]
] as const

export const servedRpcs = <E>(rpcs: Layer.Layer<never, E, RpcServer.Protocol>) => {
  const routes = Layer.provide(rpcs, RpcServer.layerProtocolHttp({ path: "/rpc" }))
  const server = Layer.provideMerge(HttpRouter.serve(routes, { disableLogger: true }), NodeHttpServer.layerTest)
  return Layer.unwrap(
    HttpServer.addressFormattedWith((address) => Effect.succeed(RpcClient.layerProtocolHttp({ url: `${address}/rpc` })))
  ).pipe(Layer.provide(FetchHttpClient.layer), Layer.provideMerge(server))
}
