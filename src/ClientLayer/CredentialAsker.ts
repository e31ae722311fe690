/**
 * Who asks for credentials, and what their source is shown of it.
 *
 * @since 0.1.0
 */
import * as Predicate from "effect/Predicate"

/**
 * Who asks: a client, by its configuration, or the session itself.
 *
 * @since 0.1.0
 * @category models
 */
export interface CredentialAsker {
  /** The configuration of the client as the SDK resolved it; none when no client asks. */
  readonly config: object | undefined
  readonly profile: string | undefined
  /** Its region, as the SDK takes it: a name, or a function that provides one. */
  readonly region: unknown
}

/**
 * Who asks, by what the SDK says to a credential provider.
 *
 * @param properties what the provider is called with
 * @param otherwise the client, when the SDK does not say: it was not always that it did
 * @param session the session, for what is not known of a client
 * @since 0.1.0
 * @category constructors
 */
export const askerOf = (
  properties: object,
  otherwise: { readonly profile?: unknown; readonly region?: unknown },
  session: CredentialAsker
): CredentialAsker => {
  const { callerClientConfig }: { readonly callerClientConfig?: unknown } = properties
  const config = Predicate.isObject(callerClientConfig) ? callerClientConfig : undefined
  const { profile, region }: { readonly profile?: unknown; readonly region?: unknown } = config ?? otherwise
  return {
    config,
    profile: typeof profile === "string" ? profile : session.profile,
    region: region ?? (config === undefined ? session.region : undefined)
  }
}

/**
 * The region of who asks, `""` when there is none.
 *
 * @since 0.1.0
 * @category getters
 */
export const regionOfAsker = ({ region }: CredentialAsker): Promise<string> => provide(region).then(name, () => "")

/**
 * What a source of credentials is shown of a client.
 *
 * @since 0.1.0
 * @category models
 */
export interface ClientView {
  readonly profile?: string
  readonly region?: () => Promise<string>
  readonly requestHandler?: unknown
  readonly credentialDefaultProvider?: unknown
}

/**
 * What a source of credentials is shown of who asks: the configuration of the client as the SDK shows it, but for the
 * connections and for whose credentials roles are assumed with.
 *
 * @param shown what it is shown instead of what the client has
 * @param onRegion called when the source calls the `region` function, before it gets the region
 * @since 0.1.0
 * @category constructors
 */
export const clientView = (
  asker: CredentialAsker,
  shown: Pick<ClientView, "requestHandler" | "credentialDefaultProvider">,
  onRegion: (region: string) => void
): ClientView => {
  const view: ClientView = {
    ...(asker.profile === undefined ? {} : { profile: asker.profile }),
    ...(asker.region === undefined ? {} : {
      region: () =>
        provide(asker.region).then((region) => {
          onRegion(name(region))
          return name(region)
        })
    }),
    ...shown
  }
  // As they are, getters included: some are there only once they are asked for.
  const others = Object.entries(Object.getOwnPropertyDescriptors(asker.config ?? {}))
    .filter(([name]) => !Object.hasOwn(view, name))
  return Object.defineProperties(view, Object.fromEntries(others))
}

const provide = async (region: unknown): Promise<unknown> =>
  typeof region === "function" ? Reflect.apply(region, undefined, []) : region

const name = (region: unknown): string => typeof region === "string" ? region : ""
