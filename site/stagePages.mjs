/**
 * Puts the pages of the repository where VitePress finds them: under the addresses of pages.mjs, with their links turned
 * to the addresses, and with the pictures that they show. The pages of the repository stay as GitHub shows them.
 */
import { existsSync } from "node:fs"
import { cp, mkdir, readFile, stat, writeFile } from "node:fs/promises"
import { dirname, join, posix } from "node:path"
import { markedBlock } from "../scripts/lib/examples.mjs"
import { root } from "../scripts/lib/run.mjs"
import { filesUnder } from "../scripts/lib/sources.mjs"
import { darkPicture, lightPicture } from "./darkPicture.mjs"
import { changeLinks, sectionsOf, titleOf } from "./markdown.mjs"
import { places } from "./pages.mjs"
import { effect, pagesFolder, siteFolder } from "./paths.mjs"
import { repositoryLink } from "./sources.mjs"

const read = (path) => readFile(join(root, path), "utf8")

const write = async (path, text) => {
  const file = join(pagesFolder, path)
  await mkdir(dirname(file), { recursive: true })
  await writeFile(file, text)
}

const isFolder = (path) => stat(join(root, path)).then((found) => found.isDirectory(), () => false)

/** The pages of the repository that have no place in the sidebar. */
export const pagesWithoutPlace = async () => {
  const placed = new Set(places.flatMap(({ pages }) => pages.map(({ file }) => file)))
  return [...await filesUnder("docs", [".md"]), ...await filesUnder("bench/results", [".md"])]
    .filter((file) => !placed.has(file))
}

/** A page for each example, and one with all of them. */
const examplePages = async (readme) => {
  const files = await filesUnder("examples", [".ts"])
  const pages = await Promise.all(files.map(async (file) => {
    const code = await read(file)
    const name = file.replace(/^examples\//, "")
    return { file, name, to: file.replace(/\.ts$/, "").replaceAll(".", "-"), code, purpose: purposeOf(code) }
  }))
  const list = pages.map(({ name, purpose, to }) =>
    `- [${name}](${posix.relative("examples", to)}.md)${purpose === "" ? "" : `: ${purpose}`}`
  )
  return [
    {
      file: "examples",
      to: "examples/index",
      generated: true,
      text: `# Examples\n\nPrograms that run, and are run by the tests.\n\n${list.join("\n")}\n`
    },
    ...pages.map(({ code, file, name, to }) => ({
      file,
      to,
      generated: true,
      text: `# ${name}\n\n\`\`\`sh\n${
        installLine(code, readme)
      }\n\`\`\`\n\n\`\`\`ts\n${code.trim()}\n\`\`\`\n\n[All examples](${
        posix.relative(posix.dirname(to), "examples/index")
      }.md)\n`
    }))
  ]
}

/** What installs the packages that a program imports, in the versions that README names. */
const installLine = (code, readme) => {
  const imported = Array.from(
    code.matchAll(/from "((?:@[\w-]+\/)?[a-z][\w-]*)(?:\/[^"]*)?"/g),
    ([, name = ""]) => name
  )
  const platform = /@effect\/platform@/.test(readme) ? ["@effect/platform"] : []
  const names = new Set(["effect-aws-cache", "effect", ...platform, ...imported])
  // What @effect/vitest and sessions need beside them.
  if (names.has("@effect/vitest")) names.add("vitest")
  if (/\bSession\b/.test(code)) names.add("@smithy/core").add("@aws-sdk/credential-providers")
  const versions = new Map(
    Array.from(readme.matchAll(/(?<= )((?:@[\w-]+\/)?[a-z][\w-]*)@(\d[\d.]*)/g), ([, name, version]) => [name, version])
  )
  return `npm install ${
    Array.from(names, (name) => (versions.has(name) ? `${name}@${versions.get(name)}` : name)).join(" ")
  }`
}

/** The first sentence of a file's docstring. */
const purposeOf = (code) => {
  const comment = /^\/\*\*([^]*?)\*\//.exec(code)?.[1] ?? ""
  const text = comment.replaceAll(/^\s*\* ?/gm, "").split(/\n\s*\n|^@/m)[0]?.replaceAll(/\s+/g, " ").trim() ?? ""
  return text === "" ? "" : text.charAt(0).toLowerCase() + text.slice(1)
}

/** The front page: the words of README, said once, and the first program of Getting started. */
const frontPage = (readme, sample) => {
  const [, introduction = ""] = /^# .*\n+([^]*?)(?=^## )/m.exec(readme) ?? []
  const [tagline = "", ...rest] = introduction.trim().split(/\n{2,}/)
  const plain = tagline.replaceAll(/\[([^\]]*)\]\([^)]*\)/g, "$1").replaceAll("`", "").replaceAll("\n", " ")
  const command = /^npm install .*$/m.exec(sectionsOf(readme, ["Install"]))?.[0]
  if (command === undefined) throw new Error("README.md has no line \"npm install ...\" under \"Install\"")
  const hero = [
    "layout: home",
    "hero:",
    "  name: effect-aws-cache",
    `  tagline: ${JSON.stringify(plain)}`,
    "  actions:",
    "    - { theme: brand, text: Get started, link: /getting-started }",
    "    - { theme: alt, text: Guides, link: /guides/s3-cache }",
    "    - { theme: alt, text: API reference, link: /api/ }"
  ]
  return [
    `---\n${hero.join("\n")}\n---`,
    `\`\`\`sh\n${command}\n\`\`\``,
    `\`\`\`ts\n${sample.trim()}\n\`\`\``,
    rest.join("\n\n"),
    sectionsOf(readme, ["Which part do I need?"])
  ].join("\n\n")
}

