/**
 * Endpoints given as text or as a `URL`.
 */
import * as Option from "effect/Option"
import { isUrl } from "./plainData.js"

/**
 * An endpoint as keys compare it: an absolute `http:` or `https:` URL, written as the WHATWG URL standard writes it
 * (lower-case scheme and host, no default port, `/` for an empty path, no blanks around it), which is also how the SDK
 * takes it. A fragment is dropped; it never reaches a server.
 */
const endpointUrl = (input: unknown): string | undefined => {
  const href = typeof input === "string" ? input : isUrl(input) ? input.href : ""
  // The URL parser alone is too kind: it takes "http:host", "http:\\host" and "http:///host".
  if (!/^\s*https?:\/\/[^\s/?#\\]/i.test(href) || !URL.canParse(href)) return undefined
  const url = new URL(href)
  url.hash = ""
  return url.href
}

/** What an endpoint field can be, for messages. */
export const acceptedEndpoint = "an absolute http: or https: URL such as \"http://127.0.0.1:9000\", an endpoint "
  + "object, or a function that provides one"

const known = new Map<string, string>()
const knownLimit = 256

/** Normalises an endpoint that is a string or a `URL`, or returns `None` for what is no absolute HTTP URL. */
export const normaliseEndpoint = (input: unknown): Option.Option<string> => {
  const remembered = typeof input === "string" ? known.get(input) : undefined
  if (remembered !== undefined) return Option.some(remembered)
  const url = endpointUrl(input)
  if (url === undefined) return Option.none()
  // An endpoint that may carry a secret is not remembered.
  if (typeof input === "string" && !/[@?]/.test(input) && known.size < knownLimit) known.set(input, url)
  return Option.some(url)
}

/**
 * An endpoint as it may be shown: what stands before an `@` (a user and a password) and behind a `?` (signatures,
 * tokens) is masked, in malformed text too.
 */
export const printEndpoint = (endpoint: string): string => {
  const scheme = /^[a-z][a-z0-9+.-]*:\/\//i.exec(endpoint)?.[0] ?? ""
  const rest = endpoint.slice(scheme.length)
  const at = rest.lastIndexOf("@")
  const shown = (at === -1 ? rest : `***${rest.slice(at)}`).replace(/[?#].*$/s, "?***")
  const printed = scheme + shown.replace(/^([^/]*)\/$/, "$1")
  return printed.length > 120 ? `${printed.slice(0, 117)}...` : printed
}
