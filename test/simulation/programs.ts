import fc from "fast-check"
import { type ProgramName, schedules, type Step, type World, worlds } from "./schedules.js"

/** Programs of deployments that follow each other, and so run side by side. */
const neighbours: ReadonlyArray<readonly [ProgramName, ProgramName]> = [
  ["old", "both"],
  ["both", "moved"],
  ["moved", "last"]
]

/** A world in which one program takes the place of another, and a schedule. */
export const deployments = (maxLength: number): fc.Arbitrary<readonly [World, ReadonlyArray<Step>]> =>
  fc.tuple(
    fc.tuple(worlds, fc.constantFrom(...neighbours)).map(([world, programs]): World => ({
      ...world,
      hasTwoSchemas: false,
      programs
    })),
    schedules(maxLength)
  )
