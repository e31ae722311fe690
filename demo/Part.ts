/**
 * What the demo shows, as data: it is printed to the terminal, and into a page.
 */

/** Something the demo says, and whether it holds. */
export interface Claim {
  readonly holds: boolean
  readonly text: string
}

/** Rows of cells: the first is the head, the first column goes left, the others right. */
export type Table = ReadonlyArray<ReadonlyArray<string>>

/** What came of a part of the demo. */
export interface Outcome {
  readonly table?: Table | undefined
  readonly claims: ReadonlyArray<Claim>
  /** Something to say besides, such as why it was left out. */
  readonly remark?: string | undefined
  /** SVG documents. */
  readonly pictures: ReadonlyArray<string>
}

/** What a part is about. */
export interface Part {
  readonly title: string
  /** For the page, which has more room. */
  readonly about: string
}

/** A part that was run. */
export type ShownPart = Part & Outcome

/** Makes a claim. */
export const claim = (holds: boolean, text: string): Claim => ({ holds, text })
