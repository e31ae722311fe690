/**
 * What all copies of this library in a process have in common.
 */
import { globalValue } from "effect/GlobalValue"

/**
 * A value that is made once in a process, whichever copy of this library asks for it first.
 *
 * @param name what it is called, within this library
 */
export const sharedByCopies = <A>(name: string, make: () => A): A => globalValue(`effect-aws-cache/${name}`, make)
