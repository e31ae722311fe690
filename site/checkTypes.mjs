/**
 * Checks the signatures of the reference: a type that needs arguments is shown with them.
 */
import { ReflectionKind } from "typedoc"

/** Types of TypeScript itself that need arguments. */
const builtIn = [
  "Exclude",
  "Extract",
  "NoInfer",
  "NonNullable",
  "Omit",
  "Partial",
  "Pick",
  "Promise",
  "Readonly",
  "Record"
]

const needsArguments = ({ typeParameters }) =>
  typeParameters?.[0] !== undefined && typeParameters[0].default === undefined

/** The types of the library that need arguments, under names that mean nothing else. */
const genericNames = (project) => {
  const named = new Map()
  for (const reflection of project.getReflectionsByKind(ReflectionKind.SomeExport | ReflectionKind.TypeParameter)) {
    named.set(reflection.name, [...named.get(reflection.name) ?? [], reflection])
  }
  return Array.from(named).filter(([, all]) => all.every(needsArguments)).map(([name]) => name)
}

/** The signatures of a page, without the examples of docstrings. */
const signaturesOf = (markdown) =>
  Array.from(markdown.matchAll(/^```ts\n([^]*?)^```/gm), ([, code]) => code).filter((code) => !code.includes("import "))

/** What is wrong with types of the reference, a line each. */
export const checkTypes = (project, pages) => {
  const names = [...builtIn, ...genericNames(project)]
  const bare = new RegExp(`(?<![.\\w"'\`]|typeof |new )(?:${names.join("|")})(?![\\w<"'\`?:(]| =)`, "g")
  return pages.flatMap(({ contents, url }) =>
    Array.from(
      new Set(signaturesOf(contents).flatMap((code) => code.match(bare) ?? [])),
      (name) => `api/${url}: ${name} is shown without its arguments`
    )
  )
}
