/**
 * The TypeScript files of the repository, parsed.
 */
import { readdir, readFile } from "node:fs/promises"
import { join, relative, sep } from "node:path"
import { parseSync, Visitor } from "oxc-parser"
import { root } from "./run.mjs"

/** The files under `folder` that end in one of `endings`, as paths from the root with `/`, in order. */
export const filesUnder = async (folder, endings) => {
  const entries = await readdir(join(root, folder), { recursive: true, withFileTypes: true }).catch((error) => {
    if (error.code === "ENOENT") return []
    throw error
  })
  return entries
    .filter((entry) => entry.isFile() && endings.some((ending) => entry.name.endsWith(ending)))
    .map((entry) => relative(root, join(entry.parentPath ?? entry.path, entry.name)).split(sep).join("/"))
    .sort()
}

/** A parsed file: its text, its syntax tree, its comments, and `lineOf(offset)`. Throws when it does not parse. */
export const parseFile = async (path) => {
  const text = await readFile(join(root, path), "utf8")
  const { comments, errors, program } = parseSync(path, text)
  if (errors.length > 0) throw new SyntaxError(`${path}: ${errors[0].message}`)
  const lineOf = (offset) => text.slice(0, offset).split("\n").length
  return { path, text, program, comments, lineOf }
}

/** Whether a comment of a parsed file is a docstring. */
export const isDocstring = (comment) => comment.type === "Block" && comment.value.startsWith("*")

/** Walks a syntax tree; `visitor` has a function for each kind of node it wants to see. */
export const walk = (program, visitor) => new Visitor(visitor).visit(program)
