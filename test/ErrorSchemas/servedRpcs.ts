/**
 * Remote calls over HTTP. It has a twin for Effect 4 in `scripts/effect4/test`.
 */
import { FetchHttpClient, HttpRouter, HttpServer } from "@effect/platform"
import { NodeHttpServer } from "@effect/platform-node"
import { RpcClient, RpcSerialization, RpcServer } from "@effect/rpc"
import { Effect, Layer } from "effect"

export const serializations = [
  ["JSON", RpcSerialization.layerNdjson],
  ["MessagePack", RpcSerialization.layerMsgPack]
] as const

/** What a client needs of calls that a server answers. */
export const servedRpcs = <E>(rpcs: Layer.Layer<never, E, RpcServer.Protocol>) => {
  const server = HttpRouter.Default.serve().pipe(
    Layer.provide(rpcs),
    Layer.provide(RpcServer.layerProtocolHttp({ path: "/rpc" })),
    Layer.provideMerge(NodeHttpServer.layerTest)
  )
  return Layer.unwrapEffect(
    HttpServer.addressFormattedWith((address) => Effect.succeed(RpcClient.layerProtocolHttp({ url: `${address}/rpc` })))
  ).pipe(Layer.provide(FetchHttpClient.layer), Layer.provideMerge(server))
}
