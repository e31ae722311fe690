/**
 * The API reference as Markdown: one page for each export of each entry point, from the docstrings, by TypeDoc. What
 * TypeDoc warns of is a problem.
 */
import { readFile } from "node:fs/promises"
import { join, posix, relative, sep } from "node:path"
import { root } from "../scripts/lib/run.mjs"
import { manifest, pagesFolder } from "./paths.mjs"
import { sourceLink } from "./sources.mjs"
import { giveTypeDocTypeScript6, nameTypes } from "./typescript6.mjs"

giveTypeDocTypeScript6()

const { Application, Comment, Context, ReflectionKind } = await import("typedoc")
const { checkTypes } = await import("./checkTypes.mjs")
const { MarkdownPageEvent } = await import("typedoc-plugin-markdown")

nameTypes(Context)

/** `{ name, source }` of each entry point; the one that hands on what others have is last, so that they own it. */
const entryPoints = () =>
  Object.entries(manifest.exports)
    .flatMap(([path, target]) => target.types === undefined ? [] : [{ path, types: target.types }])
    .map(({ path, types }) => ({
      name: posix.join(manifest.name, path),
      source: types.replace("./dist/", "src/").replace(/\.d\.ts$/, ".ts")
    }))
    .sort((a, b) => Number(a.name === manifest.name) - Number(b.name === manifest.name))

/** Types that only make others readable, or that a user of the library never names. */
const notExported = ["ConstructorConfig", "WithRedacted", "DynamoDBClientClass"]

/** Leaves out what says nothing to a reader: where a member was inherited from, and that tags are classes. */
const tidy = (project) => {
  for (const reflection of project.getReflectionsByKind(ReflectionKind.All)) {
    for (const name of ["inheritedFrom", "overwrites", "implementationOf"]) delete reflection[name]
    if (!reflection.kindOf(ReflectionKind.Class)) continue
    const isTag = reflection.extendedTypes?.some(({ name }) => /^(TagClass)?Shape$/.test(name)) === true
    if (!isTag) continue
    delete reflection.typeHierarchy
    for (const child of reflection.children?.filter((each) => each.kindOf(ReflectionKind.Constructor)) ?? []) {
      project.removeReflection(child)
    }
    reflection.groups = reflection.groups?.filter(({ title }) => title !== "Constructors")
  }
}

/** Sources are those of the repository, not of the packages that it needs. */
const linkSources = (project) => {
  for (const reflection of Object.values(project.reflections)) {
    for (const source of reflection.sources ?? []) {
      source.fileName = relative(root, source.fullFileName).split(sep).join("/")
      source.url = sourceLink(source.fileName, source.line)
    }
    const own = reflection.sources?.filter(({ fileName }) => fileName.startsWith("src/"))
    if (own?.length === 0) {
      delete reflection.sources
      // What others describe is described there.
      delete reflection.comment
    } else if (own !== undefined) reflection.sources = own
  }
}

/** Names each module as it is imported, and describes it as its file does. */
const nameModules = async (project, entries) => {
  for (const module of project.children ?? []) {
    const entry = entries.find(({ source }) => module.name === source.replace(/(\/index)?\.ts$/, ""))
    if (entry === undefined) throw new Error(`the module ${module.name} is no entry point of package.json`)
    const [, text = ""] = /^\/\*\*([^]*?)\*\//.exec(await readFile(join(root, entry.source), "utf8")) ?? []
    const description = text.replaceAll(/^\s*\* ?/gm, "").split(/^@/m)[0].trim()
    module.name = entry.name
    module.comment = new Comment([{ kind: "text", text: description }])
  }
  for (const list of [project.children ?? [], ...project.groups?.map(({ children }) => children) ?? []]) {
    list.sort((a, b) => (a.name < b.name ? -1 : 1))
  }
}

const capital = (text) => text.charAt(0).toUpperCase() + text.slice(1)

