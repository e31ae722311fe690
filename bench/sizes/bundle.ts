/**
 * What an entry point weighs in a bundle.
 */
import { build } from "esbuild"
import { gzipSync } from "node:zlib"

/** What a bundle never has in it, when it is to weigh this package with Effect: both are loaded when they are needed. */
const sdk = ["@aws-sdk/*", "@smithy/*", "@effect/experimental", "keyv"]

/** What it has not, when this package is to be weighed alone. */
export const peers = [...sdk, "effect", "@effect/*"]

/**
 * The bytes of a bundle of everything that an entry point exports, minified and compressed by gzip.
 *
 * @param resolveDir where the package and Effect are found
 * @param conditions under which packages are resolved, besides those of esbuild
 */
export const bundledBytes = async (
  resolveDir: string,
  entryPoint: string,
  weighed: "alone" | "with Effect",
  conditions: Array<string> = []
): Promise<number> => {
  const { outputFiles } = await build({
    stdin: { contents: `export * from ${JSON.stringify(entryPoint)}`, resolveDir },
    bundle: true,
    minify: true,
    format: "esm",
    platform: "node",
    target: "node20",
    ...(conditions.length > 0 ? { conditions } : {}),
    external: weighed === "alone" ? peers : sdk,
    // What is published, and not its sources.
    tsconfigRaw: "{}",
    write: false,
    logLevel: "silent"
  })
  return outputFiles.reduce((bytes, { contents }) => bytes + gzipSync(contents, { level: 9 }).byteLength, 0)
}
