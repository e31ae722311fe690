/**
 * Who asks for credentials, and what their source is shown of it.
 */
import * as Predicate from "effect/Predicate"
import { referenceId } from "../values/referenceId.js"
import { saltedDigest } from "../values/saltedDigest.js"

/** Who asks: a client, by its configuration, or the session itself. */
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

/** What tells those who ask apart, where a source of credentials looks at some of their fields. */
export const keyOfAsker = async (asker: CredentialAsker, fields: ReadonlyArray<string>): Promise<string> => {
  const values = await Promise.all(
    fields.map(async (field) => describe(await valueOf(asker, field).catch(() => "none")))
  )
  return JSON.stringify([fields, values])
}

const valueOf = async (asker: CredentialAsker, field: string): Promise<unknown> => {
  if (field === anyField) return asker.config === undefined ? undefined : `&${referenceId(asker.config)}`
  const value: unknown = field === "region" ? asker.region : Reflect.get(asker.config ?? {}, field)
  return typeof value === "function" && settings.has(field) ? Reflect.apply(value, asker.config, []) : value
}

// Not the value itself, which can be a secret.
const describe = (value: unknown): string => {
  if (typeof value === "function" || typeof value === "symbol") return `&${referenceId(value)}`
  if (typeof value !== "object" || value === null) return saltedDigest(`${typeof value} ${String(value)}`)
  try {
    return saltedDigest(JSON.stringify(value))
  } catch {
    return `&${referenceId(value)}`
  }
}

/** What a source of credentials is shown of a client. */
export interface ClientView {
  readonly profile?: string
  readonly region?: () => Promise<string>
  readonly requestHandler?: unknown
  readonly credentialDefaultProvider?: unknown
}

/**
 * What a source of credentials is shown of whoever asks: the configuration of the client as the SDK shows it, but for
 * the connections and for whose credentials roles are assumed with.
 *
 * Whoever copies all of it has not looked at anything yet: the SDK's providers do, and then call `region` of the copy.
 *
 * @param shown what it is shown instead of what the client has
 * @param onLook called with each field that the source reads by its name, or, if it is a function that provides a
 *   setting, calls; before it gets it
 */
export const clientView = (
  asker: CredentialAsker,
  shown: Pick<ClientView, "requestHandler" | "credentialDefaultProvider">,
  onLook: (field: string) => void
): ClientView => {
  const view: ClientView = {
    ...(asker.profile === undefined ? {} : { profile: asker.profile }),
    ...(asker.region === undefined ? {} : {
      region: async () => {
        onLook("region")
        const region: unknown = typeof asker.region === "function" ? await asker.region() : asker.region
        return typeof region === "string" ? region : ""
      }
    }),
    ...shown
  }
  for (const [name, descriptor] of Object.entries(Object.getOwnPropertyDescriptors(asker.config ?? {}))) {
    if (name === "profile" || Object.hasOwn(view, name)) continue
    const { value } = descriptor
    const provide = (...args: ReadonlyArray<unknown>): unknown => {
      onLook(name)
      return Reflect.apply(value, asker.config, args)
    }
    // As they are, getters included: some are there only once they are asked for.
    const isSetting = typeof value === "function" && settings.has(name)
    Object.defineProperty(view, name, isSetting ? { ...descriptor, value: provide } : descriptor)
  }
  let listed: PropertyKey | undefined
  return new Proxy(view, {
    getOwnPropertyDescriptor: (view, name) => {
      listed = name
      return Reflect.getOwnPropertyDescriptor(view, name)
    },
    get: (view, name) => {
      const value: unknown = Reflect.get(view, name)
      // Copying asks for the descriptor of each field, and reads it then.
      if (listed === name) listed = undefined
      else if (typeof name === "string" && !ignored.has(name) && !(settings.has(name) && typeof value === "function")) {
        onLook(name)
      }
      return value
    }
  })
}

/** Stands for all fields: by this, no two clients are the same. */
export const anyField = "*"

/** What the SDK makes functions of, which provide a setting. */
const settings = new Set([
  "region",
  "defaultsMode",
  "retryMode",
  "maxAttempts",
  "useFipsEndpoint",
  "useDualstackEndpoint",
  "endpoint"
])

/** What no credentials depend on, or, for the profile, what all are told apart by anyway. */
const ignored = new Set([
  "profile",
  "requestHandler",
  "credentials",
  "credentialDefaultProvider",
  "logger",
  "userAgentAppId"
])
