/**
 * What the library takes for its work, to what the same work takes beside it.
 */

/** What can be measured: a file of `subjects` that exports `open`. */
type SubjectKind = "operation" | "engine" | "memory" | "secondLevel" | "imports" | "bundle"

/** Something that can be measured, in rounds. */
export interface Subject {
  readonly kind: SubjectKind
  /** Which one of its kind it is; the first is its name. */
  readonly of: ReadonlyArray<string>
}

/** A subject that is ready. */
export interface Opened {
  /** One round, and what it took for each operation: in nanoseconds, or in what the ratio says. */
  readonly round: () => number | Promise<number>
  readonly close?: (() => Promise<void>) | undefined
}

/** Makes a subject ready. */
export type Open = (of: ReadonlyArray<string>) => Promise<Opened>

/** A ratio, or a figure by itself. */
export interface Ratio {
  readonly what: string
  /** What it is held against; nothing for a figure by itself. */
  readonly to: string | undefined
  /** Such as the number of entries. */
  readonly where: string
  readonly ours: Subject
  readonly peer: Subject | undefined
  /** How much it is to be at most. */
  readonly goal: number
  /** Whether the short form has it. */
  readonly isShort: boolean
}

/** Ratios whose subjects take turns. */
export interface RatioGroup {
  readonly name: string
  /** Whether they are in one process. If not, each subject has one of its own, where V8 learns from it alone. */
  readonly together: boolean
  /** How often each subject has its turn; in the short form. The least counts. */
  readonly rounds: number
  readonly shortRounds: number
  readonly ratios: ReadonlyArray<Ratio>
}

/** What was found of a ratio. */
export interface RatioRow {
  readonly what: string
  readonly to?: string | undefined
  readonly where: string
  readonly goal: number
  readonly ours: number
  readonly peer?: number | undefined
  /** The ratio, or the figure. */
  readonly measured: number
}

/** By what a ratio is found again in the records of earlier releases. */
export const ratioName = ({ to, what, where }: Pick<RatioRow, "what" | "to" | "where">): string =>
  `${what}${to === undefined ? "" : `, to ${to}`}${where === "" ? "" : ` (${where})`}`