/** All pages as `{ file, to, text }`: a file of the repository may be several pages, and the first is meant by links. */
const findPages = async () => {
  const placed = places.flatMap(({ pages }) => pages).filter(({ file }) => file !== "examples")
  const readme = await read("README.md")
  const sample = markedBlock(await read("docs/getting-started.md"), "file: hello.ts")
  const pages = await Promise.all(placed.map(async ({ file, sections, to }) => {
    const whole = await read(file).catch(() => {
      throw new Error(`site/pages.mjs has a place for ${file}, which is not there`)
    })
    const text = sections === undefined ? whole : sectionsOf(whole, sections).replace(/^## /, "# ")
    const isMeasured = effect === "4" && file.startsWith("bench/")
    return {
      file,
      to,
      text: isMeasured ? text.replace(/^# .*$/m, "$&\n\nMeasured with the version for Effect 3.") : text
    }
  }))
  return [{ file: "README.md", to: "index", text: frontPage(readme, sample) }, ...pages, ...await examplePages(readme)]
}

/** Which section of README stands on which page, for links to it. */
const addressOf = (pages) => {
  const byFile = new Map(pages.toReversed().map(({ file, to }) => [file, to]))
  return async (path) => {
    const known = byFile.get(path)
    if (known !== undefined) return known
    if (!await isFolder(path)) return undefined
    return [`${path}/README.md`, ...Array.from(byFile.keys()).filter((file) => file.startsWith(`${path}/`))]
      .map((file) => byFile.get(file)).find((to) => to !== undefined)
  }
}

const relative = (from, to) => {
  const path = posix.relative(posix.dirname(from), to)
  return path.startsWith(".") ? path : `./${path}`
}

const darkName = (path) => path.replace(/\.svg$/, ".dark.svg")

/** What is drawn for a phone stands beside the picture. */
const narrowName = (path) => path.replace(/\.svg$/, ".narrow.svg")

/** A picture that follows the colours of the site, and the width when it is drawn for a phone too. */
const picture = ({ label, narrow, wide }) =>
  [["light-only", (path) => path], ["dark-only", darkName]].map(([name, coloured]) => {
    const image = `<img class="${name}" src="${coloured(wide)}" alt="${label}" tabindex="0">`
    return narrow === undefined
      ? image
      : `<picture><source media="(max-width: 640px)" srcset="${coloured(narrow)}">${image}</picture>`
  }).join("")

const escapeHtml = (text) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll("\"", "&quot;")

const stagePage = async (page, find, pictures) => {
  const links = new Map()
  const sources = []
  changeLinks(page.text, ({ target, whole }) => {
    sources.push(target)
    return whole
  })
  for (const target of new Set(sources)) {
    const [path = "", anchor] = target.split("#")
    if (page.generated === true || path === "") continue
    const file = posix.join(posix.dirname(page.file), path)
    const to = await find(file.replace(/\/$/, ""))
    links.set(target, { file, to, anchor })
  }
  const text = changeLinks(page.text, ({ isPicture, label, target, whole }) => {
    const link = links.get(target)
    if (link === undefined) return whole
    if (isPicture) {
      pictures.add(link.file)
      const wide = relative(page.to, `pictures/${link.file}`)
      if (!link.file.endsWith(".svg")) return `![${label}](${wide})`
      const hasNarrow = existsSync(join(root, narrowName(link.file)))
      if (hasNarrow) pictures.add(narrowName(link.file))
      return picture({ label: escapeHtml(label), wide, narrow: hasNarrow ? narrowName(wide) : undefined })
    }
    if (link.to === undefined) return `[${label}](${repositoryLink(link.file)})`
    return `[${label}](${relative(page.to, `${link.to}.md`)}${link.anchor === undefined ? "" : `#${link.anchor}`})`
  })
  await write(`${page.to}.md`, text)
}

const stagePicture = async (path) => {
  const target = `pictures/${path}`
  if (!path.endsWith(".svg")) return cp(join(root, path), join(pagesFolder, target))
  const svg = await read(path)
  await write(target, lightPicture(svg))
  await write(darkName(target), darkPicture(svg))
}

/** Stages all pages, and returns the sidebar of the guides. */
export const stagePages = async () => {
  const placed = await findPages()
  // They are built, so that they can be looked at, but it is a problem.
  const lost = await Promise.all((await pagesWithoutPlace()).map(async (file) => ({
    file,
    to: file.replace(/\.md$/, ""),
    text: await read(file)
  })))
  const pages = [...placed, ...lost]
  const find = addressOf(pages)
  const pictures = new Set()
  const problems = lost.map(({ file }) => `${file} has no place in the sidebar: give it one in site/pages.mjs`)
  await Promise.all(pages.map((page) => stagePage(page, find, pictures)))
  await Promise.all(Array.from(pictures, stagePicture))
  await cp(join(siteFolder, "public"), join(pagesFolder, "public"), { recursive: true })
  const titles = new Map(pages.map(({ text, to }) => [to, titleOf(text)]))
  const sidebar = places.map(({ pages: placed, text }) => ({
    text,
    items: placed.map((place) => ({
      text: place.text ?? titles.get(place.to) ?? place.to,
      link: `/${place.to.replace(/(^|\/)index$/, "$1")}`
    }))
  }))
  return { problems, sidebar, pages: pages.length }
}