/** Signatures have the types of their parameters; a table of them says more only where it has descriptions. */
const polish = (markdown) =>
  markdown
    .replaceAll(/^#+ Type Parameters\n\n\|(?![^\n]*Description)[^\n]*\n(?:\|[^\n]*\n)*\n?/gm, "")
    .replaceAll(/^\*\*\*\n\n/gm, "")
    .replaceAll(/^(#+ )([a-z][a-z ]*)$/gm, (whole, marks, text) => (marks === "## " ? marks + capital(text) : whole))
    .replaceAll(/^Defined in: (\[[^\n]*\]\([^\n]*\))$/gm, "$1{.source}")

/** The way to a page ends with what it is about, whose name is the title. */
const withKind = (markdown, { kind }) =>
  markdown.replace(/^(\[API\].*) \/ \S+$/m, `$1 / ${ReflectionKind.singularString(kind).toLowerCase()} {.way}`)

/** What a module only hands on is a list. */
const listHandedOn = (markdown) =>
  markdown
    .replaceAll(/^### (\S+)\n\n(?:Renames and re|Re)-exports \[[^\n]*\]\(([^\n]*)\)\n+/gm, "- [$1]($2)\n")
    .replaceAll(/^- .*\n(?=## )/gm, "$&\n")
    .replace(/^## (?:Other|References)\n/m, "## From other entry points\n")
    .replace(/^\[API\].*$/m, "$& {.way}")

const categoryOf = (reflection) =>
  (reflection.comment ?? reflection.signatures?.[0]?.comment)?.getTag("@category")?.content
    .map(({ text }) => text).join("").trim() ?? "others"

const linkOf = ({ url }) => `/api/${url.replace(/(^|\/)index\.md$/, "$1").replace(/\.md$/, "")}`

/** The sidebar of the reference: all entry points, and of one of them what it exports. */
const sidebarOf = (pages) => {
  const modules = pages.filter(({ model }) => model.kindOf(ReflectionKind.Module))
  const entry = (page) => ({ text: page.model.name.replace(`${manifest.name}/`, ""), link: linkOf(page) })
  const byName = (a, b) => (a.text < b.text ? -1 : 1)
  const overview = modules.map(entry).sort(byName)
  const sidebars = modules.map((page) => {
    const members = pages.filter(({ model }) => model.parent === page.model)
    const categories = groupBy(members)
    const sections = Array.from(
      categories,
      ([category, group]) => ({ text: capital(category), collapsed: false, items: group.map(entry).sort(byName) })
    )
    return [linkOf(page), [
      { text: page.model.name, link: linkOf(page), items: [] },
      ...sections.sort(byName),
      { text: "All entry points", collapsed: true, items: overview }
    ]]
  })
  return Object.fromEntries([["/api/", [{ text: "API reference", link: "/api/", items: overview }]], ...sidebars])
}

/** The page of each name that only one entry point has. */
const namesOf = (pages) => {
  const named = pages.filter(({ model }) => !model.kindOf(ReflectionKind.SomeModule))
  const names = new Map()
  for (const { model, url } of named) names.set(model.name, names.has(model.name) ? undefined : linkOf({ url }))
  return Object.fromEntries(Array.from(names).filter(([, link]) => link !== undefined))
}

const groupBy = (pages) => {
  const groups = new Map()
  for (const page of pages) {
    const category = categoryOf(page.model)
    groups.set(category, [...groups.get(category) ?? [], page])
  }
  return groups
}

/** Stages the reference under `api`, and returns its sidebar and what TypeDoc warned of. */
export const stageApi = async () => {
  const entries = entryPoints()
  const app = await Application.bootstrapWithPlugins({
    plugin: ["typedoc-plugin-markdown"],
    entryPoints: entries.map(({ source }) => join(root, source)),
    tsconfig: join(root, "src", "tsconfig.json"),
    basePath: root,
    name: "API reference",
    out: join(pagesFolder, "api"),
    cleanOutputDir: true,
    alwaysCreateEntryPointModule: true,
    // The repository's own compiler does this.
    skipErrorChecking: true,
    logLevel: "Warn",
    readme: "none",
    disableGit: true,
    // Without Git TypeDoc wants one; linkSources says where they lead.
    sourceLinkTemplate: "{path}",
    excludeInternal: true,
    excludePrivate: true,
    excludeProtected: true,
    intentionallyNotExported: notExported,
    excludeExternals: true,
    excludeTags: ["@since"],
    validation: { notExported: true, invalidLink: true, rewrittenLink: true, unusedMergeModuleWith: true },
    router: "member",
    entryFileName: "index",
    hidePageHeader: true,
    useCodeBlocks: true,
    expandObjects: true,
    parametersFormat: "table",
    indexFormat: "table",
    typeAliasPropertiesFormat: "table",
    sanitizeComments: true,
    useHTMLEncodedBrackets: true,
    pageTitleTemplates: { index: "API reference", module: "{name}", member: "{name}" },
    textContentMappings: { "breadcrumbs.home": "API" },
    tableColumnSettings: { hideSources: true, hideInherited: true, hideOverrides: true }
  })
  const pages = []
  app.renderer.on(MarkdownPageEvent.END, (page) => {
    const isModule = page.model.kindOf?.(ReflectionKind.SomeModule) === true
    page.contents = polish(isModule ? listHandedOn(page.contents ?? "") : withKind(page.contents ?? "", page.model))
    pages.push(page)
  })
  const project = await app.convert()
  if (project === undefined) throw new Error("TypeDoc could not read the sources")
  tidy(project)
  linkSources(project)
  await nameModules(project, entries)
  app.validate(project)
  await app.generateOutputs(project)
  return {
    problems: checkTypes(project, pages),
    warnings: app.logger.warningCount + app.logger.errorCount,
    sidebar: sidebarOf(pages),
    names: namesOf(pages)
  }
}
