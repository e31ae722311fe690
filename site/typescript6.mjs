/**
 * The TypeScript that TypeDoc knows: the repository is compiled by a newer one.
 */
import { register } from "node:module"

const hook = `export const resolve = (specifier, context, next) =>
  next(specifier === "typescript" && context.parentURL?.includes("/typedoc") ? "typescript-6" : specifier, context)`

/** From now on TypeDoc gets TypeScript 6 when it imports `typescript`. */
export const giveTypeDocTypeScript6 = () => register(`data:text/javascript,${encodeURIComponent(hook)}`)

/** TypeDoc knows what is special about types like `NoInfer` by the name of their package, which has another name here. */
export const nameTypeScript = (Context) => {
  const create = Context.prototype.createSymbolReference
  Context.prototype.createSymbolReference = function(...args) {
    const reference = create.apply(this, args)
    if (reference.package === "typescript-6") reference.package = "typescript"
    return reference
  }
}
