/** An example of the documentation: the file, from the root, the line on which its code begins, and the code. */
export interface Example {
  readonly path: string
  readonly line: number
  readonly code: string
}

export const runnableExamples: () => Promise<ReadonlyArray<Example>>

export const markedBlock: (markdown: string, name: string) => string

export const changedBlock: (markdown: string, name: string, change: string) => string
