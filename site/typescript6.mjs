/**
 * The TypeScript that TypeDoc knows: the repository is compiled by a newer one.
 */
import { register } from "node:module"

const hook = `export const resolve = (specifier, context, next) =>
  next(specifier === "typescript" && context.parentURL?.includes("/typedoc") ? "typescript-6" : specifier, context)`

/** From now on TypeDoc gets TypeScript 6 when it imports `typescript`. */
export const giveTypeDocTypeScript6 = () => register(`data:text/javascript,${encodeURIComponent(hook)}`)
