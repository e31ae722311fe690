/**
 * Whether a server answers as S3 does.
 */
import { type Answer, detailOf } from "./Answer.js"
import { isAbsent } from "./examineBucket.js"
import type { Facts } from "./Facts.js"
import { found, good, type Judgement, note, untried } from "./Finding.js"

/** Whether it answers only those who say that they pay. */
export const judgePayer = ({ absent, wantsPayer }: Facts): Judgement =>
  absent === undefined ? untried : wantsPayer === true
    ? found(
      "the bucket wants the requester to pay",
      "say RequestPayer: \"requester\" in putOptions, getOptions, deleteOptions and listOptions"
    )
    : good("the bucket's owner pays")

/** Whether it takes the checksums that the SDK sends. */
export const judgeChecksums = ({ demand, write }: Facts): Judgement =>
  write?.isDone !== true ? untried : demand === "no-checksums"
    ? found(
      "the server refuses a write with the checksum that the SDK sends, and takes it without",
      "say requestChecksumCalculation: \"WHEN_REQUIRED\" and responseChecksumValidation: \"WHEN_REQUIRED\" in clientConfig"
    )
    : good("checksums are taken")

const strong = (etag: string): string => etag.replace(/^W\//, "").replaceAll("\"", "")

/** Whether ETags tell one content from another, and are the same wherever they are told. */
export const judgeEtags = ({ list, read, rewrite, write }: Facts): Judgement => {
  if (write?.isDone !== true || read?.isDone !== true || rewrite?.isDone !== true) return untried
  const proxy = "look for a proxy or a server that does not hand on ETags"
  const [written, then, again] = [write.output.etag, read.output.etag, rewrite.output.etag].map(strong)
  if (written === "" || then === "") {
    return found(
      `${then === "" ? "a read" : "a write"} tells no ETag: there are no leases, no modify, no revalidation`,
      proxy
    )
  }
  if (written === again) {
    return found(
      "another content has the same ETag: writers overwrite each other, and old values count as unchanged",
      "this server cannot be the second level: its ETags are not of the content"
    )
  }
  const listed = list?.isDone === true && list.output !== undefined ? strong(list.output.etag) : undefined
  return written !== then || (listed !== undefined && listed !== "" && listed !== written)
    ? found(
      `the same object has one ETag ${
        written === then ? "in a list" : "when it is read"
      } and another when it is written`,
      proxy
    )
    : good("tell contents apart")
}

/** Whether what is known already is not sent again. */
export const judgeUnchanged = ({ unchanged }: Facts): Judgement =>
  unchanged === undefined ? untried : unchanged.status === 304
    ? good("what is known already is not sent again (304)")
    : found(
      unchanged.isDone
        ? "if-none-match is ignored by reads: each revalidation transfers the whole entry"
        : `reads with if-none-match fail. ${detailOf(unchanged)}`,
      "look for a proxy that takes the header away"
    )

/** Whether the first bytes of an object can be had alone. */
export const judgeRanges = ({ ranged }: Facts): Judgement => {
  if (ranged === undefined) return untried
  if (ranged.isDone && ranged.output.body === "what") return good("the first bytes can be had alone")
  return found(
    ranged.isDone
      ? "ranges are ignored: list, purge and remove transfer whole entries"
      : `reads of the first bytes fail. ${detailOf(ranged)}`,
    "look for a proxy that takes the header away"
  )
}

const isRefused = (answer: Answer<unknown>) => answer.status === 412 || answer.status === 409 || isAbsent(answer)

/** Whether writes on a condition do what they say, which `add`, `modify` and leases need. */
export const judgeConditionalWrites = ({ addToExisting, replace, write }: Facts): Judgement => {
  if (addToExisting === undefined || replace === undefined) return untried
  const lost = "without them there is no add, modify and lease: they fail with ConditionalWritesUnsupported"
  const ignored = [
    ...(addToExisting.isDone ? ["if-none-match: *"] : []),
    ...(replace.wrong.isDone ? ["if-match"] : [])
  ]
  if (ignored.length > 0) {
    const hasVersions = write?.isDone === true && write.output.versionId !== undefined
    return found(
      `${ignored.join(" and ")} ignored: the object was written in place of another. ${lost}`,
      hasVersions
        ? "take a bucket without versions, where some servers honour what they ignore in others, or a newer server"
        : "take a newer server"
    )
  }
  if (!isRefused(addToExisting)) {
    return found(`if-none-match: * is not understood. ${detailOf(addToExisting)}`, `take a newer server: ${lost}`)
  }
  if (!isRefused(replace.wrong) || !replace.right.isDone) {
    return found(
      `if-match is not understood. ${detailOf(isRefused(replace.wrong) ? replace.right : replace.wrong)}`,
      "take a newer server: modify, and leases that are taken over, need it"
    )
  }
  return good("if-none-match and if-match are honoured")
}

/** Whether removals on a condition do what they say. The cache does without them. */
export const judgeConditionalDeletes = ({ removeIfMatch }: Facts): Judgement => {
  if (removeIfMatch === undefined) return untried
  const { right, wrong } = removeIfMatch
  const todo = "say conditionalDeletes: \"off\": the cache does without, and need not find out"
  if (wrong.isDone) return note("if-match is ignored by removals", todo)
  return isRefused(wrong) && right.isDone
    ? good("if-match is honoured")
    : note(`if-match is not understood by removals. ${detailOf(isRefused(wrong) ? right : wrong)}`, todo)
}
