/**
 * The secrets of a request, as an error may show them.
 */
import * as Predicate from "effect/Predicate"

/** The secrets of the request that was answered with an exception: Node's message knows the request it answers. */
export const sentSecrets = (cause: unknown): ReadonlySet<string> => {
  const response = Predicate.hasProperty(cause, "$response") ? cause.$response : undefined
  const body = Predicate.hasProperty(response, "body") ? response.body : undefined
  const request = Predicate.hasProperty(body, "req") ? body.req : undefined
  if (!Predicate.hasProperty(request, "getHeaders") || typeof request.getHeaders !== "function") return new Set()
  const headers: unknown = request.getHeaders()
  if (!Predicate.isRecord(headers)) return new Set()
  return new Set(
    Object.entries(headers)
      .filter(([name]) => /authorization|token|secret|cookie|customer-key$/i.test(name))
      .flatMap(([, value]) => Array.isArray(value) ? value : [value])
      .flatMap((value) => typeof value === "string" ? formsOf(value) : [])
      .filter((secret) => secret.length >= 4)
  )
}

/** A header's value as a server may say it back. */
const formsOf = (value: string): ReadonlyArray<string> => {
  const parts = [value, ...value.matchAll(/(?:Signature|Credential)=([^,\s]+)/g)].map((part) =>
    typeof part === "string" ? part : part[1] ?? ""
  )
  return parts.flatMap((part) => [
    part,
    encodeURIComponent(part),
    JSON.stringify(part).slice(1, -1),
    part.replaceAll("&", "&amp;").replaceAll("\"", "&quot;").replaceAll("<", "&lt;").replaceAll(">", "&gt;")
  ])
}
