/**
 * From what a map finds to an `Option`.
 */
import * as Option from "effect/Option"
import { Absent } from "../engine/BoundedMapOptions.js"

/** What was found, if something was. */
export const toOption = <A>(found: A | Absent): Option.Option<A> =>
  found === Absent ? Option.none() : Option.some(found)
