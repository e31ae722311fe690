/**
 * The TypeScript that TypeDoc knows: the repository is compiled by a newer one.
 */
import { register } from "node:module"
import { basename } from "node:path"

const hook = `export const resolve = (specifier, context, next) =>
  next(specifier === "typescript" && context.parentURL?.includes("/typedoc") ? "typescript-6" : specifier, context)`

/** From now on TypeDoc gets TypeScript 6 when it imports `typescript`. */
export const giveTypeDocTypeScript6 = () => register(`data:text/javascript,${encodeURIComponent(hook)}`)

/**
 * TypeDoc knows what is special about types like `NoInfer` by the name of their package, which has another name here. And
 * `Duration.Input` of Effect 4 says nothing without its module.
 */
export const nameTypes = (Context) => {
  const create = Context.prototype.createSymbolReference
  Context.prototype.createSymbolReference = function(...args) {
    const reference = create.apply(this, args)
    if (reference.package === "typescript-6") reference.package = "typescript"
    if (reference.package === "effect" && reference.name === "Input") {
      reference.name = `${basename(args[0].declarations[0].getSourceFile().fileName, ".d.ts")}.Input`
    }
    return reference
  }
}
