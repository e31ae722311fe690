/**
 * What others said, in one line.
 */
import { cutText } from "../../Cache/printing/cutText.js"

/** A text in one line, not longer than that, without what looks like a key, a token or a signature. */
export const oneLine = (text: string, longest: number): string =>
  cutText(
    text.slice(0, 10 * longest)
      .replace(/[\s\p{Cc}]+/gu, " ")
      .replace(/\bAWS4-HMAC-SHA256\b[^<>]*?Signature=[0-9a-f]*|\b(?:Signature|Credential)=[^\s,;&<>]+/gi, "[...]")
      .replace(/\bauthorization["']?\s*[:=]\s*["']?(?:(?:AWS|Basic|Bearer)\s+)?[^\s,;"'<>&]+/gi, "[...]")
      .replace(/\b[a-z-]{0,20}(?:security|session)-?token["']?\s*[:=]\s*["']?[^\s,;"'<>&]+/gi, "[...]")
      .replace(/\b(?:AKIA|ASIA)[A-Z0-9]{12,}\b|[A-Za-z0-9+/=_-]{80,}/g, "[...]")
      // A secret key has 40 characters; no name or number of S3 has such a mixture.
      .replace(
        /(?<![\w+/=-])(?=[a-z0-9+/]*[A-Z])(?=[A-Z0-9+/]*[a-z])(?=[A-Za-z+/]*\d)[A-Za-z0-9+/]{40}(?![\w+/=-])/g,
        "[...]"
      )
      .trim(),
    longest
  )
