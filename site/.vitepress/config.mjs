/**
 * The site as VitePress builds it, from what build.mjs has staged.
 */
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { defineConfig } from "vitepress"
import { slugOf } from "../markdown.mjs"
import { basePath, buildFolder, effect, htmlFolder, namesFile, otherFile, pagesFolder, sidebarFile } from "../paths.mjs"
import { searchOptions, splitIntoSections } from "../search.mjs"
import { prepareTables } from "../tables.mjs"

const base = basePath()

/** Colours are nothing that can be searched for, and take the most time. */
const renderPlain = (markdown, source, env) => {
  const { highlight } = markdown.options
  markdown.options.highlight = (code) => `<pre><code>${markdown.utils.escapeHtml(code)}</code></pre>`
  try {
    return markdown.render(source, env)
  } finally {
    markdown.options.highlight = highlight
  }
}

/** A short name does not break at its hyphen. */
const keepShortCodeWhole = (markdown) => {
  const render = markdown.renderer.rules.code_inline
  markdown.renderer.rules.code_inline = (tokens, at, ...rest) => {
    if (tokens[at].content.length <= 24) tokens[at].attrJoin("class", "whole")
    return render(tokens, at, ...rest)
  }
}

const names = new Map(Object.entries(JSON.parse(readFileSync(namesFile, "utf8"))))

/** The names in the signatures of the reference lead to their pages. */
const linkSignatures = (markdown) => {
  const render = markdown.renderer.rules.fence
  const link = (word) => {
    const to = names.get(word)
    return to === undefined ? word : `<a href="${base}${to.slice(1)}.html">${word}</a>`
  }
  markdown.renderer.rules.fence = (tokens, at, options, env, self) => {
    const html = render(tokens, at, options, env, self)
    const isSignature = env.relativePath?.startsWith("api/") === true && !tokens[at].content.includes("import ")
    return isSignature
      ? html.replace("class=\"", "class=\"signature ").replaceAll(
        /(<span style="[^"]*">)([^<]*)(?=<\/span>)/g,
        (_, start, text) => start + text.replaceAll(/(?<!&)\b[A-Z]\w+/g, link)
      )
      : html
  }
}

const other = JSON.parse(readFileSync(otherFile, "utf8"))

/** The same page of the site for the other Effect, where it has one. */
const otherPage = (page) =>
  other.pages.includes(page)
    ? other.base + page.replace(/(^|\/)index\.md$/, "$1").replace(/\.md$/, ".html")
    : undefined

export default defineConfig({
  lang: "en",
  title: `effect-aws-cache for Effect ${effect}`,
  description: `Caching for Effect ${effect} programs on AWS`,
  base,
  srcDir: pagesFolder,
  outDir: htmlFolder,
  cacheDir: join(buildFolder, "cache"),
  head: [["link", { rel: "icon", href: `${base}icon.svg`, type: "image/svg+xml" }]],
  // With their endings, any static host finds the pages.
  cleanUrls: false,
  metaChunk: true,
  // The index of the search is large, and loaded by who searches only.
  vite: { build: { chunkSizeWarningLimit: 4000 } },
  markdown: {
    anchor: { slugify: slugOf },
    config: (markdown) => {
      keepShortCodeWhole(markdown)
      linkSignatures(markdown)
      prepareTables(markdown)
    }
  },
  transformPageData: ({ relativePath }) => ({ other: otherPage(relativePath) }),
  themeConfig: {
    logo: "/icon.svg",
    siteTitle: "effect-aws-cache",
    // On a phone this bar stays in sight.
    sidebarMenuLabel: `Menu (Effect ${effect})`,
    effect,
    other: other.base,
    nav: [
      { text: "Get started", link: "/getting-started" },
      { text: "Guides", link: "/guides/s3-cache", activeMatch: "/guides/" },
      { text: "Recipes", link: "/recipes/", activeMatch: "/recipes/" },
      { text: "Help", link: "/help/troubleshooting", activeMatch: "/help/" },
      { text: "API", link: "/api/", activeMatch: "/api/" }
    ],
    sidebar: JSON.parse(readFileSync(sidebarFile, "utf8")),
    outline: { level: [2, 3] },
    search: {
      provider: "local",
      options: {
        _render: (source, env, markdown) => renderPlain(markdown, source, env),
        miniSearch: { _splitIntoSections: splitIntoSections, searchOptions }
      }
    }
  }
})
