/** Opaque to the tests. */
export interface Declarations {
  readonly entryPoints: ReadonlyArray<{ readonly name: string }>
}
export declare const openDeclarations: () => Declarations
export declare const findUnnamedTypes: (declarations: Declarations) => ReadonlyArray<string>
export declare const findUndocumentedMembers: (
  declarations: Declarations
) => { readonly count: number; readonly undocumented: ReadonlyArray<string> }
