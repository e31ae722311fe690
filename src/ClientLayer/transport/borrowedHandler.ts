/**
 * A request handler in the hands of somebody who does not own it.
 */

/**
 * What a client is given of a handler that is not its own: with the handler itself, `client.destroy()` would close the
 * connections of all, and a client with a logger would change the handler's configuration for all.
 */
export const borrowedHandler = (handler: object): object => {
  const { handle, metadata }: { readonly handle?: unknown; readonly metadata?: unknown } = handler
  return {
    metadata,
    handle: (...args: ReadonlyArray<unknown>): unknown =>
      typeof handle === "function" ? Reflect.apply(handle, handler, args) : undefined,
    updateHttpClientConfig: () => {},
    httpHandlerConfigs: () => ({}),
    destroy: () => {}
  }
}
