/**
 * Markdown as the repository has it: headings, sections, links.
 */

/** What GitHub makes of a heading, for links to it; the site does the same. */
export const slugOf = (heading) =>
  heading.trim().toLowerCase().replaceAll(/[^\p{L}\p{N} _-]/gu, "").replaceAll(" ", "-")

/** The parts of a text that are code in fences (at odd places), and those between them. */
const splitAtCode = (text) => text.split(/^((?: *)(`{3,}|~{3,})[^]*?^ *\2 *$)/gm).filter((_, at) => at % 3 !== 2)

/** Changes a text, but not the code in it. */
export const changeProse = (text, change) =>
  splitAtCode(text).map((part, at) => (at % 2 === 1 ? part : change(part))).join("")

/** The first heading of a page, without its marks. */
export const titleOf = (text) => /^# (.*)$/m.exec(text)?.[1]?.replaceAll(/[`*]/g, "")

/** The sections of a text with these headings of the second level, and of what stands before all: `""`. */
export const sectionsOf = (text, headings) => {
  const fenced = splitAtCode(text).map((part, at) => (at % 2 === 1 ? part.replaceAll(/^#/gm, "\0#") : part)).join("")
  const sections = new Map(fenced.split(/^(?=## )/m).map((section) => [/^## (.*)/.exec(section)?.[1] ?? "", section]))
  return headings.map((heading) => {
    const section = sections.get(heading)
    if (section === undefined) {
      throw new Error(
        `there is no section "${heading}"; there are: ${Array.from(sections.keys()).filter(Boolean).join(", ")}`
      )
    }
    return section.replaceAll("\0#", "#").trim()
  }).join("\n\n")
}

/** Replaces the targets of the links and pictures of a page that are no addresses: `change(target, isPicture)`. */
export const changeLinks = (text, change) =>
  changeProse(text, (prose) =>
    prose.replaceAll(
      /(!?)(\[(?:[^\][]|\[[^\]]*\])*\])\(([^()\s]+)\)/g,
      (whole, mark, label, target) =>
        /^[a-z][a-z+.-]*:/i.test(target)
          ? whole
          : change({ isPicture: mark === "!", label: label.slice(1, -1), target, whole })
    ))
