/**
 * How many tags an entry may carry, and how long they may be: a lookup asks for each of them.
 */

/** The most tags of an entry. */
export const mostTags = 64

/** The most characters (UTF-16 code units) of a tag. */
export const longestTag = 512

/** What is wrong with the tags of an entry, if anything is. No tag is shown. */
export const tagsFault = (tags: ReadonlyArray<string>): string | undefined => {
  if (tags.length > mostTags) return `it has ${tags.length} tags, but an entry has ${mostTags} at most`
  const long = tags.findIndex((tag) => tag.length > longestTag)
  return long < 0
    ? undefined
    : `its tag number ${long + 1} of ${tags.length} is too long: ${tagFault(tags[long] ?? "")}`
}

/** What is wrong with a tag, if anything is. The tag is not shown. */
export const tagFault = (tag: string): string | undefined =>
  tag.length > longestTag ? `it has ${tag.length} characters, but a tag has ${longestTag} at most` : undefined
