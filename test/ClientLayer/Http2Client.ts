import { S3Client } from "@aws-sdk/client-s3"

/**
 * A class of clients whose own request handler says that it speaks HTTP/2, and tells when it is destroyed. Requests are
 * not its business.
 */
export const makeHttp2Client = () => {
  const given: Array<string> = []
  const destroyed: Array<string> = []

  class Http2Handler {
    readonly metadata = { handlerProtocol: "h2" }
    readonly region: string
    constructor(region: string) {
      this.region = region
    }
    handle() {
      return Promise.reject(new Error("not used"))
    }
    httpHandlerConfigs() {
      return {}
    }
    updateHttpClientConfig() {}
    destroy() {
      destroyed.push(this.region)
    }
  }

  const Http2Client: new(config: { readonly region: string }) => S3Client = class Http2Client extends S3Client {
    constructor(config: { readonly region: string }) {
      given.push(typeof ("requestHandler" in config ? config.requestHandler : undefined))
      super({ ...config, requestHandler: new Http2Handler(config.region) })
    }
  }

  return {
    Http2Client,
    /** What each constructor was given as its request handler. */
    given,
    /** The regions of the clients that were destroyed. */
    destroyed
  }
}
