/** The manifest of the package for Effect 4, of that for Effect 3. */
import { createRequire } from "node:module"

const { dependencies } = createRequire(import.meta.url)("./package.json")

/** What is in `effect` itself since Effect 4. */
const merged = ["@effect/platform", "@effect/experimental"]

/** Without entry points over packages that are for Effect 3 only. */
const withoutEffectAws = (entries) =>
  Object.fromEntries(Object.entries(entries).filter(([path]) => !path.endsWith("effect-aws")))

const without = (names, entries) =>
  Object.fromEntries(Object.entries(entries).filter(([name]) => !names.includes(name)))

/** `1.2.3` -> `2.2.3`: one line of versions for each major of Effect. */
const versionOf = (version) => version.replace(/^\d+/, (major) => `${Number(major) + 1}`)

export const makeManifest = (manifest) => ({
  ...manifest,
  version: versionOf(manifest.version),
  sideEffects: manifest.sideEffects.map((path) => path.replace("needsEffect3", "needsEffect4")),
  exports: withoutEffectAws(manifest.exports),
  typesVersions: { "*": withoutEffectAws(manifest.typesVersions["*"]) },
  peerDependencies: {
    ...without(merged, manifest.peerDependencies),
    effect: `^${dependencies.effect.replace(/\.\d+$/, ".0")}`,
    msgpackr: "^1.11.0"
  },
  peerDependenciesMeta: { ...without(merged, manifest.peerDependenciesMeta), msgpackr: { optional: true } },
  devDependencies: { ...manifest.devDependencies, ...dependencies },
  overrides: {}
})
