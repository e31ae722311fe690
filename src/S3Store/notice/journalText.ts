/**
 * The text of a journal of changes.
 */
import { randomBytes } from "node:crypto"

/** What one append has told: some names, each by the beginning of its digest, or that any may be meant. */
export interface Note {
  /** Tells it from every other. */
  readonly id: string
  readonly names: ReadonlyArray<string> | "all"
}

/** How many names a journal holds: the oldest notes go first. So it has at most some 40 KB. */
const mostNames = 2000
/** How many names a note has at most: more are all. */
const mostInNote = 500

const head = "effect-aws-cache notice 1"
const all = "*"
const line = /^[0-9a-f]{16}(?: \*|(?: [0-9a-f]{16})+)$/

/** A note that is new. */
export const newNote = (names: ReadonlySet<string> | "all"): Note => {
  const listed = names === "all" ? names : [...names]
  return { id: randomBytes(8).toString("hex"), names: listed === "all" || listed.length > mostInNote ? "all" : listed }
}

/** How the object of an entry is called in a journal. */
export const nameInJournal = (objectName: string): string => objectName.slice(-64, -48)

const sizeOf = ({ names }: Note): number => 1 + (names === "all" ? 0 : names.length)

/** Notes, without the oldest that are too many. */
export const newestNotes = (notes: ReadonlyArray<Note>): ReadonlyArray<Note> => {
  let size = 0
  const first = notes.findLastIndex((note) => (size += sizeOf(note)) > mostNames)
  return notes.slice(first + 1)
}

/** The bytes of a journal. */
export const encodeNotes = (notes: ReadonlyArray<Note>): Uint8Array =>
  Buffer.from(
    [head, ...notes.map(({ id, names }) => `${id} ${names === "all" ? all : names.join(" ")}`), ""].join("\n")
  )

/** The notes of a journal, from the oldest to the newest; nothing where it is damaged, or of somebody else. */
export const decodeNotes = (body: Uint8Array): ReadonlyArray<Note> | undefined => {
  const [first, ...lines] = Buffer.from(body).toString("latin1").split("\n")
  if (first !== head || lines.pop() !== "" || !lines.every((each) => line.test(each))) return undefined
  return lines.map((each) => {
    const [id = "", ...names] = each.split(" ")
    return { id, names: names[0] === all ? "all" : names }
  })
}
