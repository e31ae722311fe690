/**
 * Texts in configurations that tell nobody anything.
 */
import * as regionData from "../regions/regionData.js"

/**
 * Whether a text of a configuration may be shown although its key does not show it, because to mask it would make
 * messages unreadable and hide nothing: one of less than 4 characters, a number of less than 6 digits, the name of a
 * region, partition or service of AWS, and words of the SDK and of HTTP (`"https"`, `"localhost"`, `"standard"`, `"info"`).
 */
export const isHarmless = (text: string): boolean =>
  text.trim().length < 4 || /^\d{1,5}$/.test(text) || words().has(text.toLowerCase())

/**
 * Whether the name of a field looks like one: words of letters, such as `"x-api-key"` or `"base64Encoder"`, with at most 4
 * digits in them.
 */
export const isNameLike = (name: string): boolean =>
  name.length <= 40 && /^[$_@]{0,2}[a-z]+(?:(?:\d+|[-_.:/ ])[a-z]+)*[-_]?\d*$/i.test(name)
  && name.replaceAll(/\D/g, "").length <= 4

/** Whether what stands under a name is a secret by that name, however harmless it looks. */
export const isSecretName = (name: string): boolean =>
  /pass(?:word|phrase|wd|code)?$|secret|token|authorization|api-?key|private/i.test(name)

let unpacked: ReadonlySet<string> | undefined

const words = (): ReadonlySet<string> =>
  unpacked ??= new Set([
    ...common.trim().split(/\s+/),
    ...regionData.partitions.flatMap(({ name, regions }) => [name, ...regions.trim().split(/\s+/)]),
    ...regionData.services.trim().split(/\s+/).flatMap((word) => word.split(":").slice(0, 2).join().split(","))
  ])

const common = `
true false null undefined none auto default disabled enabled preferred required optional supported always never
when_supported when_required standard adaptive legacy in-region cross-region mobile production staging development test
http https http: https: http:// https:// http/1.0 http/1.1 tcp4 tcp6 ipv4 ipv6 localhost 127.0.0.1 0.0.0.0 ::1
get head put post patch delete options connect
basic bearer digest negotiate aws4-hmac-sha256 sigv4 sigv4a aws.auth#sigv4 aws.auth#sigv4a
smithy.api#httpbearerauth smithy.api#noauth sha1 sha256 crc32 crc32c crc64nvme md5
trace debug info warn warning error fatal silent verbose
utf8 utf-8 utf16le ascii latin1 base64 hex binary gzip deflate identity chunked close keep-alive
text/plain text/xml application/json application/xml application/octet-stream application/x-www-form-urlencoded
lifo fifo node browser react-native tlsv1 tlsv1.1 tlsv1.2 tlsv1.3
credentials_code credentials_profile credentials_env_vars
`
