/**
 * Packs the package and looks at the tarball: what is in it, whether the links of its pages lead anywhere, its manifest
 * (publint), and whether TypeScript resolves every entry point in every mode there is (attw).
 */
import { open, readFile } from "node:fs/promises"
import { join, posix } from "node:path"
import { pack } from "./lib/pack.mjs"
import { root, run, runMain, withTemporaryFolder } from "./lib/run.mjs"

/** What npm puts in every tarball, what `files` names, and nothing else. */
const expected = [
  /^(CHANGELOG\.md|CONTRIBUTING\.md|LICENSE|LICENSE-Apache-2\.0|NOTICE|README\.md|SECURITY\.md|package\.json)$/,
  /^dashboards\/[^/]+\.json$/,
  /^bench\/results\/[^/]+\.(md|svg)$/,
  /^src\/.+\.ts$/,
  /^docs\/.+\.(md|svg)$/,
  /^examples\/.+\.ts$/,
  /^dist\/.+\.(js|js\.map|d\.ts|d\.ts\.map)$/
]

const required = [
  ...["CHANGELOG.md", "CONTRIBUTING.md", "LICENSE", "LICENSE-Apache-2.0", "NOTICE", "README.md", "SECURITY.md"],
  "package.json"
]

/** What the build puts together from many sources. */
const together =
  /^dist\/(core|measuring|metrics|common|errors|sizes|cache|ttl|clients|s3|schemas|effectAws|keyv|lambda|testing|Command\/main)\.js(\.map)?$/

/** The links of a page to other files: every one that is no address and no anchor of the page. */
const linksOf = (path, text) =>
  [...text.matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target]) => target.replace(/#.*/, ""))
    .filter((target) => target !== "" && !/^[a-z]+:/.test(target))
    .map((target) => posix.join(posix.dirname(path), target).replace(/\/$/, ""))

/** What is wrong with the links of the pages in the tarball. CONTRIBUTING.md is about the repository, and leads into it. */
const problemsOfLinks = async (files) => {
  const pages = files.filter((path) => path.endsWith(".md") && path !== "CONTRIBUTING.md")
  const found = await Promise.all(pages.map(async (page) =>
    linksOf(page, await readFile(join(root, page), "utf8"))
      .filter((path) => !files.some((file) => file === path || file.startsWith(`${path}/`)))
      .map((path) => `${page} leads to ${path}, which is not in it`)
  ))
  return found.flat()
}

/**
 * That ES modules are `require`d from CommonJS, where Node can, is the only problem that TypeScript may find:
 * `npm run check:consumer` holds that it works. attw ends before a pipe has taken all it says, so it says it to a file.
 */
const checkTypes = async (tarball, folder, entryPoints) => {
  const path = join(folder, "attw.json")
  const output = await open(path, "w")
  await run("attw", [tarball, "--format", "json"], { stdout: output.fd }).catch(() => {})
  await output.close()
  const { analysis: { problems } } = JSON.parse(await readFile(path, "utf8"))
  const told = problems.map(({ entrypoint, kind, resolutionKind }) => `${kind} ${resolutionKind} ${entrypoint}`).sort()
  const expected = entryPoints.map((path) => `CJSResolvesToESM node16-cjs ${path}`).sort()
  const wrong = [
    ...told.filter((line) => !expected.includes(line)),
    ...expected.filter((line) => !told.includes(line)).map((line) => `it did not tell: ${line}`)
  ]
  if (wrong.length > 0) throw new Error(`attw: TypeScript finds what it should not:\n${wrong.join("\n")}`)
  console.log(
    "attw: TypeScript resolves every entry point (node10, node16 from ESM and from CommonJS, bundler); from CommonJS, each is an ES module"
  )
}

await runMain(() =>
  withTemporaryFolder("package", async (folder) => {
    const { files, tarball } = await pack(folder)
    const manifest = JSON.parse(await readFile(join(root, "package.json"), "utf8"))
    const targets = [manifest.bin, ...Object.values(manifest.exports)].flatMap((target) =>
      (typeof target === "string" ? [target] : Object.values(target)).map((path) => path.replace(/^\.\//, ""))
    )
    const problems = [
      ...files.filter((path) => !expected.some((pattern) => pattern.test(path))).map((path) =>
        `${path} does not belong in it`
      ),
      // A build does not remove what an earlier one left of a source that is gone.
      ...files
        .filter((path) => path.startsWith("dist/") && !together.test(path))
        .filter((path) => !files.includes(path.replace(/^dist\/(.+?)\.(js|d\.ts)(\.map)?$/, "src/$1.ts")))
        .map((path) => `${path} has no source: run npm run clean and build again`),
      ...[...required, ...targets].filter((path) => !files.includes(path)).map((path) => `${path} is missing`),
      ...await problemsOfLinks(files)
    ]
    if (problems.length > 0) throw new Error(`The tarball is not as it should be:\n${problems.join("\n")}`)
    console.log(`${files.length} files in the tarball`)
    await run("publint", ["run", tarball, "--strict"])
    const entryPoints = Object.keys(manifest.exports).filter((path) => path !== "./package.json")
    await checkTypes(tarball, folder, entryPoints)
  })
)
